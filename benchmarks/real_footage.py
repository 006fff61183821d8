"""Measure EasyTear on real footage that was marked by hand.

The footage belongs to others and is not part of EasyTear: the folder that holds it is given.

    python -m benchmarks.real_footage FOLDER [-o WORK]

FOLDER holds `clip_fused60.mp4`, `clip_clean.mp4`, `annotations_dev.json` and `stills/*.png`.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pandas as pd

from easytear.base.geometry import FloatArray
from easytear.engine import run
from easytear.engine.earlier import Earlier
from easytear.preprocess.registration import eye_to_image
from easytear.report.deliver import deliver
from easytear.request.request import Request
from easytear.results import Analysis, read_results
from easytear.video import VideoWriter

SIDE_EDGE_X_PX = 385.0
"""Right of it the marked line is a side edge that hardly moves, not the leading edge."""

NEAR_PX = 25.0
STILL_FRAMES = 30


def measure_clip(video: Path, marks: dict[str, Any], work: Path) -> dict[str, float]:
    """Analyse one clip and compare it with the marks."""
    analysis = analyzed(video, work)
    out: dict[str, float] = {"intervals": len(analysis.summary.intervals)}
    if analysis.summary.intervals:
        out["first_frame"] = analysis.summary.intervals[0].start_frame
        out["lambda_s"] = headline_lambda(analysis)
        out |= pupil_errors(analysis, marks["pupil"])
        out |= front_errors(analysis, marks["front_A"])
        out |= track_errors(analysis, marks["authors_tracks"])
    return out


def analyzed(video: Path, work: Path) -> Analysis:
    """Analyse a video and read the results back as another program would."""
    folder = work / video.stem
    deliver(run(Request(), video), folder, video)
    return read_results(folder)


def headline_lambda(analysis: Analysis) -> float:
    """Return the first interval's time constant from the tracks, NaN without one."""
    fit = analysis.summary.intervals[0].spread.y
    return np.nan if fit is None or fit.lambda_s is None else fit.lambda_s


def pupil_errors(analysis: Analysis, marks: dict[str, dict[str, float]]) -> dict[str, float]:
    """Return the pupil's errors, px: the greatest, and RMS of its motion from frame to frame.

    "pupil_frames" says in how many of the marked frames it could be compared.
    """
    pupil = analysis.summary.intervals[0].pupil
    if pupil is None:
        return {"pupil_max_px": np.nan, "eye_motion_rms_px": np.nan, "pupil_frames": 0}
    frames = analysis.frames.set_index("frame")
    errors = {}
    for name, mark in marks.items():
        if int(name) not in frames.index or not np.isfinite(frames.eye_dx_px[int(name)]):
            continue
        x = pupil.x_px + frames.eye_dx_px[int(name)] - mark["x_px"]
        y = pupil.y_px + frames.eye_dy_px[int(name)] - mark["y_px"]
        errors[name] = (x, y)
    if not errors:
        return {"pupil_max_px": np.nan, "eye_motion_rms_px": np.nan, "pupil_frames": 0}
    error = np.array(list(errors.values()))
    out = {f"pupil_{name}_px": float(np.hypot(*e)) for name, e in errors.items()}
    out["pupil_max_px"] = float(np.hypot(*error.T).max())
    spread = error - error.mean(axis=0)
    rms = float(np.sqrt((spread**2).sum(axis=1).mean()))
    out["eye_motion_rms_px"] = rms if len(error) > 1 else np.nan
    out["pupil_frames"] = len(error)
    return out


def front_errors(analysis: Analysis, marks: dict[str, list[dict[str, Any]]]) -> dict[str, float]:
    """Return, for each marked frame, the median distance to the marked line and its coverage."""
    seen = Earlier(analysis).observation(0)
    out: dict[str, float] = {}
    for name, lines in marks.items():
        frame = int(name)
        if frame >= len(seen.time_s):
            continue
        eye = np.column_stack([seen.front.x_px, seen.front.y_px[frame]])
        ours = eye_to_image(eye[np.isfinite(eye[:, 1])], seen.eye, frame)
        marked = _leading(np.array(lines[0]["points_px"], float))
        columns = np.arange(marked[0, 0], marked[-1, 0], 2.0)
        points = np.column_stack([columns, np.interp(columns, *marked.T)])
        covered, distance = _distances(points, ours)
        out[f"front_{frame}_px"] = float(np.median(distance)) if len(distance) else np.nan
        out[f"front_{frame}_coverage"] = float(covered.mean())
    return out


def _leading(line: FloatArray) -> FloatArray:
    kept: FloatArray = line[line[:, 0] <= SIDE_EDGE_X_PX]
    return kept


