"""What one analysis of a recording got right: the eye, its width, blinks, events, the spread."""

from __future__ import annotations

from typing import Any

import numpy as np

from benchmarks.compared import Reading
from benchmarks.reference import matched
from easytear.simulate import Truth
from easytear.simulate.truth_records import TrueInterval

RIM_IN_VIEW = 0.25
"""An iris is to be found where this share of its rim is in view."""
NEAR_S = 0.25
"""An event is found where one of its kind is told within this time of it."""
SHORTEST_S = 0.5


def score_reading(found: Reading, truth: Truth) -> dict[str, Any]:
    """Return the numbers of one video; None where there is nothing to compare."""
    numbers: dict[str, Any] = {"scene": truth.name, "seed": truth.seed, "failed": False}
    numbers["difficulty"] = truth.difficulty
    if not truth.has_eye:
        return {**numbers, "invented": _invented(found), "told_no_eye": _tells_no_eye(found)}
    pairs = matched(
        [(i["start_frame"], i["end_frame"]) for i in found.intervals],
        [(i.start_frame, i.end_frame) for i in truth.intervals],
    )
    by_true = {j: found.intervals[i] for i, j in pairs}
    numbers |= _blinks(found, truth)
    numbers |= _events(found, truth)
    numbers["intervals"] = [
        _interval(by_true.get(k), interval, truth, k)
        for k, interval in enumerate(truth.intervals)
        if k in by_true or _length(interval, truth) >= SHORTEST_S
    ]
    numbers |= _width(found, truth)
    return numbers


def failed(truth: Truth, words: str) -> dict[str, Any]:
    """Return the numbers of a video whose analysis ended with an error."""
    numbers: dict[str, Any] = {
        "scene": truth.name,
        "seed": truth.seed,
        "difficulty": truth.difficulty,
        "failed": True,
        "words": words,
    }
    if not truth.has_eye:
        # To refuse is right where there is nothing to see; the sentence is kept to be read.
        return {**numbers, "invented": False, "told_no_eye": "eye" in words}
    nothing = Reading({"calibration": {"mm_per_px": None}, "intervals": []}, truth.time_s)
    return {**score_reading(nothing, truth), **numbers}


def _length(interval: TrueInterval, truth: Truth) -> float:
    return float(truth.time_s[interval.end_frame] - truth.time_s[interval.start_frame])


def _invented(found: Reading) -> bool:
    """Whether a pupil, an iris or a law is told of a video without an eye."""
    parts = (part for i in found.intervals for part in (i["pupil"], i["iris"], i["spread"]["y"]))
    return any(part is not None for part in parts)


def _tells_no_eye(found: Reading) -> bool:
    return any("no_eye" in flag for flag in found.flags)


# --- the iris -------------------------------------------------------------------------------


def _width(found: Reading, truth: Truth) -> dict[str, Any]:
    """Return the error of the iris' width in pixels, and whether its 95 % interval holds it."""
    true_px = 2.0 * truth.eye_limbus.rx_px
    scale = found.summary["calibration"]
    width, sd = scale.get("iris_px"), scale.get("iris_px_sd")
    if width is None:
        widths = [2.0 * i["iris"]["rx_px"] for i in found.intervals if i["iris"]]
        width = float(np.median(widths)) if widths else None
    out: dict[str, Any] = {"width_error": None, "width_held": None, "scale_held": None}
    if width is None or max(truth.rim_in_view, default=0.0) < RIM_IN_VIEW:
        return out
    out["width_error"] = width / true_px - 1.0
    if sd is not None:
        out["width_held"] = abs(width - true_px) <= 1.96 * sd
    if scale.get("mm_per_px") and scale.get("mm_per_px_sd"):
        # Of the mean iris: holds where neither this person's nor the picture's part is missing.
        off = abs(scale["mm_per_px"] - truth.mm_per_px)
        out["scale_held"] = off <= 1.96 * scale["mm_per_px_sd"]
    return out


