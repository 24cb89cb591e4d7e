"""A world's tables as a dataset that others can find, understand, cite and check."""
