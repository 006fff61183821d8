"""Agreement on blinks and intervals."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from pydantic import BaseModel, ConfigDict
from scipy.optimize import linear_sum_assignment

from easytear.base.geometry import FloatArray

Span = tuple[int, int]


class EventAgreement(BaseModel):
    """How two observers agree on blinks (or intervals).

    Attributes
    ----------
    a, b, matched : int
        How many each saw, and how many of them overlap one to one.
    f1 : float or None
        2 matched / (a + b); None where neither saw any.
    start_s, end_s : tuple of float
        Differences of the matched ones' starts and ends, first observer's minus second's.
    start_frames, end_frames : tuple of int
        The same in frames.
    """

    model_config = ConfigDict(frozen=True)

    a: int
    b: int
    matched: int
    f1: float | None
    start_s: tuple[float, ...]
    end_s: tuple[float, ...]
    start_frames: tuple[int, ...]
    end_frames: tuple[int, ...]


def compare_events(
    ours: Sequence[Span], theirs: Sequence[Span], time_s: FloatArray
) -> EventAgreement:
    """Match spans (first frame, last frame; both inside) one to one by their overlap."""
    overlap = np.array(
        [[max(0, min(a[1], b[1]) - max(a[0], b[0]) + 1) for b in theirs] for a in ours]
    ).reshape(len(ours), len(theirs))
    rows, columns = linear_sum_assignment(-overlap)
    pairs = [
        (ours[int(i)], theirs[int(j)])
        for i, j in zip(rows, columns, strict=True)
        if overlap[i, j] > 0
    ]
    total = len(ours) + len(theirs)
    last = len(time_s) - 1

    def seconds(a: int, b: int) -> float:
        return float(time_s[min(a, last)] - time_s[min(b, last)])

    return EventAgreement(
        a=len(ours),
        b=len(theirs),
        matched=len(pairs),
        f1=2 * len(pairs) / total if total else None,
        start_s=tuple(seconds(a[0], b[0]) for a, b in pairs),
        end_s=tuple(seconds(a[1], b[1]) for a, b in pairs),
        start_frames=tuple(a[0] - b[0] for a, b in pairs),
        end_frames=tuple(a[1] - b[1] for a, b in pairs),
    )


def merged(found: Sequence[EventAgreement]) -> EventAgreement | None:
    """Return the agreement over several videos, None without any."""
    if not found:
        return None
    a, b, matched = (sum(getattr(e, name) for e in found) for name in ("a", "b", "matched"))
    return EventAgreement(
        a=a,
        b=b,
        matched=matched,
        f1=2 * matched / (a + b) if a + b else None,
        start_s=tuple(v for e in found for v in e.start_s),
        end_s=tuple(v for e in found for v in e.end_s),
        start_frames=tuple(v for e in found for v in e.start_frames),
        end_frames=tuple(v for e in found for v in e.end_frames),
    )
