"""Interlaced pictures: how strongly they comb, and how to rebuild them from one field.

An interlaced picture is two, taken half a frame apart: the even lines (top field) and the odd
ones. Where something moves, it stands elsewhere in every second line.
"""

from __future__ import annotations

from typing import Literal

import cv2
import numpy as np

from easytear.base.geometry import ByteArray, FloatArray

COMB_LIMIT = 1.25
"""Comb index above which a picture holds two exposures. One exposure gives at most 1 (white
noise); the margin is for the scatter of single frames."""

_COLUMNS = 96
_SHARE = 0.03
_LEAST = 5


def comb_index(grey: ByteArray) -> float:
    """Return how strongly a picture combs.

    Amplitude at the highest vertical frequency (one line up, one line down) over that at three
    quarters of it. In a picture of one exposure amplitudes fall towards high frequencies, or
    are equal in noise, whatever is blurred and in whatever direction: at most about 1. Fields that
    differ put the picture's strong coarse structure there: above 1. A still interlaced picture
    does not comb.

    Parameters
    ----------
    grey : (height, width) uint8 array
        A frame as decoded, unscaled in height.
    """
    height, width = grey.shape
    if height < 64 or width < 8:
        return 0.0
    columns = grey[:, :: max(width // _COLUMNS, 1)].astype(np.float32)
    columns -= columns.mean(axis=0)
    columns *= np.hanning(height).astype(np.float32)[:, None]
    power = np.square(np.abs(np.fft.rfft(columns, axis=0))).mean(axis=1)
    top = len(power) - 1
    highest = power[round(top * 15 / 16) :].mean()
    below = power[round(top * 11 / 16) : round(top * 13 / 16)].mean()
    return float(np.sqrt(highest / below)) if below > 0 else 0.0


def combs(index: FloatArray) -> bool:
    """Return True where a video is interlaced, judged by its most combing frames.

    Fields can be told apart only while something moves, which after a blink is a few tenths
    of a second in each interval: the highest 3 % of the frames decide.

    Parameters
    ----------
    index : (n,) float array
        Comb index of each frame, or of frames evenly chosen; at least five.
    """
    known = index[np.isfinite(index)]
    return len(known) >= _LEAST and bool(np.quantile(known, 1.0 - _SHARE) > COMB_LIMIT)


def deinterlace(picture: ByteArray, keep: Literal["top", "bottom"] = "top") -> ByteArray:
    """Return the picture rebuilt from one of its fields.

    The field's lines stay where they are; each line between is interpolated from four lines of
    the field (cubic: -1, 9, 9, -1 sixteenths), so nothing moves up or down. The result shows
    the moment of the field kept; for the top field of a top-field-first recording that is the
    frame's own time.

    Parameters
    ----------
    picture : (height, width) or (height, width, 3) uint8 array
        Grey or colour.
    keep : {"top", "bottom"}
        The field kept: even lines or odd lines, counted from 0.
    """
    first = 0 if keep == "top" else 1
    field = picture[first::2]
    if field.shape[0] < 2:
        return picture.copy()
    out = np.empty_like(picture)
    out[first::2] = field
    rest = out[1 - first :: 2]
    rest[:] = _between_lines(field)[1 - first :][: len(rest)]
    return out


def _between_lines(field: ByteArray) -> ByteArray:
    """Return n + 1 lines: before the first line of `field`, between its lines, after its last."""
    padded = cv2.copyMakeBorder(field, 2, 2, 0, 0, cv2.BORDER_REPLICATE)
    rows = padded.shape[0]
    inner = cv2.addWeighted(
        padded[1 : rows - 2], 0.5, padded[2 : rows - 1], 0.5, 0.0, dtype=cv2.CV_32F
    )
    outer = cv2.addWeighted(padded[: rows - 3], 0.5, padded[3:], 0.5, 0.0, dtype=cv2.CV_32F)
    between = cv2.addWeighted(inner, 1.125, outer, -0.125, 0.0)
    return np.asarray(cv2.convertScaleAbs(np.maximum(between, 0.0)), dtype=np.uint8)
