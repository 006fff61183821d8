"""Film breaks and comparisons of two visits, on seeds that nobody looked at.

    python -m benchmarks.clinic breaks [--seeds 101 102 ...] [-o WORK]
    python -m benchmarks.clinic pairs [--seeds 201 202 ...] [-o WORK]

`breaks` films eyes whose film opens at known places and times, and eyes whose film does not (thin,
dark, out of focus, thick patches, lashes, reflections, a trembling lid); `pairs` films each eye
three times, the third time with a time constant 1.5 times as long. Every video is analysed as a
user's is. Results that are there already are kept. Prints one line for each video, then the rows
of the benchmark.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

from easytear.compare import compare
from easytear.engine import run
from easytear.request.request import Request
from easytear.results import Summary, read_summary, write_results
from easytear.simulate import Scene, Truth, make_scene, simulate
from easytear.simulate.break_scenes import BREAK_PRESETS
from easytear.simulate.holes import TrueHole, hole_mask

SMALL: dict[str, Any] = {"width_px": 480, "height_px": 360, "fps": 15.0}
"""Small pictures, few of them: what a film break needs is time."""
NEAR_MM = 0.5
NEAR_S = 1.5
FACTOR = 1.5
VISITS = (1.0, 1.0, FACTOR)


def main() -> None:
    """Run one of the two."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("what", choices=["breaks", "pairs"])
    parser.add_argument("--seeds", type=int, nargs="+", default=list(range(101, 107)))
    parser.add_argument("-o", "--out", type=Path, default=Path("benchmark-results/clinic"))
    asked = parser.parse_args()
    rows = (
        breaks(asked.seeds, asked.out) if asked.what == "breaks" else pairs(asked.seeds, asked.out)
    )
    for row in rows:
        print(row, flush=True)


def analysed(scene: Scene, name: str, work: Path) -> tuple[Truth, Summary]:
    """Film a scene and analyse it, unless that was done."""
    video, folder = work / f"{name}.mp4", work / "out" / name
    work.mkdir(parents=True, exist_ok=True)
    if not (folder / "summary.json").is_file():
        simulate(scene, video)
        write_results(run(Request(), video), folder)
    return Truth.load(video), read_summary(folder)


def breaks(seeds: list[int], work: Path) -> Iterator[str]:
    """Yield a line for each video, then the rows."""
    late: list[float] = []
    sizes: list[float] = []
    told = missed = false = kinds = 0
    minutes = 0.0
    for seed in seeds:
        for preset in BREAK_PRESETS:
            if preset != "film_breaks" and seed % 3:
                continue
            scene = make_scene(preset, seed)
            scene = scene.model_copy(update={"camera": scene.camera.model_copy(update=SMALL)})
            truth, summary = analysed(scene, f"{preset}-{seed}", work)
            one = _score(truth, summary)
            told, missed, false = told + one["told"], missed + one["missed"], false + one["false"]
            minutes, kinds = minutes + one["minutes"], kinds + one["kinds"]
            late += one["late_s"]
            sizes += one["size"]
            yield f"{preset}-{seed}: {one}"
    yield _row("sensitivity", told / max(told + missed, 1), "0.9", f"{told} of {told + missed}")
    yield _row(
        "false breaks a minute", false / max(minutes, 1e-9), "0.05", f"{false} in {minutes:.1f} min"
    )
    yield _row(
        "time of a break, median absolute error, s",
        float(np.median(np.abs(late))),
        "0.3",
        f"n = {len(late)}",
    )
    yield _row(
        "area, median absolute error, %",
        100 * float(np.median(np.abs(sizes))),
        "15",
        f"n = {len(sizes)}",
    )
    yield _row("kind told right", kinds / max(told, 1), "", f"{kinds} of {told}")


def _row(what: str, value: float, goal: str, basis: str) -> str:
    return f"| {what} | {value:.3g} | {goal} | {basis} |"


