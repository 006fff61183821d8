"""Speed and memory of the whole command, beside decoding alone and the other methods.

Each is a process of its own, one at a time: nothing else should be running.
"""

from __future__ import annotations

import os
import pstats
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from benchmarks.running import Run, analyze, measured, run_other
from easytear.simulate import Scene, Truth, make_scene, simulate
from easytear.simulate.presets import with_camera
from easytear.simulate.scene import BlinkEvent
from easytear.video import FrameReader

EVERY_S = 7.5
"""One blink each so many seconds in the long videos."""


CALLERS = ("engine", "cli")
"""Rooms of EasyTear that put others to work."""


def long_scene(seconds: float, *, hd: bool = False) -> Scene:
    """Return an ordinary eye that blinks every few seconds."""
    scene = make_scene("hd720" if hd else "normal", 1)
    starts = [0.4 + EVERY_S * k for k in range(int((seconds - 1.0) / EVERY_S) + 1)]
    blinks = tuple(BlinkEvent(start_s=start) for start in starts)
    law = scene.film.spreads[0]
    spreads = tuple(law.model_copy(update={"seed": 100 + k}) for k in range(len(starts)))
    lids = scene.lids.model_copy(update={"blinks": blinks})
    film = scene.film.model_copy(update={"spreads": spreads})
    changed = scene.model_copy(update={"lids": lids, "film": film})
    return with_camera(changed, duration_s=seconds)


def decode_seconds(video: Path) -> float:
    """Return how long reading every frame takes, grey, as the analysis reads them."""
    started = time.perf_counter()
    with FrameReader(video) as reader:
        for picture in reader.pictures():
            picture.grey()
    return time.perf_counter() - started


def measure_speed(
    work: Path, lengths_s: tuple[float, ...], hd_s: float, methods: tuple[str, ...]
) -> list[dict[str, Any]]:
    """Return one row for each video: what each program took, and decoding alone.

    Parameters
    ----------
    work : Path
        Holds the videos and EasyTear's results.
    lengths_s : tuple of float
        Lengths of the videos of 640x480 at 30 frames/s, s.
    hd_s : float
        Length of the video of 1280x720, s.
    methods : tuple of str
        Methods beside EasyTear; all on the first video, the original method on every one.
    """
    rows: list[dict[str, Any]] = []
    for seconds, hd in [*((s, False) for s in lengths_s), (hd_s, True)]:
        video = speed_video(work, seconds, hd=hd)
        truth = Truth.load(video)
        chosen = methods if not rows else tuple(m for m in methods if m == "original")
        runs = {"easytear": analyze(video, work / "speed", hvid_mm=truth.hvid_mm, apart=True)}
        runs |= {name: run_other(name, video, truth.mm_per_px) for name in chosen}
        row: dict[str, Any] = {
            "video": video.stem,
            "video_s": seconds,
            "hd": hd,
            "decode_s": decode_seconds(video),
            "runs": {name: _figures(run) for name, run in runs.items()},
        }
        print(row, flush=True)
        rows.append(row)
    return rows


def speed_video(work: Path, seconds: float, *, hd: bool = False) -> Path:
    """Return the video of this length, rendered unless it is there."""
    video = work / "videos" / f"speed-{seconds:g}s{'-720p' if hd else ''}.mp4"
    if not video.exists():
        video.parent.mkdir(parents=True, exist_ok=True)
        simulate(long_scene(seconds, hd=hd), video)
    return video


def _figures(run: Run) -> dict[str, Any]:
    if run.exit_code != 0:
        print(run.told)
    return {
        "seconds": run.seconds,
        "cpu_seconds": run.cpu_seconds,
        "memory_mb": run.memory_mb,
        "exit_code": run.exit_code,
    }


def profile(video: Path, work: Path, most: int = 14) -> list[tuple[str, float]]:
    """Return where the time of the whole command goes: (part, share), greatest first.

    The time of a part is that of its functions when the pipeline or the command calls them, with
    everything that these call. The command is given one processor, so that it does everything in
    one process; decoding runs ahead in a thread of its own and is not in it.
    """
    kept = work / "profile.pstats"
    command = ["-m", "cProfile", "-o", str(kept), "-m", "easytear", "analyze", str(video)]
    with one_processor():
        run = measured([sys.executable, *command, "-o", str(work / "speed"), "-q"])
    if run.exit_code != 0:
        raise RuntimeError(run.told)
    stats: dict[Any, Any] = vars(pstats.Stats(str(kept)))["stats"]
    whole = sum(entry[2] for entry in stats.values())
    parts: dict[str, float] = {}
    for (file, _, function), entry in stats.items():
        room = _room(file)
        if function == "_find_and_load":
            parts["modules loaded"] = entry[3]
        if room is None or room in (*CALLERS, "workers", "base"):
            continue
        for caller, counts in entry[4].items():
            if _room(caller[0]) in CALLERS:
                name = f"{room}: {function}"
                parts[name] = parts.get(name, 0.0) + counts[3]
    ranked = sorted(parts.items(), key=lambda item: -item[1])[:most]
    rest = max(whole - sum(seconds for _, seconds in ranked), 0.0)
    return [(name, seconds / whole) for name, seconds in [*ranked, ("the rest", rest)]]


