"""All videos and intervals of the session in one table."""
