"""Frames with their true times in; videos out."""
