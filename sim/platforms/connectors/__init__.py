"""Connectors: how an account on each platform is listed, kept, cleaned and looked at again."""
