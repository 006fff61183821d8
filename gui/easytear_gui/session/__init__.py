"""The session: what the person has loaded and decided."""