def _distances(points: FloatArray, ours: FloatArray) -> tuple[np.ndarray, FloatArray]:
    """Return which points have our front at their column, and those points' distance to it."""
    if len(ours) < 2:
        return np.zeros(len(points), bool), np.empty(0)
    ours = ours[np.argsort(ours[:, 0])]
    covered = np.abs(points[:, None, 0] - ours[None, :, 0]).min(axis=1) <= 8.0
    start, step = ours[:-1], np.diff(ours, axis=0)
    joined = step[:, 0] <= 16.0
    start, step = start[joined], step[joined]
    offset = points[covered][:, None] - start[None]
    along = np.clip((offset * step).sum(-1) / np.maximum((step**2).sum(-1), 1e-9), 0.0, 1.0)
    distance: FloatArray = np.linalg.norm(offset - along[..., None] * step, axis=-1).min(axis=1)
    return covered, distance


def track_errors(analysis: Analysis, marks: dict[str, Any]) -> dict[str, float]:
    """Return how our tracks' displacements differ from the authors' points, and their reach."""
    tables = {
        frame: rows.set_index("track_id")[["x_px", "y_px"]]
        for frame, rows in analysis.tracks.groupby("frame")
    }
    authors = [np.column_stack([t["x_px"], t["y_px"]]) for t in marks.values()]
    count = len(authors[0])
    near = [
        _nearest(tables.get(frame), point) <= NEAR_PX
        for frame in range(4, count)
        for point in (track[frame] for track in authors)
    ]
    out = {"tracks_near_share": float(np.mean(near))}
    for span in (5, 15, 50):
        errors = [
            error
            for frame in range(4, count - span)
            for track in authors
            if (error := _displacement_error(tables, frame, span, track)) is not None
        ]
        out[f"tracks_{span}_px"] = float(np.median(errors)) if errors else np.nan
    return out


def _nearest(table: pd.DataFrame | None, point: FloatArray) -> float:
    if table is None or table.empty:
        return np.inf
    return float(np.hypot(*(table.to_numpy() - point).T).min())


def _displacement_error(
    tables: dict[Any, pd.DataFrame], frame: int, span: int, track: FloatArray
) -> float | None:
    """Compare one author's displacement with that of our tracks around its start."""
    if frame not in tables or frame + span not in tables:
        return None
    before, after = tables[frame], tables[frame + span]
    both = before.index.intersection(after.index)
    start = before.loc[both].to_numpy()
    distance = np.hypot(*(start - track[frame]).T)
    closest = np.argsort(distance)[:4]
    closest = closest[distance[closest] <= NEAR_PX]
    if len(closest) == 0:
        return None
    moved = after.loc[both].to_numpy()[closest] - start[closest]
    theirs = track[frame + span] - track[frame]
    return float(np.hypot(*(np.median(moved, axis=0) - theirs)))


def measure_stills(folder: Path, marks: dict[str, Any], work: Path) -> dict[str, float]:
    """Analyse each still as a still video: error of the pupil's centre, and of the limbus arc."""
    out: dict[str, float] = {}
    for name, mark in marks.items():
        video = still_video(folder / f"{name}.png", work)
        found = analyzed(video, work).summary.intervals
        pupil = found[0].pupil if found else None
        iris = found[0].iris if found else None
        centre = mark["pupil"]
        out[f"{name}_pupil_px"] = (
            np.nan
            if pupil is None
            else float(np.hypot(pupil.x_px - centre["x_px"], pupil.y_px - centre["y_px"]))
        )
        arc = mark["limbus_arc_points_px"]
        if arc is not None and iris is not None:
            points = np.array(arc)
            level = iris.ellipse().level(points[:, 0], points[:, 1])
            out[f"{name}_limbus_px"] = float(np.median(np.abs(level - 1.0)) * iris.ry_px)
    return out


def still_video(picture: Path, work: Path) -> Path:
    """Write a still picture as a video of one second."""
    path = work / "videos" / f"{picture.stem}.mp4"
    path.parent.mkdir(parents=True, exist_ok=True)
    bgr = cv2.imread(str(picture))
    if bgr is None:
        raise FileNotFoundError(picture)
    with VideoWriter(path, bgr.shape[1], bgr.shape[0], crf=10) as writer:
        for _ in range(STILL_FRAMES):
            writer.write(np.asarray(bgr, np.uint8))
    return path


def main() -> None:
    """Run from the command line and print one figure a line."""
    parser = argparse.ArgumentParser(description=__doc__, prog="benchmarks.real_footage")
    parser.add_argument("folder", type=Path)
    parser.add_argument("-o", "--out", type=Path, default=Path("benchmark-results/real"))
    options = parser.parse_args()
    marks = json.loads((options.folder / "annotations_dev.json").read_text(encoding="utf-8"))
    report: dict[str, dict[str, float]] = {}
    for name in ("clip_fused60", "clip_clean"):
        report[name] = measure_clip(options.folder / f"{name}.mp4", marks, options.out)
    report["stills"] = measure_stills(options.folder / "stills", marks["stills"], options.out)
    for part, figures in report.items():
        for key, value in figures.items():
            print(f"{part:14s} {key:24s} {value:8.3f}")
    (options.out / "real.json").write_text(json.dumps(report, indent=2), encoding="utf-8")


if __name__ == "__main__":
    main()
