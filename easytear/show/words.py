"""What was found, in plain sentences."""

from __future__ import annotations

from typing import Final

from easytear.results import IntervalResult, Summary
from easytear.show.flags import sentence
from easytear.show.numbers import lambda_text, number, rho_text, speed_text


def state(interval: IntervalResult) -> str:
    """Return how an interval counts: "used", or why not: "excluded", "unsettled", "low", "empty".

    Only used ones enter a study's averages.
    """
    if interval.excluded is not None:
        return "excluded"
    fit = interval.spread.y
    if fit is None:
        return "empty"
    if not fit.converged:
        return "unsettled"
    return "low" if "low_quality" in interval.quality.flags else "used"


def headline(interval: IntervalResult) -> str:
    """Return one sentence that says what happened in an interval."""
    opening = _opening(interval)
    fit = interval.spread.y
    if fit is None:
        return f"{opening}, {_without_headline(interval)}."
    told = (
        f"{opening}, the film just below the front rose by {rho_text(fit)} with a time constant "
        f"of {lambda_text(fit)}; it set out at {speed_text(fit)}"
    )
    if interval.stabilization_s is not None:
        told += f" and was still after {number(interval.stabilization_s, 2)} s"
    return f"{told}."


def plain(interval: IntervalResult) -> str:
    """Return one sentence for the overview: what happened, and whether to believe it."""
    fit = interval.spread.y
    if interval.excluded is not None:
        return f"Excluded: {interval.excluded.reason}"
    if fit is None:
        return headline(interval)
    told = (
        f"{_opening(interval)}, the film rose by {number(fit.rho_mm, 2)} mm, nearly two thirds of "
        f"it within {number(fit.lambda_s, 2)} s"
    )
    if interval.stabilization_s is not None:
        told += f", and was still after {number(interval.stabilization_s, 2)} s"
    doubts = {
        "unsettled": "; but the fit did not settle",
        "low": "; the quality is low, look at the video first",
    }
    return f"{told}{doubts.get(state(interval), '')}."


def _without_headline(interval: IntervalResult) -> str:
    front = interval.spread.front
    if front is not None and front.converged:
        return (
            f"the film's points gave no law; its front rose by {rho_text(front)} with a time "
            f"constant of {lambda_text(front)}"
        )
    if front is not None:
        return "the film's points gave no law, and that of its front did not settle"
    looked = interval.observed.watched_s
    if "film_not_seen" in interval.quality.flags:
        told = "film was visible too briefly to say whether it moves"
        return told if looked is None else f"{told} (for {looked:.1f} s)"
    if "no_film" in interval.quality.flags:
        seen = "no moving film was seen" + ("" if looked is None else f" in {looked:.1f} s")
        return f"{seen}; nothing is reported about its spread"
    return "the film's spread could not be measured"


def _opening(interval: IntervalResult) -> str:
    blink = interval.blink_before
    if blink is None:
        return "From the start of the video" if interval.start_frame == 0 else "With the eye open"
    return "After a complete blink" if blink.complete else "After an incomplete blink"


def remarks(interval: IntervalResult) -> list[str]:
    """Return the interval's flags and what a person decided, in sentences."""
    said = []
    if interval.excluded is not None:
        by = f" by {interval.excluded.by}" if interval.excluded.by else ""
        said.append(f"Excluded{by}: {interval.excluded.reason}")
    fit = interval.spread.y
    if fit is not None and not fit.converged and "not_converged" not in interval.quality.flags:
        said.append(sentence("not_converged"))
    return said + [sentence(flag) for flag in interval.quality.flags]


_ONE: Final = {
    "used": "the spread of the film was measured",
    "low": "the spread of the film was measured, with low quality",
    "unsettled": "a law was fitted to the film's spread, but did not settle",
    "excluded": "it was excluded",
    "empty": "the spread of the film could not be measured",
}


def overview(summary: Summary) -> str:
    """Return one sentence about the whole video."""
    count = len(summary.intervals)
    if not count:
        return "No interval with the eye open could be analysed."
    used = sum(state(interval) == "used" for interval in summary.intervals)
    if count == 1:
        told = _ONE[state(summary.intervals[0])]
        return f"One interval between blinks: {told}."
    share = "all" if used == count else f"{used}" if used else "none"
    return (
        f"{count} intervals between blinks; in {share} of them the film's spread was measured "
        "well enough to be used."
    )


def scale_text(summary: Summary) -> str:
    """Return where the scale comes from."""
    scale = summary.calibration
    if scale.mm_per_px is None:
        return "unknown: neither a scale was given nor an iris found"
    sources = {
        "user": "given by the user",
        "device": "from the device",
        "hvid": "from the width of the iris",
        None: "",
    }
    uncertain = ""
    if scale.mm_per_px_sd:
        uncertain = (
            f" ± {100 * scale.mm_per_px_sd / scale.mm_per_px:.1f} % (one standard deviation)"
        )
    per_mm = number(1 / scale.mm_per_px)
    return f"{per_mm} pixels per millimetre, {sources[scale.source]}{uncertain}"
