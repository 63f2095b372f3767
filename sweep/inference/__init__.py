"""Inference: from terms and counts to stored draws."""
