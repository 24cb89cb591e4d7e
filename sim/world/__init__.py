"""People, ties, posts: the world before anything is cleaned up."""
