"""What must be done so that the results follow the person's decisions: no more than needed."""

from __future__ import annotations

from enum import StrEnum

from easytear.request.settings import Settings
from easytear.request.work import work
from easytear_gui.session.asked import request_of
from easytear_gui.session.model import Decisions, Record


class Work(StrEnum):
    """Kinds of work, from none to all."""

    NONE = "none"
    REMEASURE = "remeasure"
    ANNOTATIONS = "annotations"
    REUSE = "reuse"
    FULL = "full"


def needed(record: Record, decisions: Decisions, settings: Settings) -> Work:
    """Return what must be done; the engine's own rules say what runs again.

    - the scale, exclusions, measuring settings: measured again from what was found; so is what
      people only read (labels, reasons), as the page is made anew;
    - annotations from napari that are new or changed: what they touch;
    - moved intervals, redrawn regions and limbi: only the intervals that they touch;
    - settings of the eye and the film: everything; of pictures alone: nothing.
    """
    old, old_settings = record.applied, record.applied_settings
    if old is None or old_settings is None or record.results is None:
        return Work.FULL
    before, after = request_of(old, old_settings), request_of(decisions, settings)
    about = before.corrections.about() | after.corrections.about()
    todo = work(before, after, max(about, default=-1) + 1)
    if todo.everything:
        return Work.FULL
    if old.annotations != decisions.annotations:
        return Work.ANNOTATIONS
    if todo.look:
        return Work.REUSE
    same = before.but(settings=after.settings) == after
    measured = any(reason.endswith("(measured again)") for reason in todo.reasons)
    return Work.NONE if same and not measured else Work.REMEASURE
