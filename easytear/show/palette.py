"""The one palette of overlays, plots and pages: told apart by colour-blind people too.

The hues are those of Okabe and Ito (2008). A thing has the same colour wherever it is drawn.
"""

from __future__ import annotations

from typing import Final

from easytear.show.quality import quality_word

TRACKS: Final = "#56B4E9"
"""Film tracks, and the film's displacement and velocity in plots."""

FRONT: Final = "#E69F00"
"""The lipid front and its height."""

REGION: Final = "#009E73"
"""The exposed cornea that was analysed, and the film's area in plots."""

LIMBUS: Final = "#F0E442"
"""Limbus ellipse."""

PUPIL: Final = "#CC79A7"
"""Pupil ellipse."""

VELOCITY: Final = "#D55E00"
"""Arrows of the velocity field."""

BREAKS: Final = "#F0E442"
"""Rims of film breaks, and the broken area in plots."""

THICKNESS: Final = "#CC79A7"
"""Film thickness in plots."""

FIT: Final = "#D55E00"
"""The fitted spread law and its band."""

BLINK: Final = "#7A828E"
"""Blinks on timelines and plots."""

INTERVALS: Final = (
    "#0072B2",
    "#E69F00",
    "#009E73",
    "#D55E00",
    "#CC79A7",
    "#56B4E9",
    "#8C7A00",
    "#5B6675",
)
"""Intervals laid over each other, in turn."""

GOOD: Final = "#009E73"
DOUBTFUL: Final = "#E69F00"
BAD: Final = "#D55E00"


def interval_colour(index: int) -> str:
    """Return the colour of the interval with this index."""
    return INTERVALS[index % len(INTERVALS)]


def quality_colour(score: float) -> str:
    """Return the colour of a quality score (0 to 1): that of its word, see `quality_word`."""
    return {"good": GOOD, "fair": DOUBTFUL, "low": BAD}[quality_word(score)]


_ON_PAPER: Final = {
    TRACKS: "#0072B2",
    FRONT: "#B06A00",
    REGION: "#00795A",
    THICKNESS: "#A2467F",
    BREAKS: "#8C7A00",
}


def on_paper(colour: str) -> str:
    """Return the deeper shade of a hue, for thin lines on white."""
    return _ON_PAPER.get(colour, colour)


def blue_green_red(colour: str) -> tuple[int, int, int]:
    """Return a colour "#rrggbb" as OpenCV draws it, each 0 to 255."""
    red, green, blue = (int(colour[i : i + 2], 16) for i in (1, 3, 5))
    return blue, green, red
