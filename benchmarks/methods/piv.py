"""Particle image velocimetry with OpenPIV: multi-pass windows, integrated along particles."""

from __future__ import annotations

import contextlib
import io
import warnings
from collections.abc import Iterator
from itertools import pairwise

import cv2
import numpy as np

from benchmarks.methods.common import Part, carried
from easytear.base.errors import MissingExtraError
from easytear.base.geometry import ByteArray, FloatArray

WINDOWS_PX = (64, 32)


def openpiv(part: Part) -> FloatArray:
    """Return particle paths under OpenPIV's multi-pass correlation, no average subtracted.

    Raises
    ------
    MissingExtraError
        Without the openpiv package.
    """
    return carried(part, part.pictures(subtract=False), _piv)


def _piv(pictures: list[ByteArray]) -> Iterator[FloatArray]:
    try:
        from openpiv import windef
    except ImportError as error:
        raise MissingExtraError(
            "OpenPIV is not installed; run 'pip install easytear[benchmark]'."
        ) from error
    settings = windef.PIVSettings()
    settings.windowsizes = WINDOWS_PX
    settings.overlap = tuple(w // 2 for w in WINDOWS_PX)
    settings.num_iterations = len(WINDOWS_PX)
    # In single precision: of whole numbers it would round the deformed pictures, too.
    exact = [picture.astype(np.float32) for picture in pictures]
    for before, after in pairwise(exact):
        with warnings.catch_warnings(), contextlib.redirect_stdout(io.StringIO()):
            warnings.simplefilter("ignore")
            x, y, u, v, _ = windef.simple_multipass(before, after, settings)
        # OpenPIV turns the picture so that y points up: rows from the top, v positive upwards.
        yield _dense(x, before.shape[0] - 1 - y, u, -v, before.shape)


def _dense(
    x: FloatArray, y: FloatArray, u: FloatArray, v: FloatArray, shape: tuple[int, ...]
) -> FloatArray:
    """Return the (height, width, 2) flow between a grid's vectors."""
    if y[0, 0] > y[-1, 0]:
        y, u, v = y[::-1], u[::-1], v[::-1]
    step_x, step_y = x[0, 1] - x[0, 0], y[1, 0] - y[0, 0]
    map_x, map_y = np.meshgrid(
        ((np.arange(shape[1]) - x[0, 0]) / step_x).astype(np.float32),
        ((np.arange(shape[0]) - y[0, 0]) / step_y).astype(np.float32),
    )
    grid = np.dstack([u, v]).astype(np.float32)
    return np.asarray(
        cv2.remap(grid, map_x, map_y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    )
