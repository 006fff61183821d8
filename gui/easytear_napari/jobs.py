"""What takes longer than a blink: following a point, measuring again, and what the film shows."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import cv2
import numpy as np

from easytear.annotate import edits
from easytear.annotate.agreement.distances import Path as PointPath
from easytear.annotate.agreement.distances import points_to_program
from easytear.annotate.corrected import apply_and_tell, measured_by
from easytear.annotate.files import SUFFIX
from easytear.annotate.interpolate import simplified
from easytear.annotate.model import Annotations, AnyItem, PointTrack
from easytear.annotate.retrack import PointFollower
from easytear.base.geometry import ByteArray, FloatArray
from easytear.base.progress import Progress
from easytear.preprocess.enhance import enhance
from easytear.request.settings import Settings
from easytear.results import Analysis, IntervalResult, write_results
from easytear.show.flags import sentence
from easytear.video import FrameReader
from easytear_napari.keymap import KEYS
from easytear_napari.reviewing import PATH_TOLERANCE_PX
from easytear_napari.state import Annotator


@dataclass(frozen=True)
class RetrackTask:
    """Following one point from a frame to the end of its interval, or to where it is set.

    `goal` is the place in frame `stop` that was set by hand, None where nothing is set ahead.
    """

    video: Path
    item_id: int
    start: int
    stop: int
    place: FloatArray
    mm_per_px: float | None
    settings: Settings
    film: Any
    blind: bool
    goal: FloatArray | None = None

    def run(self, progress: Progress) -> Any:
        """Follow the point (in a thread)."""
        with FrameReader(self.video) as reader:
            follower = PointFollower(
                reader.read, reader.facts.frame_count, self.mm_per_px, self.settings, self.film
            )
            return follower.run(self.place, self.start, self.stop, progress)

    def take_in(self, annotator: Annotator, found: Any) -> str:
        """Set the point's keyframes from what was found; return what to say."""
        frames, places = found
        if self.goal is not None and len(frames) and frames[-1] == self.stop:
            # What the tracker is off where the hand set the point has grown on the way there.
            share = (frames - self.start) / (self.stop - self.start)
            places = places + share[:, None] * (self.goal - places[-1])
            frames, places = frames[:-1], places[:-1]
        if len(frames) == 0:
            return f"Point {self.item_id} could not be followed from frame {self.start}."
        kept = simplified(frames, places, PATH_TOLERANCE_PX)
        # The frames that were followed hold nothing else, or the point would zigzag.
        action = edits.put_path(
            annotator.document,
            self.item_id,
            [int(frames[i]) for i in kept],
            places[kept].tolist(),
            source="retracked",
            blind=self.blind,
            instead_of=(self.start + 1, int(frames[-1])),
        )
        annotator.do(action)
        where = f"Point {self.item_id} followed to frame {int(frames[-1])}"
        if self.goal is None:
            return f"{where}."
        key = KEYS["retrack_over"]
        return f"{where}; what you set from frame {self.stop} on stays ({key} replaces it)."


def retrack_task(annotator: Annotator, video: Path, over: bool) -> RetrackTask | None:
    """Return the task that follows the current point on from this frame; None if not seen.

    It ends at the next frame in which the point was set by hand, or, if what is ahead is to be
    replaced (`over`), at the interval's end.
    """
    a, point = annotator, annotator.current_point()
    shown = [s for s in a.shown_points() if point is not None and s.item_id == point.id]
    if not shown or point is None:
        return None
    stretch = a.stretch_at(a.frame)
    stop, goal = stretch.end_frame if stretch else a.frame_count - 1, None
    ahead = [k for k in point.keyframes if a.frame < k.frame <= stop and k.source == "hand"]
    if ahead and not over:
        unseen = ahead[0].outside
        stop = ahead[0].frame - int(unseen)
        goal = None if unseen else np.array(ahead[0].points[0])
    settings = Settings()
    scale = None
    if a.analysis is not None:
        settings = a.analysis.summary.request.settings
        scale = a.analysis.summary.calibration.mm_per_px
    return RetrackTask(
        video,
        shown[0].item_id,
        a.frame,
        stop,
        shown[0].place,
        scale,
        settings,
        a.film if a.program_shown else None,
        not a.program_shown,
        goal,
    )


@dataclass(frozen=True)
class MeasureTask:
    """Measuring again with the person's corrections, and writing what comes out."""

    analysis: Analysis
    document: Annotations
    video: Path
    folder: Path

    def run(self, progress: Progress) -> Measured:
        """Measure (in a thread)."""
        progress.update(0, 1, "measuring again")
        after, lost = apply_and_tell(self.analysis, self.document, self.video, progress)
        write_results(after, self.folder)
        before = {one.index: one for one in self.analysis.summary.intervals}
        lines = [
            f"Interval {one.index + 1}: λ {_lambda(before.get(one.index))} → {_lambda(one)}"
            for one in after.summary.intervals
        ]
        left = {one.index for one in after.summary.intervals}
        lines += [f"Interval {k + 1}: nothing is found there" for k in before if k not in left]
        lines += lost
        return Measured("\n".join([*lines, f"Written to {self.folder}"]), self.document.items)


