"""One file for each way in which a post is seen, passed on, taken, read or learnt."""
