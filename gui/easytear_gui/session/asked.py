"""A person's decisions and settings as the request that the engine runs."""

from __future__ import annotations

from easytear.request.corrections import KINDS, Corrections
from easytear.request.request import Request
from easytear.request.settings import Settings, with_fps
from easytear_gui.session.model import Decisions


def request_of(decisions: Decisions, settings: Settings) -> Request:
    """Return what is asked for, but for what annotations add."""
    if decisions.fps is not None:
        settings = with_fps(settings, decisions.fps)
    return Request(
        scale=decisions.scale,
        settings=settings,
        corrections=decisions.corrections,
        labels=decisions.labels,
    )


def request_with_annotations(
    decisions: Decisions, settings: Settings, applied: Decisions, before: Request
) -> Request:
    """Return what is asked for when annotations were taken in earlier and have not changed.

    What stands in the earlier request and was not decided here came from the annotations: it
    stays, but for what is decided here about the same.

    Parameters
    ----------
    decisions, settings : Decisions, Settings
        As they are now.
    applied : Decisions
        Those that the earlier results were made with.
    before : Request
        The request of the earlier results.
    """
    request = request_of(decisions, settings)
    ours = {(kind, one.content()) for kind, one in applied.corrections.entries()}
    joined = {}
    for name, kind in KINDS.items():
        now = getattr(decisions.corrections, name)
        about = {one.interval for one in now}
        theirs = [
            one
            for one in getattr(before.corrections, name)
            if (kind, one.content()) not in ours and one.interval not in about
        ]
        joined[name] = (*now, *theirs)
    scale = request.scale
    if scale.content() == applied.scale.content() and scale.content() != before.scale.content():
        scale = before.scale
    return request.but(corrections=Corrections(**joined), scale=scale)
