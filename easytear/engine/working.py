"""What was seen in working pictures, in the coordinates of the file's, and what was drawn, back."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from easytear.base.geometry import Ellipse, FloatArray
from easytear.engine.observation import Observation
from easytear.engine.region import as_kept
from easytear.preprocess.records import Cornea, EyeInInterval, EyeMotion
from easytear.results import FilmBreak
from easytear.segment.records import FilmFront
from easytear.track.records import FilmTracks
from easytear.video.reduce import Reduction


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
    return replace(
        front,
        x_px=by.to_file(front.x_px),
        y_px=by.to_file(front.y_px),
        sd_px=front.sd_px * by.ratio,
    )
