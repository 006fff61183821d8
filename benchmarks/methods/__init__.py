"""Other ways to measure the spread, each plainly, with the settings its users would choose.

All share the original paper's first steps (blinks from the distance to the average frame,
alignment by the pupil, enhancement), differ in how the film is followed, and end in the paper's
fit of a exp(-b t) + c to the mean displacement. They are given the true scale.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from benchmarks.methods.annotator import annotator
from benchmarks.methods.common import Part, Prepared, prepare
from benchmarks.methods.flow import dis, farneback
from benchmarks.methods.original import corners
from benchmarks.methods.piv import openpiv
from benchmarks.methods.result import as_analysis
from easytear.base.geometry import FloatArray
from easytear.results import Analysis
from easytear.simulate import Truth

FOLLOW: dict[str, Callable[[Part], FloatArray]] = {
    "original": corners,
    "farneback": farneback,
    "dis": dis,
    "openpiv": openpiv,
}
"""How each follows the film of an aligned run: positions (frames, points, 2), NaN where lost."""

METHODS = (*FOLLOW, "annotator")

SET_UP = {
    "original": (
        "200 corners of the lower iris in the first frame, pyramidal Lucas-Kanade (21 px, 3 "
        "levels), the mean of those that survive to the end"
    ),
    "farneback": (
        "OpenCV, 3 levels, 15 px, 3 iterations, on the same pictures as the original; a particle "
        "every 16 px of the lower iris, carried from frame to frame"
    ),
    "dis": "OpenCV, medium preset, the average frame not subtracted; particles as above",
    "openpiv": (
        "two passes, windows of 64 and 32 px that overlap by half, deformed symmetrically, the "
        "package's own validation and replacement, the average frame not subtracted; particles "
        "as above"
    ),
    "annotator": (
        "starts from the truth: eight points below the front, 2 px of noise in every tenth "
        "frame, interpolated; given the truth's intervals and eye motion"
    ),
}
"""What a reader needs to know of each method's settings."""

SHARED_STEPS = (
    "All but the annotator find blinks by the distance from the average frame, hold the eye "
    "still by the pupil's centre from the first frame in which no lid covers it, and enhance as "
    "the paper does (sharpen, band-pass, subtract the average frame, local equalisation); dense "
    "flow is computed where the film of the lower iris can come. All fit a exp(-b t) + c to the "
    "mean rise of the first 5 s, with the 95 % interval of the least-squares fit, and are given "
    "the true scale; EasyTear is given the person's iris width."
)
"""How the methods beside ours begin and end."""


def measure(
    name: str,
    video: Path,
    mm_per_px: float,
    truth: Truth | None = None,
    prepared: Prepared | None = None,
) -> Analysis:
    """Return what a method measures in a video.

    Parameters
    ----------
    name : str
        One of METHODS.
    video : Path
        The video.
    mm_per_px : float
        Scale.
    truth : Truth, optional
        Used by the annotator only.
    prepared : Prepared, optional
        The video after the shared steps, where several methods are run on it.
    """
    if name == "annotator":
        return annotator(video, mm_per_px, truth)
    made = prepared or prepare(video)
    parts = [(p.run, p.centres, FOLLOW[name](p), p.radius) for p in made.parts]
    return as_analysis(video, made.time_s, made.is_blink, parts, mm_per_px, made.shape)


def prepare_for_many(video: Path) -> Prepared:
    """Return the shared steps' result in a form that several methods can use."""
    made = prepare(video)
    return replace(made, parts=tuple(made.parts))
