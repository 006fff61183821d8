"""Decisions as pure functions: old decisions in, new decisions out."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Final, TypedDict, TypeVar

from easytear.base.geometry import Ellipse
from easytear.request.corrections import (
    Decision,
    EllipseEdit,
    Excluded,
    IntervalEdit,
    RegionEdit,
)
from easytear.request.scale import ScaleRequest
from easytear_gui.person import person_name
from easytear_gui.session.model import Decisions

_Edit = TypeVar("_Edit", IntervalEdit, RegionEdit, EllipseEdit, Excluded)


class Signature(TypedDict):
    """Who decided, and when (ISO 8601, UTC)."""

    by: str | None
    when: str


def signature() -> Signature:
    """Return this person's name and the time, for the record."""
    return {"by": person_name(), "when": datetime.now(UTC).isoformat(timespec="seconds")}


def signed(decisions: Decisions) -> Decisions:
    """Return decisions with this person's name on those that nobody has signed."""
    name = person_name()
    lists = {
        field: tuple(
            one if one.by is not None else one.model_copy(update={"by": name})
            for one in getattr(decisions.corrections, field)
        )
        for field in type(decisions.corrections).model_fields
    }
    scale = decisions.scale
    if scale.when is not None and scale.by is None:
        decisions = set_scale(decisions, scale.model_copy(update={"by": name}))
    return _with(decisions, **lists)


def exclude(decisions: Decisions, interval: int, reason: str) -> Decisions:
    """Leave an interval out of averages."""
    edit = Excluded(interval=interval, reason=reason, **signature())
    return _with(decisions, excluded=_replaced(decisions.corrections.excluded, edit))


def include(decisions: Decisions, interval: int) -> Decisions:
    """Take an excluded interval in again."""
    rest = tuple(e for e in decisions.corrections.excluded if e.interval != interval)
    return _with(decisions, excluded=rest)


def move_interval(decisions: Decisions, interval: int, start: int, end: int) -> Decisions:
    """Give an interval new bounds (both frames inside)."""
    edit = IntervalEdit(interval=interval, start_frame=start, end_frame=end, **signature())
    return _with(decisions, intervals=_replaced(decisions.corrections.intervals, edit))


def draw_region(
    decisions: Decisions, interval: int, polygon: Iterable[tuple[float, float]]
) -> Decisions:
    """Redraw an interval's region (x, y in its first frame)."""
    points = tuple((round(float(x), 2), round(float(y), 2)) for x, y in polygon)
    edit = RegionEdit(interval=interval, polygon=points, **signature())
    return _with(decisions, regions=_replaced(decisions.corrections.regions, edit))


def draw_limbus(decisions: Decisions, interval: int, ellipse: Ellipse) -> Decisions:
    """Redraw an interval's limbus (in its first frame)."""
    edit = EllipseEdit(
        interval=interval,
        x_px=round(ellipse.x_px, 2),
        y_px=round(ellipse.y_px, 2),
        rx_px=round(ellipse.rx_px, 2),
        ry_px=round(ellipse.ry_px, 2),
        angle_deg=round(ellipse.angle_deg, 2),
        **signature(),
    )
    return _with(decisions, irises=_replaced(decisions.corrections.irises, edit))


def set_scale(decisions: Decisions, scale: ScaleRequest) -> Decisions:
    """Set where the scale comes from; signed with this person's name where it is new."""
    if scale.content() != decisions.scale.content():
        scale = scale.model_copy(update={**signature(), "why": scale.why})
    elif scale.why != decisions.scale.why:
        scale = decisions.scale.model_copy(update={"why": scale.why})
    else:
        scale = decisions.scale
    return decisions.model_copy(update={"scale": scale})


def say_why(decisions: Decisions, interval: int, why: str | None) -> Decisions:
    """Give the bounds, the region and the limbus that were corrected in an interval a reason."""
    lists = {
        name: tuple(
            one.model_copy(update={"why": why}) if one.interval == interval else one
            for one in getattr(decisions.corrections, name)
        )
        for name in REASONED
    }
    return _with(decisions, **lists)


def reasoned(decisions: Decisions, interval: int) -> tuple[Decision, ...]:
    """Return the corrections of an interval that may be given a reason."""
    lists = (getattr(decisions.corrections, name) for name in REASONED)
    return tuple(one for found in lists for one in found if one.interval == interval)


REASONED: Final = ("intervals", "regions", "irises", "pupils")
"""Corrections without a reason of their own (an exclusion has one)."""


def label(decisions: Decisions, labels: Mapping[str, str | None]) -> Decisions:
    """Say something of the recording: subject, eye, visit ...; None takes a label away."""
    return decisions.model_copy(update={"labels": {**decisions.labels, **labels}})


def _replaced(edits: tuple[_Edit, ...], edit: _Edit) -> tuple[_Edit, ...]:
    by_interval: dict[int, _Edit] = {e.interval: e for e in edits}
    by_interval[edit.interval] = edit
    return tuple(by_interval[k] for k in sorted(by_interval))


def _with(decisions: Decisions, **changes: object) -> Decisions:
    corrections = decisions.corrections.model_copy(update=changes)
    return decisions.model_copy(update={"corrections": corrections})