def _interval(
    result: dict[str, Any] | None, interval: TrueInterval, truth: Truth, index: int
) -> dict[str, Any]:
    rim = truth.rim_in_view[index] if index < len(truth.rim_in_view) else 0.0
    out: dict[str, Any] = {"index": index, "found": result is not None, "rim": rim}
    out["iris_found"] = None
    if rim >= RIM_IN_VIEW:
        out["iris_found"] = result is not None and result["iris"] is not None
    if result is not None and result["pupil"] is not None:
        pupil = truth.pupil_at(result["start_frame"])
        away = np.hypot(result["pupil"]["x_px"] - pupil.x_px, result["pupil"]["y_px"] - pupil.y_px)
        out["pupil_away"] = float(away / pupil.rx_px)
    fit = None if result is None else result["spread"]["y"]
    usable = fit is not None and fit["converged"] and fit["lambda_s"] is not None
    if interval.law_visible and _length(interval, truth) >= 2 * interval.motion.law.lambda_s:
        out["spread_found"] = usable
        if usable and fit is not None:
            law = truth.headline(interval)
            out["lambda_error"] = fit["lambda_s"] / law.lambda_s - 1.0
            low, high = fit["lambda_s_ci95"]
            out["lambda_held"] = None if low is None else bool(low <= law.lambda_s <= high)
    elif not interval.film_visible:
        out["spread_invented"] = usable
    return out


# --- blinks and events ----------------------------------------------------------------------


def _spans(found: Reading) -> list[tuple[int, int, float | None]]:
    blinks = found.summary.get("blinks")
    if blinks is None:
        blinks = [i["blink_before"] for i in found.intervals if i["blink_before"]]
    return [(b["start_frame"], b["end_frame"], b.get("closure")) for b in blinks]


def _blinks(found: Reading, truth: Truth) -> dict[str, Any]:
    spans, true = _spans(found), truth.blinks
    pairs = matched([(a, b) for a, b, _ in spans], [(b.start_frame, b.end_frame) for b in true])
    met = {j: i for i, j in pairs}
    complete = [j for j, blink in enumerate(true) if blink.complete]
    partial = [j for j, blink in enumerate(true) if not blink.complete]
    off = [
        abs(a - b) * 30.0 / truth.fps
        for i, j in pairs
        for a, b in ((spans[i][0], true[j].start_frame), (spans[i][1], true[j].end_frame))
    ]
    depths = [
        abs(depth - full)
        for i, j in pairs
        if (depth := spans[i][2]) is not None and (full := true[j].closure) is not None
    ]
    extra = len(spans) - len(pairs)
    return {
        "complete": len(complete),
        "complete_found": sum(j in met for j in complete),
        "partial": len(partial),
        "partial_found": sum(j in met for j in partial),
        "blinks_extra": extra,
        "boundary_frames": float(np.mean(off)) if off else None,
        "depth_error": float(np.mean(depths)) if depths else None,
    }


def _events(found: Reading, truth: Truth) -> dict[str, Any]:
    """Return events found and had, and blinks that are told where only light changed."""
    told = found.summary.get("events")
    out: dict[str, Any] = {"light_blinks": None, "events": None, "events_found": None}
    if not truth.events:
        wrong = ("light", "exposure", "focus")
        out["events_extra"] = sum(e["kind"] in wrong for e in told) if told is not None else None
        return out
    reach = round(NEAR_S * truth.fps)
    true = [(b.start_frame, b.end_frame) for b in truth.blinks]
    lone = [
        (a, b) for a, b, _ in _spans(found) if not any(a <= e + 1 and s - 1 <= b for s, e in true)
    ]
    out["light_blinks"] = sum(
        any(a <= e.end_frame + reach and e.start_frame - reach <= b for e in truth.events)
        for a, b in lone
    )
    if told is not None:
        # Lamp and automatic exposure look alike: either word is right for either.
        light = {"light", "exposure"}
        out["events"] = len(truth.events)
        out["events_found"] = sum(
            any(
                (t["kind"] == e.kind or {t["kind"], e.kind} <= light)
                and t["start_frame"] <= e.end_frame + reach
                and e.start_frame - reach <= t["end_frame"]
                for t in told
            )
            for e in truth.events
        )
    return out
