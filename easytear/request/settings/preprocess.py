"""Settings of the blinks, the eye, the cornea and the film signal."""

from typing import Literal

from easytear.request.settings._base import Group, setting


class BlinkSettings(Group):
    """What counts as a blink and as an interval between blinks."""

    stage = "eye"

    min_interval_s: float = setting(
        0.5,
        label="Shortest interval",
        unit="s",
        ge=0.1,
        le=10.0,
        description="Shortest time between two blinks that is analysed; below it no spread "
        "can be fitted.",
    )
    instructed: bool = setting(
        False,
        label="Blinking was instructed",
        unit="-",
        description="The person was told when to blink, or to hold the eye open: rate and kind of "
        "the blinks are then not theirs, and are withheld.",
    )
    least_cover: float = setting(
        0.1,
        label="Least cover of a blink",
        unit="1",
        ge=0.02,
        le=0.5,
        advanced=True,
        description="A blink lasts while the upper lid has come more than this share of its way "
        "from rest to the lower lid; smaller lid movements are twitches.",
    )
    least_depth: float = setting(
        0.15,
        label="Least depth of a blink",
        unit="1",
        ge=0.05,
        le=0.9,
        advanced=True,
        description="A blink must at its deepest come this share of the way to the lower lid.",
    )
    complete_cover: float = setting(
        0.9,
        label="Cover of a complete blink",
        unit="1",
        ge=0.5,
        le=1.0,
        advanced=True,
        description="A blink is complete when the lid comes this share of its way to the lower "
        "lid.",
    )
    join_gap_s: float = setting(
        0.1,
        label="Blinks joined within",
        unit="s",
        ge=0.0,
        le=1.0,
        advanced=True,
        description="Lid closures that are closer together than this are one blink.",
    )


class EyeSettings(Group):
    """How the eye is followed."""

    stage = "eye"

    correct_rotation: bool = setting(
        True,
        label="Correct rotation",
        unit="-",
        description="Correct the eye's rotation where it exceeds its noise.",
    )
    correct_pupil_shift: bool = setting(
        True,
        label="Correct the pupil's shift",
        unit="-",
        description="Correct the shift of the pupil's centre with its size where the limbus "
        "shows it clearly.",
    )
    pupil_shift_limit_px: float = setting(
        0.5,
        label="Largest shift of the pupil",
        unit="px",
        ge=0.0,
        le=20.0,
        advanced=True,
        description="The pupil's centre shifts against the eye when its size changes (about 0.13 "
        "of the change of radius). Above this expected shift the interval is flagged.",
    )


class CorneaSettings(Group):
    """How the iris and the exposed cornea are found."""

    stage = "eye"

    width_sd_limit: float = setting(
        0.05,
        label="Largest doubt of the iris width",
        unit="1",
        ge=0.005,
        le=0.5,
        advanced=True,
        description="The iris width is flagged as uncertain when its standard deviation exceeds "
        "this share of it.",
    )
    comb_reach: float = setting(
        0.25,
        label="Reach of the reflected mires",
        unit="1",
        ge=0.0,
        le=1.0,
        advanced=True,
        description="Still mirror images of the lower lashes are looked for up to this share of "
        "the iris's half width above the lower limbus (1.5 mm).",
    )


class EnhanceSettings(Group):
    """How the moving film is made visible."""

    stage = "show"

    deinterlace: Literal["auto", "on", "off"] = setting(
        "auto",
        label="Deinterlace",
        unit="-",
        description="Whether interlaced frames are rebuilt from one field; "
        "auto measures the combs.",
        stage="eye",
    )
    high_pass_mm: float = setting(
        0.18,
        label="Enhanced film: coarsest detail",
        unit="mm",
        ge=0.03,
        le=1.0,
        description="In pictures to look at: film structure finer than this is kept, the rest "
        "(light gradient, iris) is taken away: standard deviation of the Gaussian.",
    )
    band_fine_mm: float = setting(
        0.02,
        label="Enhanced film: finest detail",
        unit="mm",
        ge=0.005,
        le=0.2,
        description="Structure finer than this counts as noise in the band-pass picture.",
    )
    subtract_average: bool = setting(
        False,
        label="Subtract the average",
        unit="-",
        description="In pictures to look at: take away what stands still over the interval. Film "
        "at rest goes with it, so measurement never uses it.",
    )
    sharpen: float = setting(
        0.0,
        label="Sharpen",
        unit="1",
        ge=0.0,
        le=5.0,
        description="In pictures to look at: how much fine structure is raised; 0 leaves it.",
    )
    band_pass: bool = setting(
        False,
        label="Band pass",
        unit="-",
        description="In pictures to look at: show only structure between the two lengths above.",
    )
    equalise: bool = setting(
        True,
        label="Equalise",
        unit="-",
        description="In pictures to look at: even out contrast locally (CLAHE).",
    )
    clahe_limit: float = setting(
        2.0,
        label="Limit of equalising",
        unit="1",
        ge=0.5,
        le=20.0,
        advanced=True,
        description="How far local equalisation may raise contrast; more shows more noise.",
    )
    gain: float = setting(
        4.0,
        label="Gain",
        unit="1",
        ge=0.5,
        le=20.0,
        advanced=True,
        description="Contrast of difference and band-pass pictures: the film's few grey levels "
        "are spread over the range that an eye sees.",
    )
