"""Other ways to measure the spread, each plainly, with the settings its users would choose.

All share the original paper's first steps (blinks from the distance to the average frame,
alignment by the pupil), differ in how the film is followed, and end in the paper's fit of
a exp(-b t) + c to the mean displacement. They are given the true scale.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from benchmarks.methods.annotator import annotator
from benchmarks.methods.flow import dis_particles, farneback_particles
from benchmarks.methods.original import original
from benchmarks.methods.piv import openpiv_particles
from easytear.analysis import Analysis
from easytear.simulate import Truth

Method = Callable[[Path, float, Truth | None], Analysis]
"""Takes the video, mm per px and, where there is one, the truth (used by the annotator only)."""

METHODS: dict[str, Method] = {
    "original": original,
    "farneback": farneback_particles,
    "dis": dis_particles,
    "openpiv": openpiv_particles,
    "annotator": annotator,
}
