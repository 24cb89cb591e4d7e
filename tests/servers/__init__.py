"""Real servers that the tests install in a cache folder and start on loopback."""
