"""Afterpost: what happens to a post after it is posted, and after it is deleted."""

__version__ = "0.1.0"
