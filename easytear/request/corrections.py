"""What a person decided about a video, to be taken into its analysis."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from pydantic import BaseModel, ConfigDict, model_serializer, model_validator

from easytear.base.geometry import Ellipse

ANNOTATOR_SD_PX: Final = 2.0
"""One standard deviation assumed of a point set by hand (per axis), where nothing else is known:
what careful annotators reach on this kind of film."""


class Decision(BaseModel):
    """One decision about an interval: by whom, when (ISO 8601), and why, if they said so."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    interval: int
    by: str | None = None
    when: str | None = None
    why: str | None = None

    def detail(self) -> str:
        """Return what was decided in a few words."""
        return ""

    def content(self) -> tuple[Any, ...]:
        """Return what the results depend on: all but who decided it, when, and why."""
        values = self.model_dump(exclude={"by", "when", "why"})
        return tuple(sorted(values.items()))


class IntervalEdit(Decision):
    """New bounds of the interval that has this index (both frames inside)."""

    start_frame: int
    end_frame: int

    def detail(self) -> str:
        """Return the bounds in words."""
        return f"frames {self.start_frame} to {self.end_frame}"


class RegionEdit(Decision):
    """A redrawn region: polygon of (x_px, y_px) in the interval's first frame."""

    polygon: tuple[tuple[float, float], ...]

    def detail(self) -> str:
        """Return the region in words."""
        return f"{len(self.polygon)} corners"


class EllipseEdit(Decision):
    """A redrawn limbus (or pupil) in the interval's first frame."""

    x_px: float
    y_px: float
    rx_px: float
    ry_px: float
    angle_deg: float = 0.0

    def ellipse(self) -> Ellipse:
        """Return it as a shape to compute with."""
        return Ellipse(self.x_px, self.y_px, self.rx_px, self.ry_px, self.angle_deg)

    def detail(self) -> str:
        """Return the shape in words."""
        return f"width {2 * self.rx_px:.1f} px"


class TrackRejection(Decision):
    """A track of the program that is left out: the one that is nearest here in this frame.

    A place and not a number: numbers change when an interval's bounds are moved.
    """

    frame: int
    x_px: float
    y_px: float
    what: str = "track rejected"

    def detail(self) -> str:
        """Return what was said of it."""
        return self.what


class TrackEdit(Decision):
    """A film point that a person followed: a place (image coordinates) in each frame.

    `observed` says where the person set it; between, it was carried along the film.
    """

    frame: tuple[int, ...]
    x_px: tuple[float, ...]
    y_px: tuple[float, ...]
    observed: tuple[bool, ...]
    what: str = "point added"

    def detail(self) -> str:
        """Return what was said of it."""
        return self.what


class FrontEdit(Decision):
    """The front as a person drew it in one frame: a line of (x_px, y_px), image coordinates.

    `observed` is False where it was carried along the film from other frames.
    """

    frame: int
    points: tuple[tuple[float, float], ...]
    observed: bool = True
    what: str = "front drawn"

    def detail(self) -> str:
        """Return what was said of it."""
        return self.what


class Excluded(Decision):
    """An interval left out of averages, and why."""

    reason: str

    def detail(self) -> str:
        """Return the reason."""
        return self.reason


class CorrectionNote(BaseModel):
    """One thing a person changed, for people to read.

    `what` is "interval", "region", "iris", "pupil", "scale", "tracks", "front" or "exclusion";
    `interval` is None for the whole video; `when` is ISO 8601; `device` is the instrument that a
    scale is of.
    """

    model_config = ConfigDict(frozen=True)

    what: str
    interval: int | None = None
    detail: str = ""
    by: str | None = None
    when: str | None = None
    why: str | None = None
    device: str | None = None


KINDS: Final = {
    "intervals": "interval",
    "regions": "region",
    "irises": "iris",
    "pupils": "pupil",
    "rejected": "rejected_track",
    "tracks": "track",
    "fronts": "front",
    "excluded": "exclusion",
}
"""What each list's entries are called in `request.corrections`."""

_NOTED_AS: Final = {"rejected_track": "tracks", "track": "tracks"}


class Corrections(BaseModel):
    """All decisions on one video. Empty by default: the program's own result stands.

    In JSON they are one list, each entry with its "kind".
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    intervals: tuple[IntervalEdit, ...] = ()
    regions: tuple[RegionEdit, ...] = ()
    irises: tuple[EllipseEdit, ...] = ()
    pupils: tuple[EllipseEdit, ...] = ()
    rejected: tuple[TrackRejection, ...] = ()
    tracks: tuple[TrackEdit, ...] = ()
    fronts: tuple[FrontEdit, ...] = ()
    excluded: tuple[Excluded, ...] = ()

    def entries(self) -> Iterator[tuple[str, Decision]]:
        """Yield every decision with its kind, one list after the other."""
        for name, kind in KINDS.items():
            for decision in getattr(self, name):
                yield kind, decision

    def notes(self) -> tuple[CorrectionNote, ...]:
        """Return every decision as people read it; one line for the same words."""
        notes = (
            CorrectionNote(
                what=_NOTED_AS.get(kind, kind),
                interval=one.interval,
                detail=one.detail(),
                by=one.by,
                when=one.when,
                why=one.why,
            )
            for kind, one in self.entries()
        )
        return tuple(dict.fromkeys(notes))

    def of(self, interval: int, *kinds: str) -> tuple[tuple[Any, ...], ...]:
        """Return what the results of one interval depend on, of these kinds."""
        return tuple(
            (kind, one.content())
            for kind, one in self.entries()
            if one.interval == interval and kind in kinds
        )

    def about(self) -> frozenset[int]:
        """Return the intervals that anything is decided about."""
        return frozenset(one.interval for _, one in self.entries())

    @model_validator(mode="before")
    @classmethod
    def _from_list(cls, data: Any) -> Any:
        if not isinstance(data, list):
            return data
        names = {kind: name for name, kind in KINDS.items()}
        out: dict[str, list[Any]] = {}
        for entry in data:
            rest = dict(entry)
            kind = rest.pop("kind", None)
            if kind not in names:
                raise ValueError(f"no correction is of the kind {kind!r}")
            out.setdefault(names[kind], []).append(rest)
        return out

    @model_serializer
    def _to_list(self) -> list[dict[str, Any]]:
        return [{"kind": kind, **one.model_dump(mode="json")} for kind, one in self.entries()]
