"""The event engine: what happens to a post after it is posted, and under a plan."""
