"""Settings of the film's tracks and of the front."""

from typing import Final

from easytear.request.settings._base import Group, setting

FRONT_METHODS: Final = "easytear.front_methods"
"""Group of the entry points through which other packages add front methods."""
OWN_FRONT_METHOD: Final = "material"
"""EasyTear's own way to find the front: once, as material, in a picture joined along the motion."""


class TrackSettings(Group):
    """How film points are found and followed."""

    stage = "film"

    highpass_mm: float = setting(
        0.18,
        label="Film followed: coarsest detail",
        unit="mm",
        ge=0.05,
        le=1.0,
        description="Structure coarser than this (standard deviation of a Gaussian) is removed "
        "before points are followed: illumination and iris shading stand still, film texture is "
        "finer.",
    )
    window_mm: float = setting(
        0.55,
        label="Window around a film point",
        unit="mm",
        ge=0.2,
        le=1.5,
        description="Width of the square that is matched for each point; smaller loses points "
        "in noise, larger locks onto the lid and blurs the change of speed with height.",
    )
    spacing_mm: float = setting(
        0.28,
        label="Distance between film points",
        unit="mm",
        ge=0.1,
        le=2.0,
        description="Distance between neighbouring points when new ones are found.",
    )
    most_points: int = setting(
        320,
        label="Most film points",
        unit="1",
        ge=20,
        le=5000,
        description="How many points are followed at the same time; more cost time and add "
        "little, since neighbours share their motion.",
    )
    key_distance_mm: float = setting(
        0.35,
        label="Drift until a new reference",
        unit="mm",
        ge=0.05,
        le=2.0,
        description="A point is matched against its look at one key frame until it has moved so "
        "far; over a shorter baseline the still pattern of iris and lashes holds it back.",
    )
    check_mm: float = setting(
        0.018,
        label="Largest difference forth and back",
        unit="mm",
        ge=0.002,
        le=0.2,
        description="Largest distance between a point and itself followed forward and back.",
    )
    dense_s: float = setting(
        0.6,
        label="Dense motion at the start",
        unit="s",
        ge=0.2,
        le=60.0,
        description="After a blink, how long every picture (up to about 30 a second) is looked "
        "at; later pictures are looked at so often that the film moves little from one to the "
        "next, and at least every `late_step_s`.",
    )
    late_step_s: float = setting(
        0.15,
        label="Longest step later on",
        unit="s",
        ge=0.01,
        le=1.0,
        description="Time between the pictures that are looked at once the film is slow: the law "
        "is smooth, and points are followed from key pictures that reach far back.",
    )
    bridge_s: float = setting(
        0.12,
        label="Gaps bridged",
        unit="s",
        ge=0.0,
        le=2.0,
        description="How long a point that cannot be measured is predicted before it is dropped.",
    )


class FrontSettings(Group):
    """How the front is found and carried."""

    stage = "film"

    method: str = setting(
        OWN_FRONT_METHOD,
        label="Method for the front",
        unit="-",
        description="How the front is found: EasyTear's own way, or the name under which another "
        "package adds one (docs/extend.md).",
        advanced=True,
        entry_points=FRONT_METHODS,
    )

    from_s: float = setting(
        0.15,
        label="Front looked for from",
        unit="s",
        ge=0.0,
        le=5.0,
        description="First picture, after the blink, in which the front is looked for: before, "
        "the picture is not sharp.",
    )
    until_s: float = setting(
        1.5,
        label="Front looked for until",
        unit="s",
        ge=0.3,
        le=5.0,
        description="Last picture in which the front is looked for; pictures in between are "
        "joined along the film's motion.",
    )
    least_width_mm: float = setting(
        0.5,
        label="Narrowest front",
        unit="mm",
        ge=0.0,
        le=12.0,
        description="A front told over less width than this is not reported.",
    )
