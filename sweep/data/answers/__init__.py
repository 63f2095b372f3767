"""Answers: what each answer to a question counts as, by the config's lists and two of words."""
