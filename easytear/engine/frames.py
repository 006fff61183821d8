"""The table frames.csv: every frame of the video, with what is known of it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from easytear.engine.entries import Measured
from easytear.engine.eye import Watched
from easytear.engine.source import Source
from easytear.results import FRAMES, shape_table

if TYPE_CHECKING:
    import pandas as pd


def frames_table(source: Source, watched: Watched, measured: Sequence[Measured]) -> pd.DataFrame:
    """Return the table of a video that was looked at."""
    import pandas as pd

    count = len(source.time_s)
    blink = np.zeros(count, bool)
    for one in watched.blinks:
        blink[one.start_frame : one.end_frame + 1] = True
    sharpness = np.full(count, np.nan)
    sharpness[source.first : source.stop] = watched.sharpness
    table = pd.DataFrame(
        {
            "frame": np.arange(count),
            "time_s": source.time_s,
            "is_blink": blink,
            "sharpness": sharpness,
        }
    )
    return _with(table, measured)


def frames_again(earlier: pd.DataFrame, measured: Sequence[Measured]) -> pd.DataFrame:
    """Return the table of earlier results with the measured columns anew."""
    return _with(earlier[["frame", "time_s", "is_blink", "sharpness"]], measured)


def _with(table: pd.DataFrame, measured: Sequence[Measured]) -> pd.DataFrame:
    import pandas as pd

    known = [pd.DataFrame(m.frames) for m in measured]
    if known:
        rows = pd.concat(known).drop(columns=["time_s", "sharpness"])
        table = table.merge(rows, on="frame", how="left")
    return shape_table(table, FRAMES)
