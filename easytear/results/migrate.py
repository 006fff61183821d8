"""Results of format 1 as the present data model holds them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from easytear.results.records import widened

VERSION_1 = "easytear-results/1"

_LENGTHS = ("rho_mm", "initial_velocity_mm_s")


def from_version_1(data: dict[str, Any]) -> dict[str, Any]:
    """Return summary.json of format 1 as one of format 2.

    What format 1 does not tell is unknown and not guessed: the stretch that was analysed, this
    person's iris width, the shape of what a person corrected. The confidence intervals of
    lengths lacked the scale's uncertainty, which stands in the same file: it is added.
    """
    new = {**data, "schema": "easytear-results/2"}
    notes, scale = new.pop("corrections", []), new["calibration"]
    request, unknown = _scale(scale)
    unknown += ["start_s", "end_s", *(["corrections"] if notes else [])]
    new["request"] = {
        **request,
        "settings": _settings(new.pop("config")),
        "unknown": unknown,
    }
    new["earlier_notes"] = notes
    doubt = (scale.get("mm_per_px_sd") or 0.0) / (scale.get("mm_per_px") or 1.0)
    for fit in _fits(new["intervals"]):
        for name in _LENGTHS:
            given = fit[f"{name}_ci95"]
            fit[f"{name}_ci95_given_scale"] = given
            fit[f"{name}_ci95"] = widened(fit[name], tuple(given), doubt)
    return new


def _scale(scale: dict[str, Any]) -> tuple[dict[str, Any], list[str]]:
    """Return the request's scale, and whether it is unknown."""
    kinds = {"user": "mm_per_px", "device": "device"}
    if scale.get("source") in kinds and scale.get("mm_per_px"):
        value, sd = scale["mm_per_px"], scale.get("mm_per_px_sd")
        return {"scale": {"kind": kinds[scale["source"]], "value": value, "sd": sd}}, []
    return {}, ["scale"]


def _settings(config: dict[str, Any]) -> dict[str, Any]:
    """Leave out settings that this version no longer has."""
    from easytear.request.settings import Settings

    now = Settings().model_dump()
    return {
        group: {name: value for name, value in values.items() if name in now[group]}
        for group, values in config.items()
        if group in now
    }


def _fits(intervals: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    for interval in intervals:
        spread = interval["spread"]
        bands = [band["fit"] for band in spread.get("bands", [])]
        for fit in (spread["y"], spread["x"], spread["front"], *bands):
            if fit is not None:
                yield fit
