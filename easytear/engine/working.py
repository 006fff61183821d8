"""What was seen in working pictures, in the coordinates of the file's, and what was drawn, back."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from easytear.base.geometry import Ellipse, FloatArray
from easytear.engine.observation import Observation
from easytear.engine.region import as_kept
from easytear.preprocess.records import Cornea, EyeInInterval, EyeMotion
from easytear.results import FilmBreak
from easytear.segment.records import FilmFront
from easytear.track.records import FilmTracks
from easytear.video.reduce import Reduction

WIDEST_STEP_PX = 8.0
"""Columns of the front are at most this far apart in the file (results format)."""


def ellipse_to_working(ellipse: Ellipse, by: Reduction) -> Ellipse:
    """Return an ellipse that a person drew, in working coordinates."""
    x, y = by.to_working(np.array([ellipse.x_px, ellipse.y_px])).tolist()
    rx, ry = ellipse.rx_px / by.ratio, ellipse.ry_px / by.ratio
    return Ellipse(x, y, rx, ry, ellipse.angle_deg)


def ellipse_to_file(ellipse: Ellipse | None, by: Reduction) -> Ellipse | None:
    """Return an ellipse in the file's coordinates."""
    if ellipse is None:
        return None
    x, y = by.to_file(np.array([ellipse.x_px, ellipse.y_px])).tolist()
    rx, ry = ellipse.rx_px * by.ratio, ellipse.ry_px * by.ratio
    return Ellipse(x, y, rx, ry, ellipse.angle_deg)


def seen_in_file(seen: Observation, by: Reduction) -> Observation:
    """Return an observation in the file's coordinates."""
    if not by.needed:
        return seen
    return replace(
        seen,
        eye=_eye(seen.eye, by),
        cornea=_cornea(seen.cornea, by),
        tracks=_tracks(seen.tracks, by),
        front=_front(seen.front, by),
        breaks=_breaks(seen.breaks, by),
    )


def _eye(eye: EyeInInterval, by: Reduction) -> EyeInInterval:
    motion: EyeMotion = replace(
        eye.motion,
        dx_px=eye.motion.dx_px * by.ratio,
        dy_px=eye.motion.dy_px * by.ratio,
        sd_px=eye.motion.sd_px * by.ratio,
    )
    return replace(
        eye,
        pupil=ellipse_to_file(eye.pupil, by),
        motion=motion,
        pupil_radius_px=eye.pupil_radius_px * by.ratio,
    )


def _cornea(cornea: Cornea, by: Reduction) -> Cornea:
    """Return the cornea as results will keep it; only the region's mask is told, not the film's."""
    shape = by.file_shape
    empty = np.zeros(shape, bool)
    kept = as_kept(
        replace(
            cornea,
            iris=ellipse_to_file(cornea.iris, by),
            iris_width_sd_px=cornea.iris_width_sd_px * by.ratio,
            region=None if cornea.region is None else by.to_file(cornea.region),
            region_mask=empty,
            film_mask=empty,
            lower_edge_px=_edge(cornea.lower_edge_px, by),
        )
    )
    return replace(kept, film_mask=kept.region_mask)


def _edge(lower_edge_px: FloatArray, by: Reduction) -> FloatArray:
    """Return the lower edge at each of the file's columns, NaN beyond the outermost known ones."""
    edge = np.full(by.file_shape[1], np.nan)
    known = np.flatnonzero(np.isfinite(lower_edge_px))
    if len(known):
        x, y = by.to_file(known.astype(float)), by.to_file(lower_edge_px[known])
        columns = np.arange(len(edge))
        inside = (columns >= x[0]) & (columns <= x[-1])
        edge[inside] = np.interp(columns[inside], x, y)
    return edge


def _tracks(tracks: FilmTracks, by: Reduction) -> FilmTracks:
    return replace(
        tracks,
        x_px=by.to_file(tracks.x_px),
        y_px=by.to_file(tracks.y_px),
        vx_px_s=tracks.vx_px_s * by.ratio,
        vy_px_s=tracks.vy_px_s * by.ratio,
        sd_px=tracks.sd_px * by.ratio,
    )


def _breaks(found: FilmBreak | None, by: Reduction) -> FilmBreak | None:
    if found is None:
        return None
    moved = []
    for one in found.breaks:
        x, y = by.to_file(np.array([one.x_eye_px, one.y_eye_px])).tolist()
        rim = by.to_file(np.array(one.outline, float)).round(2).tolist()
        moved.append(
            one.model_copy(
                update={
                    "x_eye_px": round(x, 2),
                    "y_eye_px": round(y, 2),
                    "area_px2": None if one.area_px2 is None else one.area_px2 * by.ratio**2,
                    "outline": tuple((a, b) for a, b in rim),
                }
            )
        )
    area = None if found.watched_px2 is None else found.watched_px2 * by.ratio**2
    return found.model_copy(update={"watched_px2": area, "breaks": tuple(moved)})


def _front(front: FilmFront, by: Reduction) -> FilmFront:
    """Return the front on columns of the file as close together as the results format says."""
    x_px = by.to_file(front.x_px)
    parts = 1 if len(x_px) < 2 else int(np.ceil(np.diff(x_px).max() / WIDEST_STEP_PX - 1e-9))
    left, right, share = _between(len(x_px), parts)
    observed = front.observed[:, left] & front.observed[:, right]

    def on_columns(values: FloatArray) -> FloatArray:
        # A column that is known does not become unknown by its neighbour.
        mixed = values[..., left] * (1.0 - share) + values[..., right] * share
        return np.where(share == 0.0, values[..., left], mixed)

    return replace(
        front,
        x_px=on_columns(x_px),
        y_px=by.to_file(on_columns(front.y_px)),
        sd_px=on_columns(front.sd_px) * by.ratio,
        observed=np.where(share == 0.0, front.observed[:, left], observed),
    )


def _between(count: int, parts: int) -> tuple[NDArray[np.int_], NDArray[np.int_], FloatArray]:
    """Return left and right neighbour, and the share of the right one, of columns in `parts`."""
    if count < 2:
        left = np.arange(count)
        return left, left, np.zeros(count)
    at = np.arange((count - 1) * parts + 1) / parts
    left = at.astype(int)
    return left, np.minimum(left + 1, count - 1), at - left
