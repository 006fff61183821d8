"""A folder opened as a study: what its names say, and how it is run."""
