"""What must be done so that the results follow the person's decisions: no more than needed."""

from __future__ import annotations

from enum import StrEnum
from typing import Final

from easytear.request.settings import Settings
from easytear_gui.session.model import Decisions, Record

MEASURING: Final = ("spread", "quality")
"""Groups of settings that need no look at the video."""

_LOOKS: Final = ("intervals", "regions", "irises", "pupils")


class Work(StrEnum):
    """Kinds of work, from none to all."""

    NONE = "none"
    REMEASURE = "remeasure"
    TAKE_IN = "take in"
    REUSE = "reuse"
    FULL = "full"


def needed(record: Record, decisions: Decisions, settings: Settings) -> Work:
    """Return what must be done.

    - the scale, exclusions and measuring settings: measured again from what was found;
    - annotations from napari: taken in; earlier ones that changed need the program's own result;
    - moved intervals, redrawn regions and limbi: only the intervals that they touch;
    - other settings: everything.
    """
    old, old_settings = record.applied, record.applied_settings
    if old is None or old_settings is None or record.results is None:
        return Work.FULL
    if old.annotations is not None and old.annotations != decisions.annotations:
        return Work.FULL
    if not _same_but(old_settings, settings, MEASURING):
        return Work.FULL
    before, after = old.corrections, decisions.corrections
    if any(getattr(before, name) != getattr(after, name) for name in _LOOKS):
        same = old_settings == settings and old.annotations is None
        return Work.REUSE if same else Work.FULL
    if old.annotations != decisions.annotations:
        return Work.TAKE_IN
    return Work.NONE if old == decisions and old_settings == settings else Work.REMEASURE


def _same_but(one: Settings, other: Settings, groups: tuple[str, ...]) -> bool:
    left, right = one.model_dump(), other.model_dump()
    return all(left[name] == right[name] for name in left if name not in groups)
