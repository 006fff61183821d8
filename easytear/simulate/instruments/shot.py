"""Everything that a recording with an instrument is made from: frozen records, units in names.

Coordinates: *image* (of the frame), *head* (the image without a hand's shake, in which lids and
lamps stand) and *eye* (the head's without the eye's own motion, in which cornea and film stand).
"""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from easytear.simulate.scene import BlinkEvent, Part, Spread

Subject = Literal["eye", "skin", "shut", "dark", "white", "noise", "scene"]
EventKind = Literal["light", "exposure", "white_balance", "focus", "flicker"]


class Recorder(Part):
    """Camera and file.

    Attributes
    ----------
    iris_x_px, iris_y_px : float
        Where the iris' centre is in the picture at rest.
    jitter : float
        Share of the frame period by which frame times scatter.
    rotation_deg : int
        Rotation flag of the file; sizes and places are those of the upright picture.
    doubled : bool
        Every picture is written twice, at twice the rate.
    grey : bool
        Infra-red or monochrome: without colour, and the iris is brighter.
    blur_px, edge_blur_px : float
        Blur in the plane of focus, and 6 mm beside it: the cornea is curved.
    noise_dn : float
        Noise at mid grey; it grows with the light as photons do.
    tone : float
        Strength of the camera's S-shaped tone curve.
    shake_mm : float
        A hand's trembling.
    """

    width_px: int = Field(default=640, ge=64, le=1920)
    height_px: int = Field(default=480, ge=64, le=1920)
    fps: float = Field(default=30.0, gt=1, le=240)
    duration_s: float = Field(default=5.0, gt=0)
    mm_per_px: float = Field(default=0.02, gt=0.0005)
    iris_x_px: float = 320.0
    iris_y_px: float = 200.0
    jitter: float = Field(default=0.0, ge=0, lt=0.5)
    rotation_deg: int = 0
    doubled: bool = False
    grey: bool = False
    blur_px: float = Field(default=0.8, ge=0)
    edge_blur_px: float = Field(default=1.5, ge=0)
    noise_dn: float = Field(default=1.5, ge=0)
    tone: float = Field(default=0.4, ge=0, le=1)
    exposure: float = Field(default=1.0, gt=0)
    vignette: float = Field(default=0.3, ge=0, le=1)
    white: tuple[float, float, float] = (1.0, 1.0, 1.0)
    shake_mm: float = Field(default=0.0, ge=0)
    crf: int = Field(default=20, ge=0, le=51)


class Globe(Part):
    """Iris, pupil, sclera, and how the eye moves.

    Attributes
    ----------
    iris_light : float
        Share of the light that the iris returns: 0.02 dark brown, 0.2 pale blue.
    iris_warmth : float
        -1 blue, 0 grey, 1 brown.
    iris_contrast : float
        Of its fibres.
    limbus_mm : float
        Width over which iris becomes sclera.
    ring : float
        Darkness of the ring just inside the limbus.
    sclera_light : float
        Share of the light that the sclera returns.
    settle_mm : float
        How far the eye travels after a blink.
    """

    hvid_mm: float = Field(default=11.7, gt=5)
    aspect: float = Field(default=1.06, ge=1, lt=1.3)
    pupil_mm: float = Field(default=3.0, gt=0.5)
    pupil_dx_mm: float = 0.1
    pupil_dy_mm: float = -0.05
    pupil_change: float = 0.03
    iris_light: float = 0.06
    iris_warmth: float = 0.5
    iris_contrast: float = 0.35
    limbus_mm: float = Field(default=0.5, gt=0)
    ring: float = 0.2
    sclera_light: float = 0.32
    drift_mm_s: float = 0.06
    saccades_hz: float = 0.8
    saccade_mm: float = 0.06
    settle_mm: float = 0.3
    rotation_deg: float = 0.15


class Fissure(Part):
    """Lids, skin, lashes, brow.

    Attributes
    ----------
    upper_mm : float
        Height of the upper lid's margin above the iris' centre, eye open.
    lower_gap_mm : float
        Lower lid's margin below the lower limbus (negative: covers it).
    half_width_mm : float
        From the iris' centre to the corners of the eye.
    slant : float
        Fall of the fissure's axis to the right.
    skin_light, skin_warmth : float
        Share of the light that skin returns, and how much more of red.
    brow_mm : float
        Height of the brow above the iris' centre.
    """

    upper_mm: float = 4.3
    lower_gap_mm: float = 0.2
    half_width_mm: float = Field(default=14.0, gt=7)
    slant: float = 0.02
    skin_light: float = 0.25
    skin_warmth: float = 0.35
    brow_mm: float = 19.0
    lashes: int = Field(default=70, ge=0)
    lash_mm: float = Field(default=5.0, ge=0)
    blinks: tuple[BlinkEvent, ...] = ()


class Lamp(Part):
    """What lights the film, and its image in the cornea.

    Attributes
    ----------
    mirror : str
        Shape of the lamp's own image.
    lit : str
        Where interference shows: everywhere, in a disc about the cornea's middle, or below it.
    lit_mm : float
        Diameter of the disc, or height of the zone.
    film : float
        Strength of the film's reflection.
    over_pupil : float
        Share of it that is seen before the pupil, too.
    """

    mirror: Literal["none", "dots", "ring", "panel", "rings"] = "dots"
    mirror_light: float = 0.9
    lit: Literal["all", "disc", "below"] = "all"
    lit_mm: float = 12.0
    film: float = Field(default=0.06, ge=0)
    over_pupil: float = Field(default=0.4, ge=0, le=1)


class Frame(Part):
    """What stands round and over the picture."""

    aperture: Literal["none", "round", "cut", "bars"] = "none"
    aperture_share: float = Field(default=0.95, gt=0.1, le=1.5)
    text: bool = False


class LightEvent(Part):
    """Something that is no blink. `size` is the share of light, or px of blur."""

    kind: EventKind
    start_s: float
    duration_s: float = Field(gt=0)
    size: float


class Layer(Part):
    """The lipid layer.

    Attributes
    ----------
    pattern : str
        Of the sheet: worms and spots from reaction and diffusion, waves and clouds from noise.
    drawn_at : float
        Share of the final displacement at which the pattern has its natural proportions.
    before : Spread or None
        As in `easytear.simulate.scene.Film`.
    """

    present: bool = True
    pattern: Literal["worms", "spots", "waves", "clouds"] = "worms"
    sheet_nm: float = 95.0
    pattern_nm: float = 20.0
    ahead_nm: float = 40.0
    ahead_pattern_nm: float = 8.0
    grain_mm: float = 0.12
    drawn_at: float = 0.5
    life_s: float = 6.0
    ragged_mm: float = 0.12
    n_lipid: float = 1.48
    spreads: tuple[Spread, ...] = (Spread(),)
    before: Spread | None = None


class Shot(Part):
    """A whole recording; the same shot gives the same video."""

    name: str = "whole_eye"
    seed: int = 0
    difficulty: int = Field(default=1, ge=0, le=2)
    subject: Subject = "eye"
    recorder: Recorder = Recorder()
    globe: Globe = Globe()
    fissure: Fissure = Fissure()
    lamp: Lamp = Lamp()
    frame: Frame = Frame()
    layer: Layer = Layer()
    events: tuple[LightEvent, ...] = ()
