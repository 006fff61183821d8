"""Draw the annotations of the sample videos: no person made them.

    python annotations/draw_from_truth.py [--out FOLDER]

For each sample video two simulated readers mark what its stored truth says, with the error of a
careful person added at random:

- five film points just below the front of each interval (half a second or longer), in every
  tenth frame: 2 px standard deviation per axis;
- the lipid front in every tenth frame of the first two seconds: 3 px in height;
- first and last frame of each blink and interval: one frame early, right, or one late.

Both readers are given the same five points, as on a protocol sheet; they err independently. The
files are made with the annotation tool's own actions. The same files come out every time.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np

from easytear.annotate import annotation_path, edits, write_annotations
from easytear.annotate.journal import History
from easytear.annotate.model import (
    SCHEMA,
    Annotations,
    BlinkMark,
    FrontLine,
    IntervalMark,
    Keyframe,
    NoteMark,
    PointTrack,
)
from easytear.annotate.video import video_ref
from easytear.base.geometry import FloatArray
from easytear.simulate.truth import TrueInterval, Truth
from easytear.video import FrameReader

READERS = ("simulated reader A", "simulated reader B")
POINT_SD_PX = 2.0
FRONT_SD_PX = 3.0
EVERY = 10
POINTS = 5
FIRST_FRAME = 6
"""Readers begin when the film has come into focus, so many frames after the lid is up."""

DEPTH_MM = (0.05, 0.25)
"""So far below the front the points are: that film is what the headline numbers speak of."""

FRONT_S = 2.0
SHORTEST_S = 0.5
NOTE = (
    f"Simulated reader: truth with {POINT_SD_PX:g} px (points) and {FRONT_SD_PX:g} px (front) "
    "of random error. No person made this."
)


def main() -> None:
    """Draw all annotations."""
    here = Path(__file__).resolve().parent
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", 1)[0])
    parser.add_argument("--out", type=Path, default=here)
    out: Path = parser.parse_args().out
    for n, video in enumerate(sorted((here.parent / "sample_videos").glob("*.mp4"))):
        for m, reader in enumerate(READERS):
            document = draw(video, reader, np.random.default_rng([n, m]), np.random.default_rng(n))
            write_annotations(document, annotation_path(out, video.stem, reader))


def draw(
    video: Path, reader: str, errs: np.random.Generator, chooses: np.random.Generator
) -> Annotations:
    """Return what one simulated reader marks on a video.

    Parameters
    ----------
    video : Path
        A video with its truth beside it.
    reader : str
        The reader's name.
    errs : numpy.random.Generator
        Where the reader's errors come from.
    chooses : numpy.random.Generator
        Where the choice of points comes from; the same for both readers.
    """
    truth = Truth.load(video)
    with FrameReader(video) as source:
        ref = video_ref(source)
    history = History(Annotations(schema=SCHEMA, video=ref, annotator=reader, software="easytear"))
    last = len(truth.time_s) - 1
    history.do(
        edits.add(history.document, NoteMark(id=1, start_frame=0, end_frame=last, note=NOTE))
    )
    for blink in truth.blinks:
        start, end = _edges(blink.start_frame, blink.end_frame, last, errs)
        mark = BlinkMark(id=1, start_frame=start, end_frame=end, complete=blink.complete)
        history.do(edits.add(history.document, mark))
    for interval in truth.intervals:
        if truth.time_s[interval.end_frame] - truth.time_s[interval.start_frame] < SHORTEST_S:
            continue
        start, end = _edges(interval.start_frame, interval.end_frame, last, errs)
        history.do(
            edits.add(history.document, IntervalMark(id=1, start_frame=start, end_frame=end))
        )
        if interval.film_visible:
            _points(history, truth, interval, errs, chooses)
            _front(history, truth, interval, errs)
    return history.document


def _edges(start: int, end: int, last: int, errs: np.random.Generator) -> tuple[int, int]:
    first = int(np.clip(start + errs.integers(-1, 2), 0, last))
    return first, int(np.clip(end + errs.integers(-1, 2), first, last))


def _points(
    history: History,
    truth: Truth,
    interval: TrueInterval,
    errs: np.random.Generator,
    chooses: np.random.Generator,
) -> None:
    begin = min(interval.start_frame + FIRST_FRAME, interval.end_frame)
    front = truth.front_at(begin)[truth.front_visible(begin)]
    if len(front) < POINTS:
        return
    spread = np.linspace(0.1, 0.9, POINTS) * (len(front) - 1)
    depth_px = chooses.uniform(*DEPTH_MM, POINTS) / truth.mm_per_px
    seeds = front[spread.astype(int)] + np.column_stack([np.zeros(POINTS), depth_px])
    frames = [*range(begin, interval.end_frame, EVERY), interval.end_frame]
    for seed in seeds:
        keys = [
            Keyframe(frame=frame, points=(_erring(truth, seed, begin, frame, errs),))
            for frame in frames
        ]
        point = PointTrack(id=1, label="film", keyframes=tuple(keys))
        history.do(edits.add(history.document, point))


def _erring(
    truth: Truth, seed: FloatArray, begin: int, frame: int, errs: np.random.Generator
) -> tuple[float, float]:
    eye = seed[None] + truth.displace(seed[None], begin, frame, "eye")
    x, y = truth.eye_to_image(eye, frame)[0] + errs.normal(0.0, POINT_SD_PX, 2)
    return float(x), float(y)


def _front(
    history: History, truth: Truth, interval: TrueInterval, errs: np.random.Generator
) -> None:
    begin = min(interval.start_frame + FIRST_FRAME, interval.end_frame)
    stop = min(begin + int(FRONT_S * truth.fps), interval.end_frame)
    keys = []
    for frame in range(begin, stop + 1, EVERY):
        line = truth.eye_to_image(truth.front_at(frame), frame)[truth.front_visible(frame)]
        if len(line) < 8:
            continue
        line = line[:: max(len(line) // 18, 1)].copy()
        line[:, 1] += errs.normal(0.0, FRONT_SD_PX, len(line))
        keys.append(Keyframe(frame=frame, points=tuple((float(x), float(y)) for x, y in line)))
    if keys:
        mark = FrontLine(id=1, label="front", keyframes=tuple(keys))
        history.do(edits.add(history.document, mark))


if __name__ == "__main__":
    main()
