"""One file a platform: how its archive is recognised and read. Whatever lies here is found, nothing else is edited."""
