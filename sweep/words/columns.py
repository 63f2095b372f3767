"""Columns: the names of the estimates table's own columns, in its order; no variable bears one."""

__all__ = ["FLOATS", "HEAD", "RESERVED", "TAIL", "TAKEN"]

HEAD = ("outcome", "label", "brand", "metric", "wave", "category", "quantity", "group")
"""What a row is about, before the variables."""

POSTERIOR = (
    *("mean", "sd", "lower", "upper", "mcse", "mcse_lower", "mcse_upper"),
    *("ess_bulk", "ess_tail", "r_hat"),
)
FLOATS = (*POSTERIOR, "share", "unseen_share", "raw", "weighted")
TAIL = (*POSTERIOR, "n", *FLOATS[len(POSTERIOR) :], "status", "flag")
"""What it says, after them."""

RESERVED = (*HEAD, *TAIL)

TAKEN = (*RESERVED, "chain", "draw", "value", "intercept")
"""What no variable of a study is called: these are columns of estimates, or of draws."""
