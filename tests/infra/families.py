"""The class of processor of instance families, by AWS's descriptions of them."""

CLASSES = {
    "x86-64-v4": {"c6i", "m6i", "r6i", "c7i", "m7i", "r7i"},  # Ice Lake, Sapphire Rapids
    "x86-64-v3": {"c5a", "m5a", "r5a", "c6a", "m6a", "r6a"},  # EPYC 7001 to 7003
}
