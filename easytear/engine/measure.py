"""One interval's observation to its numbers: the same code for program and people."""

from __future__ import annotations

from typing import Any

import numpy as np

from easytear.base.geometry import FloatArray
from easytear.engine.entries import Measured, blink_info, ellipse_info
from easytear.engine.extras import with_computed
from easytear.engine.observation import Observation
from easytear.engine.region import edge_points
from easytear.measure.area import area_over_time, measure_area
from easytear.measure.breaks.times import break_numbers
from easytear.measure.film import FilmSpread, measure_film
from easytear.measure.quality import assess_quality
from easytear.measure.velocity import measure_velocity, stabilization_s
from easytear.request.settings import Settings
from easytear.results import (
    Columns,
    Exclusion,
    FilmBreak,
    IntervalResult,
    Observed,
    Quality,
)


def measure_interval(
    seen: Observation,
    mm_per_px: float | None,
    settings: Settings,
    excluded: Exclusion | None = None,
) -> Measured:
    """Measure one interval.

    Parameters
    ----------
    seen : Observation
        What the stages, or a person, saw.
    mm_per_px : float or None
        Scale; without one, lengths stay unknown.
    settings : Settings
        Their measuring groups are used.
    excluded : Exclusion, optional
        A person's decision, passed on.
    """
    film = measure_film(
        seen.time_s,
        seen.tracks,
        seen.front,
        seen.cornea.lower_edge_px,
        mm_per_px,
        settings.spread,
        settings.quality,
        iris=seen.cornea.iris,
    )
    scale = np.nan if mm_per_px is None else mm_per_px
    area = area_over_time(seen.front.x_px, film.front_y_px, seen.cornea.region_mask)
    area_mm2 = area.area_px * scale**2
    moved = {
        "spread": film.spread,
        "area": measure_area(seen.time_s, area_mm2, area.fraction, film.onset_s),
        **_velocity(seen, film, settings),
        "film_break": _film_break(seen, mm_per_px),
        "quality": _quality(seen, film, mm_per_px, settings),
    }
    result = IntervalResult(**_seen(seen), **moved, excluded=excluded)
    rows = _frame_rows(seen, film, area_mm2, area.fraction, scale)
    return with_computed(Measured(result, rows), mm_per_px)


def _seen(seen: Observation) -> dict[str, Any]:
    """Return what the summary holds of an interval without any measuring."""
    return {
        "index": seen.index,
        "start_frame": seen.interval.start_frame,
        "end_frame": seen.interval.end_frame,
        "start_s": float(seen.time_s[0]),
        "end_s": float(seen.time_s[-1]),
        "blink_before": blink_info(seen.interval.blink_before),
        "pupil": ellipse_info(seen.eye.pupil),
        "iris": ellipse_info(seen.cornea.iris),
        "region": _polygon(seen.cornea.region),
        "streak_angle_deg": seen.streak_angle_deg,
        "thickness": seen.thickness,
        "observed": Observed(
            lower_edge=edge_points(seen.cornea.lower_edge_px),
            front_x_px=tuple(seen.front.x_px.tolist()),
            iris_width_sd_px=_known(seen.cornea.iris_width_sd_px),
            flags=_flags(seen),
            front_flags=seen.front.flags,
            watched_s=seen.watched_s,
        ),
    }


def _known(value: float) -> float | None:
    return float(value) if np.isfinite(value) else None


def _flags(seen: Observation) -> tuple[str, ...]:
    return (*seen.eye.flags, *seen.cornea.flags, *seen.flags)


def _film_break(seen: Observation, mm_per_px: float | None) -> FilmBreak | None:
    if seen.breaks is None or seen.broken_fraction is None:
        return None
    before = seen.interval.blink_before
    complete = before is not None and before.complete
    return break_numbers(
        seen.breaks, seen.broken_fraction, seen.time_s, mm_per_px, complete=complete
    )


def _velocity(seen: Observation, film: FilmSpread, settings: Settings) -> dict[str, Any]:
    rise = film.displacement_y_mm
    still_s = stabilization_s(
        seen.time_s,
        rise,
        film.onset_s,
        limit_mm_s=settings.spread.stable_velocity_mm_s,
        stable_for_s=settings.spread.stable_for_s,
    )
    velocity = measure_velocity(seen.time_s, rise, film.onset_s)
    return {"velocity": velocity, "stabilization_s": still_s}


def _quality(
    seen: Observation, film: FilmSpread, mm_per_px: float | None, settings: Settings
) -> Quality:
    sd_px = seen.eye.motion.sd_px
    late = film.headline is not None and seen.interval.blink_before is None
    return assess_quality(
        film,
        seen.tracks,
        seen.front,
        settings.quality,
        mm_per_px=mm_per_px,
        eye_sd_px=float(np.nanmedian(sd_px)) if np.isfinite(sd_px).any() else None,
        other_flags=(*_flags(seen), *(["blink_not_filmed"] if late else [])),
    )


def _polygon(region: FloatArray | None) -> tuple[tuple[float, float], ...] | None:
    if region is None:
        return None
    return tuple((round(float(x), 2), round(float(y), 2)) for x, y in region)


def _frame_rows(
    seen: Observation,
    film: FilmSpread,
    area_mm2: FloatArray,
    fraction: FloatArray,
    mm_per_px: float,
) -> Columns:
    motion = seen.eye.motion
    known = seen.eye.pupil is not None
    frame = np.arange(seen.interval.start_frame, seen.interval.end_frame + 1)
    unknown = np.full(len(frame), np.nan)
    broken = unknown if seen.broken_fraction is None else seen.broken_fraction
    watched_px2 = (seen.breaks.watched_px2 if seen.breaks is not None else None) or np.nan
    return {
        "frame": frame,
        "time_s": seen.time_s,
        "interval": np.full(len(frame), seen.index),
        "eye_dx_px": motion.dx_px if known else unknown,
        "eye_dy_px": motion.dy_px if known else unknown,
        "eye_rotation_deg": motion.rotation_deg if known else unknown,
        "front_height_mm": film.front_height_mm,
        "front_velocity_mm_s": film.front_velocity_mm_s,
        "area_mm2": area_mm2,
        "area_fraction": fraction,
        "displacement_x_mm": film.displacement_x_mm,
        "displacement_y_mm": film.displacement_y_mm,
        "velocity_x_mm_s": film.velocity_x_mm_s,
        "velocity_y_mm_s": film.velocity_y_mm_s,
        "thickness_nm": seen.thickness_nm,
        "sharpness": seen.sharpness,
        "broken_area_mm2": broken * (watched_px2 * mm_per_px**2),
        "broken_fraction": broken,
        "eye_sd_px": motion.sd_px if known else unknown,
    }
