"""What limits an interval's numbers, and what to do about it: whole sentences with figures."""

from __future__ import annotations

from typing import Final

from easytear.results import Analysis
from easytear.results.model import Fit, IntervalResult, Summary
from easytear.show.flags import sentence
from easytear.show.quality import quality_word
from easytear_gui import words
from easytear_gui.plots.curves import onset_s

_NOT_LIMITS: Final = frozenset(
    ("low_quality", "drift", "scale_from_mean_iris", "front_incomplete", "iris_width_uncertain",
     "thickness_relative", "thickness_uncalibrated", "rotation_corrected", "pupil_shift_corrected")
)  # fmt: skip
"""Flags that are told with their figures below, or that limit neither rho nor lambda."""

_WIDE: Final = 0.25
"""Half width of a 95 % interval, as a share of the value, from which it is worth a word."""

_SEEN_SHARE: Final = 0.9
"""A front that is seen for this share of the fitted time is seen to its end."""


def what_limits(analysis: Analysis, interval: IntervalResult) -> list[str]:
    """Return what a reader must know of an interval's numbers, what weighs most first."""
    fit = interval.spread.y
    others = [f for f in interval.quality.flags if f not in _NOT_LIMITS]
    first = [f for f in others if f.startswith(_LIMITING)]
    out = _width(fit, "ρ", "rho") + _width(fit, "λ", "lambda")
    out += [sentence(f) for f in first]
    out += _scale(analysis.summary, interval) + _front(analysis, interval)
    out += [sentence(f) for f in others if f not in first]
    if fit is not None and fit.drift_mm_s is not None:
        rate = words.number(fit.drift_mm_s, 3)
        out.append(
            f"The film drifts on by {rate} mm/s: ρ is without it, the rise that is drawn has it."
        )
    return out


_LIMITING: Final = "limited_by_"
"""How flags begin that name what weighs most."""

SHOWN: Final = 3
"""So many stand on the banner until a person asks for more: the picture needs the room."""


def banner_words(analysis: Analysis, interval: IntervalResult, whole: bool) -> tuple[str, int]:
    """Return what the banner says of an interval, and how much more there is to say.

    "" where the numbers are good.
    """
    if quality_word(interval.quality.score) == "good":
        return "", 0
    head = f"Interval {interval.index + 1}: {words.quality(interval.quality.score)} quality."
    limits = what_limits(analysis, interval)
    shown = limits if whole else limits[:SHOWN]
    return head + "".join(f"\n• {one}" for one in shown), len(limits) - SHOWN


def _width(fit: Fit | None, symbol: str, name: str) -> list[str]:
    if fit is None:
        return []
    value, (low, high) = {
        "rho": (fit.rho_mm, fit.rho_mm_ci95),
        "lambda": (fit.lambda_s, fit.lambda_s_ci95),
    }[name]
    if not value or low is None or high is None:
        return []
    share = (high - low) / 2.0 / abs(value)
    return [f"{symbol} is known to ± {100 * share:.0f} % only (95 %)."] if share > _WIDE else []


def _front(analysis: Analysis, interval: IntervalResult) -> list[str]:
    if "front_incomplete" not in interval.quality.flags:
        return []
    rows = analysis.front
    inside = rows["frame"].between(interval.start_frame, interval.end_frame)
    seen = rows[inside & rows["observed"].astype(bool)]["frame"]
    if not len(seen):
        return [sentence("front_incomplete")]
    last_s = float(analysis.frames["time_s"].iloc[int(seen.max())])
    if last_s < interval.start_s + _SEEN_SHARE * (interval.end_s - interval.start_s):
        since = max(last_s - onset_s(interval), 0.0)
        return [f"The front was seen for {since:.1f} s after the onset only: it left the view."]
    return ["The front was seen over only part of the cornea's width."]


def _scale(summary: Summary, interval: IntervalResult) -> list[str]:
    known = summary.calibration
    if known.mm_per_px is None:
        return ["The scale is unknown: set it (Scale) to have millimetres."]
    if known.source != "hvid" or known.mm_per_px_sd is None:
        return []
    share = f"millimetres are known to ± {100 * 1.96 * known.mm_per_px_sd / known.mm_per_px:.0f} %"
    own = "measure this person's iris width, or draw a ruler (Scale)"
    if known.iris_px is not None and known.iris_px > summary.video.width_px:
        return [f"The iris is wider than the picture: {share} (95 %). Draw a ruler (Scale)."]
    if summary.request.scale.value is None:
        return [f"Millimetres rest on the average iris: {share} (95 %). To know better, {own}."]
    if "iris_width_uncertain" in interval.quality.flags:
        return [f"The iris's edge is uncertain: {share} (95 %). Redraw the limbus."]
    return []
