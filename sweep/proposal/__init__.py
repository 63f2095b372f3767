"""Proposal: a config proposed of a survey's file: what it says, and what people must decide."""