@contextmanager
def one_processor() -> Iterator[None]:
    """Let what is started in the block use one processor, where the system can be told so."""
    if not hasattr(os, "sched_setaffinity"):
        yield
        return
    usual = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {min(usual)})
    try:
        yield
    finally:
        os.sched_setaffinity(0, usual)


def _room(file: str) -> str | None:
    """Return the package of EasyTear that a source file belongs to, None for others."""
    folders = Path(file).parts
    if "easytear" not in folders[:-1]:
        return None
    return folders[len(folders) - 1 - folders[::-1].index("easytear") + 1].removesuffix(".py")


def speed_cells(rows: list[dict[str, Any]]) -> list[list[str]]:
    """Return a table with its head: seconds and memory of each program on each video."""
    head = ["video", "program", "s", "times real time", "processor, s", "memory, MB", "decodings"]
    out = [head]
    for row in rows:
        for name, run in row["runs"].items():
            if run["exit_code"] != 0:
                out.append([row["video"], name, f"failed ({run['exit_code']})", *[""] * 4])
                continue
            took = run["seconds"]
            out.append(
                [
                    row["video"],
                    name,
                    f"{took:.1f}",
                    f"{row['video_s'] / took:.2f}",
                    f"{run['cpu_seconds']:.1f}",
                    f"{run['memory_mb']:.0f}",
                    f"{took / row['decode_s']:.0f}",
                ]
            )
        decode = row["decode_s"]
        pace = f"{row['video_s'] / decode:.1f}"
        out.append([row["video"], "decoding alone", f"{decode:.1f}", pace, "", "", "1"])
    return out


def speed_goals(rows: list[dict[str, Any]]) -> list[list[str]]:
    """Return a table with its head: what the whole command should reach, and what it did."""
    lines: list[tuple[str, float, str, bool]] = []
    small = [row for row in rows if not row["hd"]]
    for row in rows:
        ours, least = row["runs"]["easytear"], 1.0 if row["hd"] else 2.0
        pace = row["video_s"] / ours["seconds"]
        goal = f"at least {least:g}"
        lines.append((f"{row['video']}: times real time", pace, goal, pace >= least))
        if "original" in row["runs"]:
            ratio = ours["seconds"] / row["runs"]["original"]["seconds"]
            title = f"{row['video']}: time over the original method's"
            lines.append((title, ratio, "below 1", ratio < 1.0))
        memory = ours["memory_mb"]
        if not row["hd"]:
            lines.append((f"{row['video']}: memory, MB", memory, "below 500", memory < 500.0))
    if len(small) > 1:
        lines += _growth(small[0], small[-1])
    head = ["", "goal", "measured", "reached"]
    return [head, *([t, g, f"{v:.3g}", "yes" if r else "no"] for t, v, g, r in lines)]


def _growth(short: dict[str, Any], long: dict[str, Any]) -> list[tuple[str, float, str, bool]]:
    """Return how time and memory go with the length of the video."""
    a, b = short["runs"]["easytear"], long["runs"]["easytear"]
    pace = (b["seconds"] / long["video_s"]) / (a["seconds"] / short["video_s"])
    memory = b["memory_mb"] / a["memory_mb"]
    pair = f"{long['video']} over {short['video']}"
    return [
        (f"{pair}: time for a second of video", pace, "at most 1.1: linear", pace <= 1.1),
        (f"{pair}: memory", memory, "at most 1.1: does not grow", memory <= 1.1),
    ]


def profile_cells(
    parts: list[tuple[str, float]], before: list[tuple[str, float]] | None = None
) -> list[list[str]]:
    """Return the profile as a table with its head, beside that of an earlier version if given."""
    if before is None:
        return [["part", "share of the time"], *([n, f"{100.0 * s:.1f} %"] for n, s in parts)]
    now, then = dict(parts), dict(before)
    names = [*now, *(name for name in then if name not in now)]
    cells = [
        [n, *(f"{100.0 * one[n]:.1f} %" if n in one else "less" for one in (then, now))]
        for n in names
    ]
    return [["part", "share before", "share now"], *cells]
