"""Colours and sizes: calm, told apart by colour-blind readers, readable on grey film."""

from __future__ import annotations

from typing import Final

OWN: Final = "#ffb000"
CURRENT: Final = "#ffffff"
PROGRAM: Final = "#56b4e9"
DOUBTFUL: Final = "#e4572e"
GHOST: Final = "#b8b8b8"
EYE: Final = "#9bd5c0"

POINT_PX: Final = 9.0
LINE_PX: Final = 1.6
"""Width of lines in screen-independent pixels of the film."""

TRACK_COLOURS: Final = ((0.0, "#3f8fbf"), (0.6, "#7fc4d9"), (1.0, "#e4572e"))
"""Tracks from sure to doubtful."""
