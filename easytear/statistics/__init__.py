"""Statistics on arrays: agreement, effects, ranks, clustered data, mixed models."""
