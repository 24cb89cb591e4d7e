"""One file a platform: a synthetic owner's posts written as its archive. Whatever lies here is found."""
