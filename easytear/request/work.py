"""What must run again, from what was asked before and what is asked now."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

from easytear.base.errors import ResultsError
from easytear.request.corrections import Corrections
from easytear.request.request import Request
from easytear.request.settings import Settings, stage_of

SEEN_ANEW: Final = ("interval", "region", "iris", "pupil")
"""Corrections that change what is seen: the interval's frames are looked at again."""

FILM_EDITS: Final = ("rejected_track", "track", "front")
"""Corrections of what was found: it is measured again, from the program's own if it is there."""


@dataclass(frozen=True)
class Work:
    """What must run again so that earlier results become those of another request.

    Attributes
    ----------
    everything : bool
        The video as a whole: blinks, intervals, the eye, the film.
    look : frozenset of int
        Intervals whose frames are looked at again; measured, too.
    measure : frozenset of int
        Intervals that are measured again from what was found in them.
    reasons : tuple of str
        Why, for people: one line a change, also for those that cost nothing.
    """

    everything: bool = False
    look: frozenset[int] = frozenset()
    measure: frozenset[int] = frozenset()
    reasons: tuple[str, ...] = ()

    @property
    def needs_video(self) -> bool:
        """Whether frames of the video are read."""
        return self.everything or bool(self.look)

    @property
    def nothing(self) -> bool:
        """Whether every number stays as it is."""
        return not (self.everything or self.look or self.measure)


def work(before: Request, after: Request, intervals: int) -> Work:
    """Return what must run again.

    Parameters
    ----------
    before : Request
        What the earlier results were made for.
    after : Request
        What is asked for now.
    intervals : int
        How many intervals the earlier results have.

    Notes
    -----
    A scale that comes to differ through a limbus or an interval that was touched is not known
    before it is found: the engine then measures, or looks at, more intervals than are named here.
    """
    every = frozenset(range(intervals))
    everything, reasons = _stretch(before, after)
    measure: frozenset[int] = frozenset()
    for name, stage, old, new in changed_settings(before.settings, after.settings):
        reasons.append(f"{name}: {old} → {new} ({_STAGES[stage]})")
        everything |= stage in ("eye", "film")
        measure |= every if stage == "measure" else frozenset()
    if before.scale.content() != after.scale.content():
        reasons.append(f"scale: {_scale(before)} → {_scale(after)} (measured again)")
        measure |= every
    look, edited, said = _corrections(before.corrections, after.corrections, intervals)
    measure |= edited
    if before.labels != after.labels:
        said.append("labels (no number depends on them)")
    if everything:
        look, measure = frozenset(), frozenset()
    return Work(everything, look, measure - look, (*reasons, *said))


def check_known(before: Request, todo: Work, name: str) -> None:
    """Raise `ResultsError` if what must run again needs what older results do not tell."""
    needed = {"start_s", "end_s", "corrections"} & set(before.unknown)
    if todo.needs_video and needed:
        what = "the stretch that was analysed" if "start_s" in needed else "the corrections' shapes"
        raise ResultsError(
            f"{name}: the results are of an older format that does not tell {what}, which this "
            "change needs; analyse the video again."
        )


def changed_settings(before: Settings, after: Settings) -> Iterator[tuple[str, str, Any, Any]]:
    """Yield name, stage, old and new value of every setting that differs."""
    old, new = before.model_dump(), after.model_dump()
    for group, values in new.items():
        for name, value in values.items():
            if old[group][name] != value:
                yield f"{group}.{name}", stage_of(group, name), old[group][name], value


_STAGES: Final = {
    "eye": "the whole video is looked at again",
    "film": "the film is followed again in every interval",
    "measure": "measured again",
    "show": "pictures only",
}


def _stretch(before: Request, after: Request) -> tuple[bool, list[str]]:
    names = [n for n in ("start_s", "end_s") if getattr(before, n) != getattr(after, n)]
    said = [f"{n}: {getattr(before, n)} → {getattr(after, n)} (the whole video)" for n in names]
    return bool(names), said


def _scale(request: Request) -> str:
    scale = request.scale
    if scale.kind == "hvid":
        return "mean iris width" if scale.value is None else f"iris width {scale.value:g} mm"
    named = f" of {scale.device}" if scale.device else ""
    return f"{scale.value:g} mm/px{named}"


def _corrections(
    before: Corrections, after: Corrections, intervals: int
) -> tuple[frozenset[int], frozenset[int], list[str]]:
    """Return the intervals to look at, those to measure, and why."""
    look, measure, said = set(), set(), []
    for k in range(intervals):
        seen = [c.of(k, *SEEN_ANEW) for c in (before, after)]
        edits = [c.of(k, *FILM_EDITS) for c in (before, after)]
        left_out = [c.of(k, "exclusion") for c in (before, after)]
        if seen[0] != seen[1]:
            look.add(k)
            said.append(f"interval {k + 1}: bounds or shapes corrected (looked at again)")
        elif edits[0] != edits[1] and edits[0]:
            look.add(k)
            said.append(f"interval {k + 1}: other tracks or front corrected (looked at again)")
        elif edits[0] != edits[1]:
            measure.add(k)
            said.append(f"interval {k + 1}: tracks or front corrected (measured again)")
        if left_out[0] != left_out[1]:
            said.append(f"interval {k + 1}: left out or taken in (no number depends on it)")
    return frozenset(look), frozenset(measure), said
