"""What else than the eye differs between two results."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, Final

from easytear.results import IntervalResult, Summary
from easytear.show.words import state

_RATE: Final = 1.2
"""Frame rates that differ by more than this factor are told: timing is then not equally fine."""
_FINENESS: Final = 1.25
"""The same for pixels per millimetre."""


def differing(
    a: Summary, b: Summary, chosen: tuple[Sequence[IntervalResult], Sequence[IntervalResult]]
) -> Iterator[str]:
    """Yield a sentence for each thing but the eye in which two results differ."""
    if a.video.sha256 == b.video.sha256:
        yield "Both are of the same video: what differs is how it was analysed."
    yield from _software(a, b)
    yield from _settings(a, b)
    yield from _instrument(a, b)
    for which, intervals in zip("AB", chosen, strict=True):
        if not intervals:
            yield f"{which}: no interval's spread was measured well enough to be compared."
        elif all(state(one) == "low" for one in intervals):
            yield f"{which}: only intervals of low quality are there; these are compared."
        if any("scale_from_mean_iris" in one.quality.flags for one in intervals):
            yield (
                f"{which}: millimetres come from the mean iris width of people, not from this "
                "person's."
            )


def _software(a: Summary, b: Summary) -> Iterator[str]:
    ours = a.software.get("easytear"), b.software.get("easytear")
    if ours[0] != ours[1]:
        yield (
            f"They were analysed by different versions of EasyTear ({ours[0]} and {ours[1]}): "
            "analyse both with one."
        )
    others = sorted(
        name
        for name in {*a.software, *b.software} - {"easytear"}
        if a.software.get(name) != b.software.get(name)
    )
    if others:
        yield f"Versions of {', '.join(others)} differ; digits may, beyond the third."


def _settings(a: Summary, b: Summary) -> Iterator[str]:
    here, there = (dict(_flat(one.request.settings.model_dump(mode="json"))) for one in (a, b))
    changed = [name for name in here if here[name] != there.get(name)]
    if changed:
        told = ", ".join(f"{name} ({here[name]} and {there.get(name)})" for name in changed)
        yield f"Settings differ: {told}."


def _flat(groups: dict[str, Any]) -> Iterator[tuple[str, Any]]:
    for group, values in groups.items():
        for name, value in values.items():
            yield f"{group}.{name}", value


def _instrument(a: Summary, b: Summary) -> Iterator[str]:
    devices = [
        one.request.scale.device
        or one.request.labels.get("device")
        or one.request.labels.get("instrument")
        for one in (a, b)
    ]
    if devices[0] != devices[1]:
        yield f"Instruments differ: {devices[0] or 'not told'} and {devices[1] or 'not told'}."
    sources = a.calibration.source, b.calibration.source
    if None in sources:
        yield "A scale is unknown in at least one: lengths cannot be compared."
    elif sources[0] != sources[1]:
        yield f"Millimetres come from different sources: {sources[0]} and {sources[1]}."
    fine = [
        1.0 / one.calibration.mm_per_px if one.calibration.mm_per_px else None for one in (a, b)
    ]
    if fine[0] and fine[1] and not 1 / _FINENESS < fine[0] / fine[1] < _FINENESS:
        yield f"Pictures are not equally fine: {fine[0]:.0f} and {fine[1]:.0f} pixels a millimetre."
    rates = a.video.fps_mean, b.video.fps_mean
    if not 1 / _RATE < rates[0] / rates[1] < _RATE:
        yield f"Frame rates differ: {rates[0]:.0f} and {rates[1]:.0f} a second."
