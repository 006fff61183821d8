"""Settings of the measurement."""

from typing import Literal

from easytear.request.settings._base import Group, setting


class SpreadSettings(Group):
    """How the spread law is fitted."""

    stage = "measure"

    headline_zone: Literal["below_front", "all_film"] = setting(
        "below_front",
        label="Zone of the headline law",
        unit="-",
        description="Which film the headline law describes. 'below_front' is the material just "
        "below the lipid front, so that two eyes can be compared; 'all_film' takes every track, "
        "for points marked by hand elsewhere.",
    )
    zone_depth_mm: float = setting(
        0.3,
        label="Depth of the headline zone",
        unit="mm",
        ge=0.1,
        le=1.0,
        description="Depth of the headline zone below the front at onset. Film speed falls "
        "towards the lid, so a deep zone mixes speeds; 0.3 mm still holds enough tracks.",
    )
    band_mm: float = setting(
        0.5,
        label="Height of the bands",
        unit="mm",
        ge=0.2,
        le=3.0,
        description="Height of the bands, by the height of the material at onset above the "
        "lower limbus.",
    )
    min_band_tracks: int = setting(
        8,
        label="Fewest tracks of a band",
        unit="1",
        ge=3,
        le=200,
        description="Fewest tracks for which a band is fitted.",
    )
    window_s: float = setting(
        5.0,
        label="Length of the fitted window",
        unit="s",
        ge=0.5,
        le=60.0,
        description="Length of the fitted window from the interval's start, as in the original "
        "paper; slower film gets a longer window where the interval allows (window_lambdas).",
    )
    window_lambdas: float = setting(
        4.0,
        label="Length of the fitted window, time constants",
        unit="1",
        ge=1.0,
        le=10.0,
        description="The window grows to this many time constants when the interval is long "
        "enough: at 4 the exponential has ended (98 %) and drift can be told from it.",
    )
    max_onset_s: float = setting(
        0.6,
        label="Latest onset",
        unit="s",
        ge=0.0,
        le=2.0,
        description="Latest onset after the interval's start. Film follows the lid at once or "
        "after a short delay; without a bound the onset can trade against lambda.",
    )
    min_rise_mm: float = setting(
        0.15,
        label="Smallest rise",
        unit="mm",
        ge=0.0,
        le=1.0,
        description="Smaller rises are not called a spread: the pupil's centre, by which the eye "
        "is followed, itself shifts by 0.1 to 0.3 mm as the pupil changes size.",
    )
    min_lambda_s: float = setting(
        0.1,
        label="Shortest time constant",
        unit="s",
        ge=0.02,
        le=1.0,
        description="Shortest time constant tried.",
    )
    max_lambda_s: float = setting(
        15.0,
        label="Longest time constant",
        unit="s",
        ge=2.0,
        le=60.0,
        description="Longest time constant tried.",
    )
    drift: Literal["auto", "on", "off"] = setting(
        "auto",
        label="Drift beside the law",
        unit="-",
        description="Steady late drift beside the exponential: 'auto' lets the corrected Akaike "
        "criterion decide, with the number of independent residuals.",
    )
    early_born_lambdas: float = setting(
        0.7,
        label="Tracks born until, time constants",
        unit="1",
        ge=0.2,
        le=3.0,
        description="Tracks born later than this many time constants after onset inform lambda "
        "but not rho: their amplitude is an extrapolation.",
    )
    block_mm: float = setting(
        0.9,
        label="Blocks of the bootstrap",
        unit="mm",
        ge=0.2,
        le=3.0,
        description="Width of the blocks of columns that the bootstrap draws together, as errors "
        "of neighbouring tracks are alike.",
    )
    bootstrap: int = setting(
        400,
        label="Draws of the bootstrap",
        unit="1",
        ge=50,
        le=5000,
        advanced=True,
        description="Number of bootstrap draws behind each 95 % interval.",
    )
    seed: int = setting(
        1,
        label="Seed of the bootstrap",
        unit="1",
        ge=0,
        le=2**31 - 1,
        advanced=True,
        description="Seed of the bootstrap: the same tracks give the same intervals.",
    )
    stable_velocity_mm_s: float = setting(
        0.2,
        label="Still below",
        unit="mm/s",
        ge=0.01,
        le=5.0,
        description="Upward velocity under which the film counts as stable; about a twentieth of "
        "a usual initial velocity, which an exponential reaches at three time constants.",
    )
    stable_for_s: float = setting(
        0.5,
        label="Still for",
        unit="s",
        ge=0.1,
        le=10.0,
        description="How long the velocity must be known to stay under that limit.",
    )


class ThicknessSettings(Group):
    """How thickness is read from colour."""

    stage = "film"

    film_index: float = setting(
        1.48,
        label="Refractive index of the film",
        unit="1",
        ge=1.40,
        le=1.55,
        description="Refractive index of the lipid layer (published values: 1.43 to 1.53).",
    )
    gamma: float = setting(
        2.2,
        label="Camera's gamma",
        unit="1",
        ge=1.0,
        le=3.0,
        description="Exponent that turns the camera's grey levels into light.",
    )
    white_balance: tuple[float, float, float] = setting(
        (1.0, 1.0, 1.0),
        label="Camera's white balance",
        unit="1",
        description="Red, green, blue brightness of a white reflection in this device, relative "
        "to each other, after gamma. Measured on a grey target it makes colours comparable.",
    )
    calibrated: bool = setting(
        False,
        label="Camera's colours are calibrated",
        unit="-",
        description="Whether white balance and gamma were measured for this device; without that "
        "thickness compares within one video only, and is flagged.",
    )
    min_nm: float = setting(
        20.0,
        label="Thinnest film tried",
        unit="nm",
        ge=5.0,
        le=60.0,
        description="Thinnest film told: below, colour hardly changes with thickness.",
    )
    max_nm: float = setting(
        150.0,
        label="Thickest film tried",
        unit="nm",
        ge=90.0,
        le=200.0,
        description="Thickest film told: above, colours repeat those of thinner film.",
    )
    smooth_s: float = setting(
        0.5,
        label="Thickness averaged over",
        unit="s",
        ge=0.0,
        le=5.0,
        description="Time over which colours are averaged: they flicker with compression.",
    )


class QualitySettings(Group):
    """Limits behind the quality flags."""

    stage = "measure"

    low_score: float = setting(
        0.4,
        label="Low quality below",
        unit="1",
        ge=0.0,
        le=1.0,
        description="Scores below it raise the flag low_quality.",
    )
    min_tracks: int = setting(
        20,
        label="Fewest tracks",
        unit="1",
        ge=1,
        le=1000,
        description="Fewer headline tracks raise the flag few_tracks.",
    )
    min_window_lambdas: float = setting(
        2.0,
        label="Shortest window, time constants",
        unit="1",
        ge=0.5,
        le=6.0,
        description="A window shorter than this many time constants cannot tell lambda from rho "
        "well; raises lambda_unresolved and marks the fit as not converged.",
    )
    max_ci_ratio: float = setting(
        2.0,
        label="Widest interval of λ",
        unit="1",
        ge=1.1,
        le=10.0,
        description="Upper over lower end of lambda's 95 % interval above which the fit is "
        "marked as not converged.",
    )
