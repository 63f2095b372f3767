"""Artifacts: results published once under the digest of their recipe, read only if whole."""
