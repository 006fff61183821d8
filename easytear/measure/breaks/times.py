"""Film breaks as numbers: when, how many, how much of the cornea."""

from __future__ import annotations

import numpy as np

from easytear.base.geometry import FloatArray
from easytear.results.records import FilmBreak


def break_numbers(
    found: FilmBreak,
    broken_fraction: FloatArray,
    time_s: FloatArray,
    mm_per_px: float | None,
    *,
    complete: bool,
) -> FilmBreak:
    """Return the film breaks of an interval with their numbers.

    Parameters
    ----------
    found : FilmBreak
        Where and when the film broke (video times).
    broken_fraction : (n,) float array
        Share of what was watched that lies open.
    time_s : (n,) float array
        Frame times; the first is the end of the upstroke.
    mm_per_px : float or None
        Scale.
    complete : bool
        Whether a complete blink came before: only from there a break's time is counted.
    """
    start_s = float(time_s[0])
    until_s = start_s if found.watched_until_s is None else found.watched_until_s
    at_end = float(np.interp(until_s, time_s, broken_fraction))
    area_mm2 = None
    if mm_per_px is not None and found.watched_px2 is not None:
        area_mm2 = at_end * found.watched_px2 * mm_per_px**2
    since = [one.start_s - start_s for one in found.breaks] if complete else []
    censored = complete and not found.breaks
    length_s = float(time_s[-1]) - start_s
    index = since[0] / length_s if since and found.ends_in_blink and length_s > 0 else None
    return found.model_copy(
        update={
            "first_s": since[0] if since else None,
            "mean_s": float(np.mean(since)) if since else None,
            "censored_at_s": until_s - start_s if censored else None,
            "count": len(found.breaks),
            "area_end_mm2": area_mm2,
            "area_end_share": at_end,
            "protection_index": index,
        }
    )
