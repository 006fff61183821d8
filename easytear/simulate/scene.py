"""Everything that a simulated video is made from: frozen records with units in their names.

Two coordinate frames: *image* (pixels of the frame, as in the results format) and *eye*
(the image coordinates the eye would have without any motion). Millimetres lie on the cornea.
"""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

IrisColour = Literal["dark", "brown", "hazel", "grey", "blue"]


class Part(BaseModel):
    """A frozen part of a scene; unknown names are refused."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Camera(Part):
    """How the eye is recorded.

    Attributes
    ----------
    field_width_mm : float
        Width of cornea that fills the picture's width.
    frame_jitter : float
        Share of the frame period by which frame times scatter (0: constant frame rate).
    interlaced : bool
        Even lines are seen at the frame's time, odd lines half a frame period later.
    noise_dn : float
        Standard deviation of the noise in grey levels of the 8-bit picture, at mid grey.
    blur_px, defocus_px, focus_time_s : float
        Lasting blur; further blur at the eye's opening, and how fast that settles.
    contrast : float
        Strength of the film's reflection against the light from the iris (1: ordinary).
    glare_spots : int
        Number of bright, saturated reflections on the lower cornea.
    crf : int
        Constant rate factor of the H.264 coder: higher is coarser.
    """

    width_px: int = Field(default=640, ge=96, le=1920)
    height_px: int = Field(default=480, ge=80, le=1080)
    fps: float = Field(default=30.0, gt=1, le=240)
    duration_s: float = Field(default=6.0, gt=0)
    field_width_mm: float = Field(default=12.4, gt=4)
    frame_jitter: float = Field(default=0.0, ge=0, lt=0.5)
    interlaced: bool = False
    noise_dn: float = Field(default=1.5, ge=0)
    blur_px: float = Field(default=0.7, ge=0)
    defocus_px: float = Field(default=2.0, ge=0)
    focus_time_s: float = Field(default=0.12, gt=0)
    contrast: float = Field(default=1.0, ge=0)
    illumination: float = Field(default=1.0, gt=0)
    gradient: tuple[float, float] = (0.0, 0.0)
    flicker: float = Field(default=0.0, ge=0)
    flicker_hz: float = Field(default=7.0, gt=0)
    white_balance: tuple[float, float, float] = (0.72, 0.85, 1.43)
    gamma: float = Field(default=2.2, gt=0)
    glare_spots: int = Field(default=2, ge=0)
    glare_strength: float = Field(default=0.5, ge=0)
    crf: int = Field(default=20, ge=0, le=51)

    @property
    def mm_per_px(self) -> float:
        """Millimetres on the cornea per pixel."""
        return self.field_width_mm / self.width_px


class Saccade(Part):
    """A quick jump of the gaze by (`dx_mm`, `dy_mm`) on the image, y down."""

    time_s: float
    dx_mm: float
    dy_mm: float


class Eye(Part):
    """Iris, pupil, and how the eye moves.

    Attributes
    ----------
    hvid_mm : float
        Horizontal width of the iris from limbus to limbus.
    limbus_aspect : float
        Horizontal over vertical width of the iris.
    centre_x, centre_y : float
        Centre of the pupil as shares of the picture's width and height.
    pupil_dx_mm, pupil_dy_mm : float
        The pupil's centre from the limbus' centre (image axes).
    pupil_change : float
        Share by which the pupil's radius falls over the time constant after opening.
    pupil_shift : float
        Movement of the pupil's centre per change of its radius (towards the image's right).
    hippus : float
        Share by which the pupil's radius wavers.
    settle_dx_mm, settle_dy_mm, settle_s : float
        Movement of the eye after each blink and its time constant.
    drift_mm_s : float
        Random slow drift of the gaze (RMS speed).
    microsaccades_hz, microsaccade_mm : float
        Rate and typical size of small jumps.
    rotation_deg : float
        Size of the slow torsion about the pupil.
    """

    iris: IrisColour = "dark"
    iris_contrast: float = Field(default=1.0, ge=0)
    hvid_mm: float = Field(default=11.7, gt=5)
    limbus_aspect: float = Field(default=1.08, ge=1, lt=1.4)
    centre_x: float = 0.48
    centre_y: float = 0.31
    pupil_dx_mm: float = -0.1
    pupil_dy_mm: float = -0.1
    pupil_diameter_mm: float = Field(default=2.9, gt=0.5)
    pupil_aspect: float = Field(default=1.05, gt=0.5)
    pupil_change: float = 0.04
    pupil_change_s: float = Field(default=0.5, gt=0)
    pupil_shift: float = 0.15
    hippus: float = Field(default=0.01, ge=0)
    settle_dx_mm: float = 0.1
    settle_dy_mm: float = 0.3
    settle_s: float = Field(default=0.15, gt=0)
    drift_mm_s: float = Field(default=0.05, ge=0)
    microsaccades_hz: float = Field(default=1.0, ge=0)
    microsaccade_mm: float = Field(default=0.05, ge=0)
    saccades: tuple[Saccade, ...] = ()
    rotation_deg: float = Field(default=0.1, ge=0)


class BlinkEvent(Part):
    """One blink: `closure` is the share of the opening that the lid covers (1: complete)."""

    start_s: float
    closing_s: float = Field(default=0.09, gt=0)
    closed_s: float = Field(default=0.05, ge=0)
    opening_s: float = Field(default=0.17, gt=0)
    closure: float = Field(default=1.0, gt=0, le=1)

    @property
    def end_s(self) -> float:
        """Time at which the lid rests again."""
        return self.start_s + self.closing_s + self.closed_s + self.opening_s


class Lids(Part):
    """Lids and lashes.

    Attributes
    ----------
    lower_gap_mm : float
        Lower lid margin below the lower limbus, at the limbus' centre (negative: covers it).
    lower_curve_per_mm, lower_tilt : float
        The margin rises to both sides by curve * distance**2, and falls to the right by tilt.
    upper_rest_mm : float
        Upper lid margin above the top of the picture, eye open.
    lashes : int
        Number of upper lashes in the picture.
    lash_length_mm : float
        Their typical length below the margin.
    comb : float
        Darkness (0 to 1) of the lower lashes' mirror images above the lower limbus.
    tremor_mm, tremor_hz : float
        How far, and how often a second, the open upper lid and its lashes come down.
    """

    lower_gap_mm: float = 0.15
    lower_curve_per_mm: float = Field(default=0.03, ge=0)
    lower_tilt: float = 0.02
    upper_rest_mm: float = 0.7
    upper_curve_per_mm: float = Field(default=0.02, ge=0)
    lashes: int = Field(default=42, ge=0)
    lash_length_mm: float = Field(default=1.9, ge=0)
    lash_darkness: float = Field(default=0.7, ge=0, le=1)
    tremor_mm: float = Field(default=0.0, ge=0)
    tremor_hz: float = Field(default=6.0, gt=0)
    comb: float = Field(default=0.3, ge=0, le=1)
    blinks: tuple[BlinkEvent, ...] = ()


class Spread(Part):
    """The spread law of one interval: rho s(h) (1 - exp(-t / lambda(h))) + drift s(h) t.

    Attributes
    ----------
    rho_mm, lambda_s, drift_mm_s : float
        Amplitude on the plateau, time constant at the front, late drift on the plateau.
    delay_s : float
        Onset after the upper lid came to rest.
    lambda_per_mm : float
        Relative change of lambda per mm of height (negative: slower near the lid).
    plateau_mm : float
        Height above the lower lid at which the speed has risen to its greatest.
    decline_per_mm : float
        Relative fall of the speed above that height, per mm.
    front_mm : float
        Mean height of the front above the lower lid at onset.
    tilt_per_mm : float
        Relative change of the amplitude to the image's right.
    shear_mm : float
        Greatest horizontal displacement.
    seed : int
        Of this interval's film pattern.
    """

    rho_mm: float = Field(default=3.0, ge=0)
    lambda_s: float = Field(default=0.9, gt=0)
    drift_mm_s: float = 0.0
    delay_s: float = Field(default=0.05, ge=0)
    lambda_per_mm: float = 0.0
    plateau_mm: float = Field(default=0.8, gt=0)
    decline_per_mm: float = Field(default=0.04, ge=0)
    front_mm: float = Field(default=0.8, gt=0)
    tilt_per_mm: float = 0.0
    shear_mm: float = 0.1
    seed: int = 1


class Hole(Part):
    """A place where the film opens (or, as a decoy, where it is thicker), in one interval.

    Attributes
    ----------
    blink : int
        After which blink, from 0.
    kind : {"spot", "line", "area"}
        What it is to be told as.
    x_mm, y_mm : float
        Its middle from the resting pupil's centre (image axes, y down).
    after_s : float
        When it begins, after the upper lid came to rest.
    grow_s : float
        Time in which it grows to its full size, evenly in length.
    half_x_mm, half_y_mm, angle_deg : float
        Its full half axes, and how it is turned.
    ragged : float
        Share by which its rim wavers.
    left_nm : float
        Thickness inside it; 0: bare aqueous. A decoy's is more than the film's.
    vx_mm_s, vy_mm_s : float
        Its own motion over the cornea; a hole stays.
    lasts_s : float or None
        After this it is gone again; None: it stays until the blink.
    decoy : bool
        No break: it does not stand in the truth.
    """

    blink: int = Field(default=0, ge=0)
    kind: Literal["spot", "line", "area"] = "spot"
    x_mm: float = 0.0
    y_mm: float = 3.0
    after_s: float = Field(default=3.0, ge=0)
    grow_s: float = Field(default=1.0, gt=0)
    half_x_mm: float = Field(default=0.3, gt=0)
    half_y_mm: float = Field(default=0.3, gt=0)
    angle_deg: float = 0.0
    ragged: float = Field(default=0.08, ge=0, lt=0.5)
    left_nm: float = Field(default=0.0, ge=0)
    vx_mm_s: float = 0.0
    vy_mm_s: float = 0.0
    lasts_s: float | None = None
    decoy: bool = False


class Film(Part):
    """The lipid layer.

    Attributes
    ----------
    present : bool
        False: aqueous without visible lipid.
    sheet_nm, sheet_texture_nm : float
        Thickness of the spreading sheet and of its pattern (standard deviation).
    ahead_nm, ahead_texture_nm : float
        The same of the thinner film above it.
    ragged_mm : float
        Height of the front's fingers (standard deviation).
    texture_life_s : float
        Time in which the pattern itself becomes another.
    thinning_nm_s : float
        Rate at which the sheet thins.
    strength : float
        Reflected light against that from the iris.
    before : Spread or None
        The interval at the video's start where no blink comes before it; None: the film has
        come to rest before the video started.
    spreads : tuple of Spread
        One after each blink.
    holes : tuple of Hole
        Where it breaks.
    """

    present: bool = True
    sheet_nm: float = Field(default=100.0, ge=0)
    sheet_texture_nm: float = Field(default=22.0, ge=0)
    ahead_nm: float = Field(default=42.0, ge=0)
    ahead_texture_nm: float = Field(default=10.0, ge=0)
    ragged_mm: float = Field(default=0.1, ge=0)
    texture_life_s: float = Field(default=5.0, gt=0)
    thinning_nm_s: float = 0.5
    strength: float = Field(default=0.08, ge=0)
    before: Spread | None = None
    spreads: tuple[Spread, ...] = ()
    holes: tuple[Hole, ...] = ()


class Scene(Part):
    """A whole simulated video; the same scene gives the same video.

    Attributes
    ----------
    name : str
        Preset it was made from.
    seed : int
        Of everything that is random in rendering it (iris pattern, lashes, gaze, noise).
    """

    name: str = "normal"
    seed: int = 0
    camera: Camera = Camera()
    eye: Eye = Eye()
    lids: Lids = Lids()
    film: Film = Film()
