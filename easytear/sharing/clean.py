"""Results without what people wrote into them: labels, notes, reasons, who and when."""

from __future__ import annotations

from typing import Any, Final, TypeVar

from pydantic import BaseModel

from easytear.base.errors import EasyTearError
from easytear.engine.provenance import PACKAGES
from easytear.request.corrections import KINDS, Decision
from easytear.request.devices import devices
from easytear.request.request import Request
from easytear.results import CorrectionNote, IntervalResult, Summary
from easytear.study.names import plain_part

_Model = TypeVar("_Model", bound=BaseModel)
REASON: Final = "a person's decision"
"""Stands in place of what a person wrote."""
_SOFTWARE: Final = frozenset(("easytear", "python", *PACKAGES))


def clean_summary(summary: Summary, name: str) -> Summary:
    """Return a summary that holds numbers, flags and versions, and no word that a person wrote.

    Parameters
    ----------
    summary : Summary
        As analysed.
    name : str
        What stands in place of the video's path.
    """
    bare = _known_only(summary)
    return bare.model_copy(
        update={
            "video": bare.video.model_copy(update={"path": name}),
            "software": {k: v for k, v in bare.software.items() if k in _SOFTWARE},
            "request": _request(bare.request),
            "intervals": tuple(_interval(one) for one in bare.intervals),
            "extra": _numbers(bare.extra),
            "earlier_notes": tuple(_note(one) for one in bare.earlier_notes),
        }
    )


def _known_only(model: _Model) -> _Model:
    """Return a record without fields that this version does not know: they may hold anything."""
    fields = {name: _bare(getattr(model, name)) for name in type(model).model_fields}
    return type(model).model_construct(**fields)


def _bare(value: Any) -> Any:
    if isinstance(value, Request | Decision):  # these allow no others
        return value
    if isinstance(value, BaseModel):
        return _known_only(value)
    return tuple(_bare(one) for one in value) if isinstance(value, tuple) else value


def _request(request: Request) -> Request:
    scale = request.scale
    if scale.device is not None and scale.device not in _known_devices():
        scale = scale.model_copy(update={"device": None})
    scale = scale.model_copy(update={"by": None, "when": None, "why": None})
    labels = {
        name: value
        for name, value in request.labels.items()
        if value and name in ("eye", "visit") and plain_part(name, value)
    }
    lists = {
        name: tuple(_decision(one) for one in getattr(request.corrections, name)) for name in KINDS
    }
    corrections = request.corrections.model_copy(update=lists)
    return request.model_copy(
        update={
            "scale": scale,
            "labels": labels,
            "corrections": corrections,
        }
    )


def _known_devices() -> frozenset[str]:
    try:
        return frozenset(key for key, one in devices().items() if one.sources)
    except EasyTearError:
        return frozenset()


def _decision(one: Decision) -> Decision:
    update: dict[str, Any] = {"by": None, "when": None, "why": None}
    if "reason" in type(one).model_fields:
        update["reason"] = REASON
    if "what" in type(one).model_fields:
        update["what"] = type(one).model_fields["what"].default
    return one.model_copy(update=update)


def _note(note: CorrectionNote) -> CorrectionNote:
    return note.model_copy(
        update={"by": None, "when": None, "why": None, "device": None, "detail": ""}
    )


def _interval(one: IntervalResult) -> IntervalResult:
    excluded = one.excluded
    if excluded is not None:
        excluded = excluded.model_copy(update={"reason": REASON, "by": None, "when": None})
    return one.model_copy(update={"excluded": excluded, "extra": _numbers(one.extra)})


def _numbers(extra: dict[str, Any]) -> dict[str, Any]:
    """Return what other packages measured, without texts."""
    kept: dict[str, Any] = {}
    for name, value in extra.items():
        if isinstance(value, dict):
            kept[name] = _numbers(value)
        elif isinstance(value, int | float) or value is None:
            kept[name] = value
        elif isinstance(value, list | tuple):
            kept[name] = [v for v in value if isinstance(v, int | float) or v is None]
    return kept
