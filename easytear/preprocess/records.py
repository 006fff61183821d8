"""What preprocessing finds: plain records of arrays."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from easytear.base.geometry import BoolArray, Ellipse, FloatArray


@dataclass(frozen=True)
class Blink:
    """A blink; frames from 0 at the video's start, both inside it.

    Attributes
    ----------
    start_frame, end_frame : int
        First and last frame in which the lid covers more than in the open state.
    complete : bool
        Whether the lids met.
    closure : float or None
        Deepest closure, 0 (open) to 1 (the lids meet).
    closing_s, contact_s, opening_s : float or None
        Duration of the lid's way down, of the time for which it touches the lower lid, and of
        its way up; None where the video does not show all of it.
    closing_peak_mm_s, opening_peak_mm_s : float or None
        Greatest speed of the lid's edge on its way down and up; None where a way has fewer than
        two frames, or nothing tells a millimetre.
    """

    start_frame: int
    end_frame: int
    complete: bool
    closure: float | None = None
    closing_s: float | None = None
    contact_s: float | None = None
    opening_s: float | None = None
    closing_peak_mm_s: float | None = None
    opening_peak_mm_s: float | None = None

    @property
    def kind(self) -> str:
        """The nearest class of Ousler 2014 (PMC4015796): "25", "50", "75" or "complete"."""
        if self.complete:
            return "complete"
        depth = 0.5 if self.closure is None else self.closure
        return "25" if depth < 0.375 else "50" if depth < 0.625 else "75"


EventKind = Literal["light", "exposure", "focus", "lost_frames", "no_eye"]


@dataclass(frozen=True)
class Event:
    """Something that happened to the picture and is no blink; both frames are inside it.

    `kind` is "light" (lamps, flicker, white balance), "exposure" (the camera's own gain settles),
    "focus", "lost_frames" (blank, frozen or missing pictures) or "no_eye".
    """

    kind: EventKind
    start_frame: int
    end_frame: int


@dataclass(frozen=True)
class Interval:
    """Open eye between two blinks; frames from 0 at the video's start, both inside it."""

    start_frame: int
    end_frame: int
    blink_before: Blink | None


@dataclass(frozen=True)
class EyeMotion:
    """The eye's motion in one interval, relative to its first frame.

    Attributes
    ----------
    dx_px, dy_px : (n,) float arrays
        Shift of the pupil's centre; NaN nowhere (gaps are bridged and marked).
    rotation_deg : (n,) float array
        Rotation about the pupil's centre, positive from x towards y; 0 where not above noise.
    sd_px : (n,) float array
        One standard deviation of the shift.
    rotation_sd_deg : (n,) float array or None
        One standard deviation of the rotation; None where nothing is known of it.
    observed : (n,) bool array
        False where the shift was bridged over frames in which the pupil could not be seen.
    """

    dx_px: FloatArray
    dy_px: FloatArray
    rotation_deg: FloatArray
    sd_px: FloatArray
    observed: BoolArray
    rotation_sd_deg: FloatArray | None = None


@dataclass(frozen=True)
class EyeInInterval:
    """The eye in one interval: pupil in its first frame (None: not found), motion, flags.

    `pupil_radius_px` is (n,), the mean radius over time, NaN where unknown. `flags` are stable
    short words, for example "pupil_not_found", "pupil_size_changes", "eye_motion_uncertain".
    """

    pupil: Ellipse | None
    motion: EyeMotion
    pupil_radius_px: FloatArray
    flags: tuple[str, ...] = ()


@dataclass(frozen=True)
class Cornea:
    """The iris and the exposed cornea of one interval, in eye coordinates.

    Attributes
    ----------
    iris : Ellipse or None
        Limbus; None where limbus and lid cannot be told apart.
    iris_width_sd_px : float
        One standard deviation of the iris's full width; NaN without iris.
    region : (k, 2) float array or None
        Polygon (x, y) of the exposed cornea to analyse, lids and lashes left out.
    region_mask : (height, width) bool array
        The same as a mask; all False without region.
    film_mask : (height, width) bool array
        Where film texture can be trusted: the region without pupil margin, still lash combs
        and glare.
    lower_edge_px : (width,) float array
        y of the lower border of the exposed cornea (lower lid margin or limbus) for each
        image column; NaN where unknown.
    flags : tuple of str
        Stable short words, for example "limbus_not_found".
    """

    iris: Ellipse | None
    iris_width_sd_px: float
    region: FloatArray | None
    region_mask: BoolArray
    film_mask: BoolArray
    lower_edge_px: FloatArray
    flags: tuple[str, ...] = field(default=())
