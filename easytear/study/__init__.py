"""A folder of videos to one table."""