def _score(truth: Truth, summary: Summary) -> dict[str, Any]:
    """Compare the breaks that were told in one video with the true ones."""
    mm = truth.mm_per_px
    out: dict[str, Any] = {
        "told": 0,
        "missed": 0,
        "false": 0,
        "kinds": 0,
        "minutes": 0.0,
        "late_s": [],
        "size": [],
    }
    for interval in summary.intervals:
        seen = interval.film_break
        if seen is None or seen.watched_from_s is None or seen.watched_until_s is None:
            continue
        out["minutes"] += max(seen.watched_until_s - seen.watched_from_s, 0.0) / 60.0
        left = list(seen.breaks)
        for hole in truth.holes:
            start = hole.reaches_s(0.05)
            if start is None or not seen.watched_from_s < start < seen.watched_until_s - 0.5:
                left = [b for b in left if not _same(b, hole, truth, interval.start_frame, mm)]
                continue
            if not _inside(hole, truth, interval.start_frame, interval.region):
                left = [b for b in left if not _same(b, hole, truth, interval.start_frame, mm)]
                continue
            mine = [b for b in left if _same(b, hole, truth, interval.start_frame, mm)]
            timely = [b for b in mine if abs(b.start_s - start) < NEAR_S]
            left = [b for b in left if b not in mine]
            if not timely:
                out["missed"] += 1
                continue
            out["told"] += 1
            out["kinds"] += timely[0].kind == hole.hole.kind
            out["late_s"].append(round(timely[0].start_s - start, 2))
            true_mm2 = hole.area_mm2(seen.watched_until_s)
            told_mm2 = sum(b.area_px2 or 0.0 for b in mine) * mm**2
            out["size"].append(round(told_mm2 / true_mm2 - 1.0, 2))
        out["false"] += len(left)
    return out


def _same(one: Any, hole: TrueHole, truth: Truth, first: int, mm: float) -> bool:
    """Return whether a break that was told lies in or beside a true one."""
    eye = truth.pose_at(first).to_eye(np.array([[one.x_eye_px, one.y_eye_px]]))
    grown = (hole,)
    last = float(truth.time_s[-1])
    if hole_mask(grown, eye, last, mm)[0] > 0.5:
        return True
    away = np.hypot(eye[0, 0] - hole.x_px, eye[0, 1] - hole.y_px) * mm
    return bool(away < NEAR_MM + max(hole.hole.half_x_mm, hole.hole.half_y_mm))


def _inside(hole: TrueHole, truth: Truth, first: int, region: Any) -> bool:
    """Return whether a true break's middle lies in the region that was analysed."""
    import cv2

    if region is None:
        return False
    x, y = truth.pose_at(first).to_image(np.array([[hole.x_px, hole.y_px]]))[0]
    corners = np.array(region, np.float32).reshape(-1, 1, 2)
    return cv2.pointPolygonTest(corners, (float(x), float(y)), False) > 0


def pairs(seeds: list[int], work: Path) -> Iterator[str]:
    """Yield a line for each pair, then the rows."""
    unchanged: list[bool] = []
    found: list[bool] = []
    held: list[bool] = []
    for seed in seeds:
        visits = [_visit(seed, place, factor, work) for place, factor in enumerate(VISITS)]
        for a, b, factor in ((0, 1, 1.0), (0, 2, FACTOR), (1, 2, FACTOR)):
            made = compare(visits[a], visits[b], ("a", "b"), same_eye=True)
            told = [one.label for one in made.judged if (one.verdict or "").startswith("more")]
            lam = next((one for one in made.judged if one.key == "spread.y.lambda_s"), None)
            if factor == 1.0:
                unchanged.append(bool(told))
            else:
                found.append(any(label.startswith("Time constant") for label in told))
            if lam is not None and lam.change_ci95 is not None:
                held.append(lam.change_ci95[0] <= factor <= lam.change_ci95[1])
            change = None if lam is None or not lam.change else round(lam.change, 3)
            yield f"eye {seed}, visits {a + 1} and {b + 1}, true {factor}: {change}, told {told}"
    yield _row(
        "pairs without a change in which one is told",
        float(np.mean(unchanged)),
        "0.05",
        f"n = {len(unchanged)}",
    )
    yield _row("factor of 1.5 in lambda found", float(np.mean(found)), "0.95", f"n = {len(found)}")
    yield _row(
        "interval of the factor holds the truth", float(np.mean(held)), "0.95", f"n = {len(held)}"
    )


def _visit(seed: int, place: int, factor: float, work: Path) -> Summary:
    """Return one visit of an eye: the same eye and law, another film, another day's gaze."""
    scene = make_scene("brown_iris", seed)
    spreads = tuple(
        one.model_copy(
            update={"lambda_s": round(one.lambda_s * factor, 4), "seed": one.seed + 17 * place}
        )
        for one in scene.film.spreads
    )
    film = scene.film.model_copy(update={"spreads": spreads})
    camera = scene.camera.model_copy(update={"duration_s": 7.5, "width_px": 480, "height_px": 360})
    scene = scene.model_copy(update={"seed": seed + 1000 * place, "film": film, "camera": camera})
    return analysed(scene, f"eye-{seed}-{place + 1}", work)[1]


if __name__ == "__main__":
    main()
