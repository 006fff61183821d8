"""Settings of the blinks, the eye, the cornea and the film signal."""

from typing import Literal

from easytear.settings._base import Group, setting


class BlinkSettings(Group):
    """What counts as a blink and as an interval between blinks."""

    min_interval_s: float = setting(
        0.5,
        unit="s",
        ge=0.1,
        le=10.0,
        description="Shortest time between two blinks that is analysed; below it no spread "
        "can be fitted.",
    )


class EyeSettings(Group):
    """How the eye is followed."""

    correct_rotation: bool = setting(
        True, unit="-", description="Correct the eye's rotation where it exceeds its noise."
    )


class CorneaSettings(Group):
    """How the iris and the exposed cornea are found."""


class EnhanceSettings(Group):
    """How the moving film is made visible."""

    deinterlace: Literal["auto", "on", "off"] = setting(
        "auto",
        unit="-",
        description="Whether interlaced frames are rebuilt from one field; "
        "auto measures the combs.",
    )
