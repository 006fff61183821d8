"""Settings of the measurement."""

from easytear.settings._base import Group


class SpreadSettings(Group):
    """How the spread law is fitted."""


class ThicknessSettings(Group):
    """How thickness is read from colour."""


class QualitySettings(Group):
    """Limits behind the quality flags."""
