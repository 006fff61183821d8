"""Settings of the film's tracks and of the front."""

from easytear.settings._base import Group


class TrackSettings(Group):
    """How film points are found and followed."""


class FrontSettings(Group):
    """How the front is found and carried."""
