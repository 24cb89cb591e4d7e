"""Synthetic people's posts on a test server of this machine, to rehearse a clean-up on for real."""
