"""One file for each clean-up strategy."""
