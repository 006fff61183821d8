"""Blinks and the intervals between them, from how far the lids cover the eye."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from easytear.base.geometry import BoolArray, FloatArray
from easytear.preprocess.motion import PupilTrace
from easytear.preprocess.pieces import in_pieces
from easytear.preprocess.records import Blink, Interval
from easytear.request.settings.preprocess import BlinkSettings

CHANGED = 5.0
"""A place has changed when it departs from the open eye by this many of its usual departures."""


@dataclass(frozen=True)
class LidSignal:
    """How the lids cover the eye: (n,) arrays.

    Attributes
    ----------
    covered : (n,) float array
        Share of the exposed eye's height under the upper lid beyond the open state, 0 to 1.
    edge : (n,) float array
        Height of the lid's edge in the picture, as a share of the picture from the top.
    pupil_foot : float
        Where two radii below the pupil's centre lie, as a share of the picture; NaN unknown.
    pupil_whole : (n,) bool array
        True where all of the pupil is in view.
    """

    covered: FloatArray
    edge: FloatArray
    pupil_foot: float
    pupil_whole: BoolArray


def lid_signal(
    thumbs: NDArray[np.uint8], trace: PupilTrace, time_s: FloatArray, shape: tuple[int, int]
) -> LidSignal:
    """Return how far the upper lid covers the eye in every frame.

    Each frame's small picture is compared with the open eye of the seconds about it, place by
    place, in units of that place's own restlessness (film, eye movements, noise). A lid changes
    every place from the top down to its edge, film and saccades do not: the edge is where the
    balance of changed against unchanged places above is largest, over the whole width together
    (film that runs beneath the brow changes some columns from near the top, a lid changes all).

    Parameters
    ----------
    thumbs : (n, rows, columns) uint8 array
        The frames reduced to small pictures.
    trace : PupilTrace
        The pupil in each frame.
    time_s : (n,) float array
        Presentation times.
    shape : (int, int)
        Height and width of the full frames.
    """
    opened = _well_seen(trace)
    if opened.sum() < 3:
        opened = np.ones(len(thumbs), bool)
    changed = _changed(thumbs, opened, np.asarray(time_s, float))
    weight = _active(changed, opened)
    covered, edge = _edges(changed, weight, _pupil_top(trace, len(weight), shape[0]))
    foot = np.nan
    if np.isfinite(trace.y_px[opened]).any():
        low = trace.y_px[opened] + 2.0 * trace.radius_px[opened]
        foot = float(np.nanmedian(low)) / shape[0]
    return LidSignal(covered, edge, foot, _well_seen(trace))


def _edges(
    changed: BoolArray, weight: FloatArray, lowest: NDArray[np.intp]
) -> tuple[FloatArray, FloatArray]:
    """Return the share of the exposed eye that the lid covers, and its edge's height, (n,) each.

    The lid's edge is sought as one depth, the same share of each column's exposed height.
    `lowest` is the lowest row that the edge can have in each frame.
    """
    rows = len(weight)
    depth = np.concatenate([np.zeros((1, weight.shape[1])), np.cumsum(weight, axis=0)])
    columns = np.flatnonzero(depth[-1] > 0.3 * max(float(depth[-1].max()), 1.0))
    shares = np.linspace(0.0, 1.0, rows + 1)
    at = np.stack(
        [np.searchsorted(depth[:, c], shares * depth[-1, c] - 1e-9) for c in columns], axis=1
    )
    middle = np.median(at, axis=1)

    def deepest(changed: BoolArray, lowest: NDArray[np.intp]) -> tuple[NDArray[np.intp]]:
        score = np.cumsum(np.where(changed, 1.0, -1.0) * weight, axis=1)
        score = np.concatenate([np.zeros_like(score[:, :1]), score], axis=1)
        together = score[:, at, columns].sum(axis=2)
        together[middle[None, :] > lowest[:, None]] = -np.inf
        return (np.argmax(together, axis=1),)

    (best,) = in_pieces(deepest, changed, lowest)
    return shares[best], middle[best] / rows


def _pupil_top(trace: PupilTrace, rows: int, height: int) -> NDArray[np.intp]:
    """Return the lowest row that a lid's edge can have: where all of the pupil is seen, its top."""
    top = (trace.y_px - 0.8 * trace.radius_px) / height * rows
    seen = _well_seen(trace) & np.isfinite(top)
    return np.where(seen, np.clip(np.nan_to_num(top), 0, rows), rows).astype(np.intp)


