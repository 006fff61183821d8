"""Earlier results, as what was seen: the numbers that stand in their files, no others.

What is measured is always measured from the digits that the tables keep, also when a video is
analysed for the first time. Measuring again from the files then gives the same numbers, to the
last digit, and so does anybody who repeats it from them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from easytear.base.geometry import FloatArray
from easytear.engine.observation import Observation
from easytear.engine.region import edge_columns, polygon_mask
from easytear.engine.tables import (
    front_columns,
    front_from_columns,
    motion_from_columns,
    tracks_columns,
    tracks_from_columns,
)
from easytear.preprocess.records import Blink, Cornea, EyeInInterval, Interval
from easytear.results import Analysis, Columns, IntervalResult, as_written

if TYPE_CHECKING:
    import pandas as pd


def as_kept(seen: Observation) -> Observation:
    """Return an observation with the digits that results keep of it."""
    tracks = as_written(tracks_columns(seen, None))
    front = as_written(front_columns(seen))
    start = seen.interval.start_frame
    time_s = as_written({"time_s": seen.time_s})["time_s"]
    return replace(
        seen,
        time_s=time_s,
        eye=replace(seen.eye, motion=_kept_motion(seen.eye)),
        tracks=tracks_from_columns(tracks, start, time_s),
        front=front_from_columns(
            front,
            start,
            len(time_s),
            seen.front.flags,
            as_written({"x_eye_px": seen.front.x_px})["x_eye_px"].tolist(),
        ),
        thickness_nm=as_written({"thickness_nm": seen.thickness_nm})["thickness_nm"],
        broken_fraction=None
        if seen.broken_fraction is None
        else as_written({"broken_fraction": seen.broken_fraction})["broken_fraction"],
        sharpness=as_written({"sharpness": seen.sharpness})["sharpness"],
    )


def _kept_motion(eye: EyeInInterval) -> Any:
    motion, known = eye.motion, eye.pupil is not None
    unknown = np.full(len(motion.dx_px), np.nan)
    columns = {
        "eye_dx_px": motion.dx_px,
        "eye_dy_px": motion.dy_px,
        "eye_rotation_deg": motion.rotation_deg,
        "eye_sd_px": motion.sd_px,
    }
    kept = {name: values if known else unknown for name, values in columns.items()}
    return motion_from_columns(as_written(kept))


@dataclass(frozen=True)
class Earlier:
    """Earlier results of a video, interval by interval."""

    analysis: Analysis

    @property
    def results(self) -> tuple[IntervalResult, ...]:
        """The intervals' entries."""
        return self.analysis.summary.intervals

    @property
    def followed_mm_per_px(self) -> float | None:
        """The scale that set the distances in which film was looked for."""
        return self.analysis.summary.calibration.followed_mm_per_px

    def observation(self, number: int) -> Observation:
        """Return what was seen in one interval."""
        result, frames = self.results[number], self.frames(number)
        before = result.blink_before
        time_s = np.asarray(frames["time_s"], float)
        return Observation(
            index=number,
            interval=Interval(
                result.start_frame,
                result.end_frame,
                None
                if before is None
                else Blink(before.start_frame, before.end_frame, before.complete),
            ),
            time_s=time_s,
            eye=EyeInInterval(
                pupil=None if result.pupil is None else result.pupil.ellipse(),
                motion=motion_from_columns(frames),
                pupil_radius_px=np.full(len(time_s), np.nan),
            ),
            cornea=self._cornea(result),
            tracks=tracks_from_columns(self.tracks(number), result.start_frame, time_s),
            front=front_from_columns(
                self.front(number),
                result.start_frame,
                len(time_s),
                result.observed.front_flags,
                result.observed.front_x_px or (),
            ),
            thickness_nm=np.asarray(frames["thickness_nm"], float),
            thickness=result.thickness,
            sharpness=np.asarray(frames["sharpness"], float),
            streak_angle_deg=result.streak_angle_deg,
            breaks=result.film_break,
            broken_fraction=_known(frames, "broken_fraction"),
            flags=result.observed.flags,
            watched_s=result.observed.watched_s,
        )

    def frames(self, number: int) -> Columns:
        """Return one interval's columns of frames.csv."""
        result, table = self.results[number], self.analysis.frames
        inside = (table["frame"] >= result.start_frame) & (table["frame"] <= result.end_frame)
        return as_written(_columns(table[inside].drop(columns=["is_blink"])))

    def tracks(self, number: int, factor: float = 1.0) -> Columns:
        """Return one interval's columns of tracks.csv, tracks counted from 0.

        Velocities are multiplied by `factor`, and taken from the places where there are none.
        """
        table = self.analysis.tracks
        earlier = table["track_id"][table["interval"] < number]
        columns = _columns(table[table["interval"] == number])
        columns["track_id"] = columns["track_id"] - (int(earlier.max()) + 1 if len(earlier) else 0)
        if factor != 1.0:
            for name in ("vx_mm_s", "vy_mm_s"):
                columns[name] = columns[name] * factor
        return as_written(columns)

    def front(self, number: int) -> Columns:
        """Return one interval's columns of front.csv."""
        table = self.analysis.front
        return as_written(_columns(table[table["interval"] == number]))

    def _cornea(self, result: IntervalResult) -> Cornea:
        video = self.analysis.summary.video
        shape = (video.height_px, video.width_px)
        region = None if result.region is None else np.array(result.region, float)
        mask = np.zeros(shape, bool) if region is None else polygon_mask(region, shape)
        sd = result.observed.iris_width_sd_px
        return Cornea(
            iris=None if result.iris is None else result.iris.ellipse(),
            iris_width_sd_px=np.nan if sd is None else sd,
            region=region,
            region_mask=mask,
            film_mask=mask,
            lower_edge_px=edge_columns(result.observed.lower_edge, video.width_px),
        )


def _known(frames: Columns, name: str) -> FloatArray | None:
    return np.asarray(frames[name], float) if name in frames else None


def _columns(table: pd.DataFrame) -> dict[str, NDArray[Any]]:
    return {str(name): np.asarray(table[name]) for name in table.columns}


def with_velocities(columns: Columns, seen: Observation, mm_per_px: float | None) -> Columns:
    """Return columns of tracks.csv with velocities from the places where they have none."""
    out: dict[str, NDArray[Any]] = dict(columns)
    fresh: Mapping[str, FloatArray] = tracks_columns(seen, mm_per_px)
    for name in ("vx_mm_s", "vy_mm_s"):
        known = np.isfinite(np.asarray(out[name], float))
        out[name] = np.where(known, out[name], fresh[name])
    return out
