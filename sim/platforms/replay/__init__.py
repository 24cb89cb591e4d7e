"""Replay: a plan carried out on an account, rehearsed first, written down before each step, read again after it."""
