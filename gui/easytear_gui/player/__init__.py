"""The player: frames, overlays, timeline, tools."""