@dataclass(frozen=True)
class Measured:
    """What came out, for a person, and the marks that it holds for."""

    text: str
    items: tuple[AnyItem, ...]


def measure_task(annotator: Annotator, video: Path) -> MeasureTask:
    """Return the task that measures again; results go beside the annotation file."""
    assert annotator.analysis is not None
    path = annotator.session.path
    folder = path.with_name(path.name.removesuffix(SUFFIX) + ".corrected")
    return MeasureTask(annotator.analysis, annotator.document, video, folder)


@dataclass(frozen=True)
class OwnTask:
    """The law from the person's points alone."""

    analysis: Analysis
    document: Annotations

    def run(self, progress: Progress) -> Measured:
        """Measure (in a thread)."""
        progress.update(0, 1, "measuring your points")
        after = measured_by(self.analysis, self.document)
        lines = [
            f"Interval {one.index + 1}: λ from your points {own_lambda(one)}"
            for one in after.summary.intervals
            if self._points(one)
        ]
        words = lines or ["Set points first: the law is then fitted to them alone."]
        return Measured("\n".join(words), self.document.items)

    def _points(self, one: IntervalResult) -> bool:
        return any(
            one.start_frame <= key.frame <= one.end_frame
            for point in self.document.of(PointTrack)
            for key in point.keyframes
        )


def own_lambda(one: IntervalResult) -> str:
    """Return lambda with its interval, or why there is none and what to do."""
    fit = one.spread.y
    if fit is not None and fit.lambda_s is not None:
        low, high = fit.lambda_s_ci95
        known = low is not None and high is not None
        return f"{fit.lambda_s:.2f} s" + (f" ({low:.2f} to {high:.2f})" if known else "")
    if "headline_zone_empty" in one.quality.flags:
        return "– : put points 0.05 to 0.3 mm below the front; the headline speaks of that film."
    why = next((sentence(flag) for flag in one.quality.flags), "")
    return f"– : {why or 'set them in more frames, from the interval’s start on.'}"


def agreement_text(annotator: Annotator) -> str:
    """Return how far the person's points are from where the program's film carries them."""
    a = annotator
    if a.analysis is None or a.film is None:
        return ""
    if not a.program_shown:
        return "Hidden, so that you annotate blind."
    paths = []
    for point in a.points():
        place = a.path(point)
        keyed = frozenset(k.frame for k in point.keyframes if not k.outside)
        for one in a.analysis.summary.intervals:
            inside = {f: p for f, p in place.items() if one.start_frame <= f <= one.end_frame}
            if inside:
                paths.append(PointPath(point.id, inside, keyed & inside.keys()))
    table = points_to_program(paths, a.film, np.asarray(a.video.time_s))
    if table.empty:
        return "Set points in at least two frames to compare them with the program's film."
    distance = table["distance_px"].to_numpy(dtype=float)
    scale = a.analysis.summary.calibration.mm_per_px
    median, high = np.median(distance), np.quantile(distance, 0.9)
    mm = "" if scale is None else f" ({median * scale:.3f} mm)"
    return (
        f"Your points and the program's film: {median:.1f} px{mm} apart, "
        f"90 % within {high:.1f} px, over {len(table)} placements."
    )


def picture_view(annotator: Annotator) -> Callable[[int, ByteArray], ByteArray]:
    """Return what is done to a picture before it is shown: eye held still, film enhanced."""
    eye = annotator.eye if annotator.stabilised else None
    enhanced, scale = annotator.enhanced, None
    settings = Settings().enhance
    if annotator.analysis is not None:
        scale = annotator.analysis.summary.calibration.mm_per_px

    def view(frame: int, picture: ByteArray) -> ByteArray:
        if enhanced:
            grey = cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY).astype(np.uint8)
            clear = enhance(grey, settings, mm_per_px=scale)
            picture = np.repeat(clear[..., None], 3, axis=2)
        matrix = None if eye is None else eye.matrix(frame)
        if matrix is not None:
            size = (picture.shape[1], picture.shape[0])
            flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
            picture = np.asarray(cv2.warpAffine(picture, matrix, size, flags=flags), np.uint8)
        return picture

    return view


def _lambda(one: IntervalResult | None) -> str:
    fit = None if one is None else one.spread.y
    return "–" if fit is None or fit.lambda_s is None else f"{fit.lambda_s:.2f} s"
