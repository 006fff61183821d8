"""Colours and sizes: the program's in the common palette, the person's in white and yellow."""

from __future__ import annotations

from typing import Final

from easytear.show import palette

OWN: Final = "#ffffff"
CURRENT: Final = palette.LIMBUS
GHOST: Final = "#a9b1ba"
GHOST_LINE: Final = "#a9b1ba66"
REVIEW: Final = "#ff4fd8"
"""What is under review: a colour that nothing else on the film has."""

PROGRAM: Final = palette.TRACKS
FRONT: Final = palette.FRONT
EYE: Final = {
    "region": palette.REGION,
    "limbus": palette.LIMBUS,
    "pupil": palette.PUPIL,
    "break": palette.BREAKS,
}
BLINK: Final = palette.BLINK
NOTE: Final = palette.VELOCITY

POINT_PX: Final = 9.0
POINT_SCREEN_PX: Final = (12, 40)
"""Least and greatest size of a point on the screen: a film of 4K is shown much smaller."""

LINE_PX: Final = 1.6
"""Width of lines in pixels of a film of 640 x 480."""


def line_px(height_px: int | None) -> float:
    """Return the width of lines in pixels of a film: as wide on the screen whatever its size."""
    return LINE_PX * max((height_px or 0) / 480.0, 1.0)


TRACK_COLOURS: Final = ((0.0, palette.TRACKS), (0.5, palette.TRACKS), (1.0, palette.VELOCITY))
"""Tracks from sure to doubtful."""