def _well_seen(trace: PupilTrace) -> BoolArray:
    with np.errstate(invalid="ignore"):
        seen: BoolArray = (trace.support > 0.75) & trace.seen(trace.usual())
    return seen


def _changed(thumbs: NDArray[np.uint8], opened: BoolArray, time_s: FloatArray) -> BoolArray:
    """Return (n, rows, columns): where a frame departs from the open eye of its time."""
    open_frames = np.flatnonzero(opened)
    some = open_frames[:: max(1, len(open_frames) // 600)]
    groups = [
        (frames, np.median(thumbs[chosen[:: max(1, len(chosen) // 40)]], axis=0))
        for frames, chosen in _references(opened, time_s)
    ]
    shown = [(np.intersect1d(frames, some), reference) for frames, reference in groups]
    calm = [_departure(thumbs[frames], reference) for frames, reference in shown if len(frames)]
    usual = 1.48 * np.median(np.concatenate(calm), axis=0)
    tone = np.quantile(thumbs[open_frames[:: max(1, len(open_frames) // 60)]], [0.05, 0.95])
    floor = max(0.01 * float(tone[1] - tone[0]), 0.5)
    least = CHANGED * np.maximum(usual, floor)
    changed = np.empty(thumbs.shape, bool)
    for frames, reference in groups:
        changed[frames] = _departure(thumbs[frames], reference) > least
    return changed


def _references(
    opened: BoolArray, time_s: FloatArray, window_s: float = 2.0
) -> list[tuple[NDArray[np.intp], NDArray[np.intp]]]:
    """Return groups of frames, each with the open frames that it is to be compared with.

    These lie within `window_s` and, where it is long enough, in the same open stretch: across a
    blink the eye has moved and the film is another.
    """
    runs = [run for run in _runs(opened) if run[1] - run[0] >= 4]
    if not runs:
        return [(np.arange(len(opened)), np.flatnonzero(opened))]
    every = np.arange(len(opened))
    first, last = np.array(runs).T
    # The stretch that has begun last, or the next one where that is nearer.
    before = np.clip(np.searchsorted(first, every, side="right") - 1, 0, len(runs) - 1)
    after = np.clip(before + 1, 0, len(runs) - 1)
    nearer = np.abs(first[after] - every) < np.maximum(every - last[before], 0)
    nearest = np.where(nearer, after, before)
    groups = []
    for number, run in enumerate(runs):
        mine = np.flatnonzero(nearest == number)
        within = np.arange(run[0], run[1] + 1)
        seconds = np.floor(time_s[mine] - time_s[mine[0]]).astype(int)
        for second in np.unique(seconds):
            frames = mine[seconds == second]
            middle = float(np.median(time_s[frames]))
            order = np.argsort(np.abs(time_s[within] - middle), kind="stable")
            near = int((np.abs(time_s[within] - middle) < window_s).sum())
            groups.append((frames, np.sort(within[order[: max(5, near)]])))
    return groups


def _departure(thumbs: NDArray[np.uint8], reference: FloatArray) -> FloatArray:
    """Return |thumb - reference|, a flicker of the whole light forgiven.

    Flicker leaves the picture's pattern as it is; a lid of another brightness does not, and
    must not pass for flicker.
    """
    pictures = thumbs.astype(np.float32)
    gain = np.median(pictures / np.maximum(reference, 1.0), axis=(1, 2), keepdims=True)
    pattern = reference - reference.mean()
    own = pictures - pictures.mean(axis=(1, 2), keepdims=True)
    size = np.sqrt((own**2).sum(axis=(1, 2)) * (pattern**2).sum())
    alike = (own * pattern).sum(axis=(1, 2)) / np.maximum(size, 1e-6) > 0.95
    gain = np.where(alike[:, None, None], gain, 1.0)
    departure: FloatArray = np.abs(pictures - gain * reference)
    return departure


def _active(changed: BoolArray, opened: BoolArray) -> FloatArray:
    """Return 1 where the lids ever cover the eye: the exposed eye as far as blinks tell."""
    shut = changed[~opened].mean(axis=(1, 2)) if (~opened).any() else np.zeros(0)
    strong = np.flatnonzero(~opened)[shut >= 0.85 * max(float(shut.max(initial=0.0)), 0.1)]
    if not len(strong):
        return np.ones(changed.shape[1:])
    weight: FloatArray = (changed[strong].mean(axis=0) > 0.5).astype(float)
    return weight if weight.any() else np.ones(changed.shape[1:])


def find_blinks(signal: LidSignal, time_s: FloatArray, settings: BlinkSettings) -> list[Blink]:
    """Return the blinks, in order.

    A blink is a stretch in which the lid covers materially more than in the open state
    (`settings.least_cover`, or more than the open state's own restlessness), and that at its
    deepest reaches `settings.least_depth`. Stretches a short gap apart are one.
    """
    covered = signal.covered
    calm = covered[signal.pupil_whole]
    restless = float(np.quantile(calm, 0.9)) if len(calm) else 0.0
    level = max(settings.least_cover, 1.5 * restless)
    runs = _runs(covered > level)
    joined: list[list[int]] = []
    for first, last in runs:
        if joined and time_s[first] - time_s[joined[-1][1]] < settings.join_gap_s:
            joined[-1][1] = last
        else:
            joined.append([first, last])
    deepest = max((float(covered[a : b + 1].max()) for a, b in joined), default=0.0)
    blinks = []
    for first, last in joined:
        deep = float(covered[first : last + 1].max())
        if deep < max(settings.least_depth, 0.25 * deepest):
            continue
        # Lashes that bob and film that comes up can change the picture's top; a lid that comes
        # down by much also comes over the pupil.
        if signal.pupil_whole[first : last + 1].all() and deep < 2.0 * settings.least_depth:
            continue
        at = first + int(np.argmax(covered[first : last + 1]))
        blinks.append(Blink(first, last, _complete(signal, at, settings)))
    return blinks


def _complete(signal: LidSignal, frame: int, settings: BlinkSettings) -> bool:
    if signal.covered[frame] < settings.complete_cover:
        return False
    # Where no blink of the video is complete, the deepest one must not pass for it: the lid's
    # edge has to come well below the pupil too.
    return not signal.edge[frame] < signal.pupil_foot


def _runs(mask: BoolArray) -> list[tuple[int, int]]:
    """Return first and last index of every run of True."""
    edges = np.flatnonzero(np.diff(np.concatenate([[False], mask, [False]]).astype(int)))
    return [(int(a), int(b) - 1) for a, b in zip(edges[::2], edges[1::2], strict=True)]


def intervals_between(
    blinks: list[Blink], time_s: FloatArray, settings: BlinkSettings
) -> list[Interval]:
    """Return the open stretches between blinks that last at least `min_interval_s`.

    A video without a blink is one interval, however short.
    """
    if not blinks:
        return [Interval(0, len(time_s) - 1, None)]
    found = []
    before: Blink | None = None
    start = 0
    for blink in [*blinks, Blink(len(time_s), len(time_s), True)]:
        end = blink.start_frame - 1
        if end >= start and time_s[end] - time_s[start] >= settings.min_interval_s:
            found.append(Interval(start, end, before))
        start, before = blink.end_frame + 1, blink
    return found


def split_at_gaps(
    intervals: Sequence[Interval],
    gaps: Sequence[int],
    time_s: FloatArray,
    settings: BlinkSettings,
) -> list[Interval]:
    """Return the intervals, ended where frames are lost for so long that a blink may hide there.

    Parameters
    ----------
    intervals : sequence of Interval
        As found without regard to gaps.
    gaps : sequence of int
        The first frame after each gap.
    time_s : (n,) float array
        Presentation times.
    settings : BlinkSettings
        `min_interval_s` is asked of what remains of an interval that is cut.
    """
    parts = []
    for interval in intervals:
        inside = [gap for gap in gaps if interval.start_frame < gap <= interval.end_frame]
        starts = [interval.start_frame, *inside]
        ends = [*(gap - 1 for gap in inside), interval.end_frame]
        for start, end in zip(starts, ends, strict=True):
            if not inside or time_s[end] - time_s[start] >= settings.min_interval_s:
                before = interval.blink_before if start == interval.start_frame else None
                parts.append(Interval(start, end, before))
    return parts
