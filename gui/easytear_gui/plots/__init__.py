"""Curves beside the player."""
