"""Film points and their motion."""
