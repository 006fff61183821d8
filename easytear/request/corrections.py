"""What a person decided about a video, to be taken into its analysis."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict

from easytear.base.geometry import Ellipse


class _Decision(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    by: str | None = None
    when: str | None = None


class IntervalEdit(_Decision):
    """New bounds of the interval that has this index (both frames inside)."""

    interval: int
    start_frame: int
    end_frame: int


class RegionEdit(_Decision):
    """A redrawn region: polygon of (x_px, y_px) in the interval's first frame."""

    interval: int
    polygon: tuple[tuple[float, float], ...]


class EllipseEdit(_Decision):
    """A redrawn limbus (or pupil) in the interval's first frame."""

    interval: int
    x_px: float
    y_px: float
    rx_px: float
    ry_px: float
    angle_deg: float = 0.0

    def ellipse(self) -> Ellipse:
        """Return it as a shape to compute with."""
        return Ellipse(self.x_px, self.y_px, self.rx_px, self.ry_px, self.angle_deg)


class Excluded(_Decision):
    """An interval left out of averages, and why."""

    interval: int
    reason: str


class Corrections(BaseModel):
    """All decisions on one video. Empty by default: the program's own result stands."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    intervals: tuple[IntervalEdit, ...] = ()
    regions: tuple[RegionEdit, ...] = ()
    irises: tuple[EllipseEdit, ...] = ()
    pupils: tuple[EllipseEdit, ...] = ()
    excluded: tuple[Excluded, ...] = ()
