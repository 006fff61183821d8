"""The three tables of the results format: their columns, kinds, and how they are made whole.

A table is a pandas DataFrame; an unknown value is NaN (float columns) or pandas.NA (nullable
integer and boolean columns) in memory and an empty field on disk. pandas takes long to import and
much memory: it is not loaded before a table is made.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    import pandas as pd

Columns = Mapping[str, NDArray[Any]]
"""A table's columns by name."""

FRAMES: Final[Mapping[str, str]] = {
    "frame": "int64",
    "time_s": "float64",
    "interval": "Int64",
    "is_blink": "bool",
    "eye_dx_px": "float64",
    "eye_dy_px": "float64",
    "eye_rotation_deg": "float64",
    "front_height_mm": "float64",
    "front_velocity_mm_s": "float64",
    "area_mm2": "float64",
    "area_fraction": "float64",
    "displacement_x_mm": "float64",
    "displacement_y_mm": "float64",
    "velocity_x_mm_s": "float64",
    "velocity_y_mm_s": "float64",
    "thickness_nm": "float64",
    "sharpness": "float64",
}
"""Columns of frames.csv, one row per video frame."""

TRACKS: Final[Mapping[str, str]] = {
    "interval": "int64",
    "track_id": "int64",
    "frame": "int64",
    "time_s": "float64",
    "x_px": "float64",
    "y_px": "float64",
    "x_eye_px": "float64",
    "y_eye_px": "float64",
    "vx_mm_s": "float64",
    "vy_mm_s": "float64",
    "sd_px": "float64",
    "observed": "bool",
}
"""Columns of tracks.csv, one row per tracked point and frame."""

FRONT: Final[Mapping[str, str]] = {
    "interval": "int64",
    "frame": "int64",
    "time_s": "float64",
    "x_eye_px": "float64",
    "y_eye_px": "float64",
    "sd_px": "float64",
    "observed": "bool",
}
"""Columns of front.csv, one row per front sample and frame."""

BLINKS: Final = (
    "start_frame",
    "end_frame",
    "start_s",
    "end_s",
    "closure",
    "complete",
    "class",
    "closing_s",
    "contact_s",
    "opening_s",
    "closing_peak_mm_s",
    "opening_peak_mm_s",
)
"""Columns of blinks.csv, one row per blink."""

EVENTS: Final = ("kind", "start_frame", "end_frame")
"""Columns of events.csv, one row per event of the recording."""


DECIMALS: Final[Mapping[str, int]] = {
    "time_s": 6,
    "eye_px": 6,
    "sd_px": 6,
    "_px": 3,
    "_mm": 5,
    "_mm_s": 5,
    "_deg": 4,
}
"""Digits after the point that files keep, by the end of a column's name.

More of what is measured from: standard deviations of hundredths of a pixel are weights there.
"""


def decimals(column: str) -> int:
    """Return how many digits after the point a column keeps."""
    for ending, digits in DECIMALS.items():
        if column.endswith(ending):
            return digits
    return 6


def as_written(columns: Columns) -> dict[str, NDArray[Any]]:
    """Return columns with the digits that files keep: reading these back gives the same."""
    return {
        name: np.round(values, decimals(name)) if np.asarray(values).dtype.kind == "f" else values
        for name, values in columns.items()
    }


def shape_table(table: pd.DataFrame, columns: Mapping[str, str]) -> pd.DataFrame:
    """Return the table with the format's columns first, in order and of the right kind.

    Missing float columns become empty; further columns follow in the order they have.
    """
    import pandas as pd

    out = table.copy()
    for name, kind in columns.items():
        if name not in out:
            out[name] = pd.Series(pd.NA if kind == "Int64" else float("nan"), index=out.index)
        out[name] = out[name].astype(kind)  # type: ignore[call-overload]
    rest = [name for name in out.columns if name not in columns]
    return out[[*columns, *rest]]


def empty_table(columns: Mapping[str, str]) -> pd.DataFrame:
    """Return a table of these columns without rows."""
    import pandas as pd

    return pd.DataFrame({name: pd.Series(dtype=kind) for name, kind in columns.items()})
