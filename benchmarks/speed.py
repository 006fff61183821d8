"""Speed and memory of the whole command, beside decoding alone and the original method."""

from __future__ import annotations

import cProfile
import pstats
import time
from pathlib import Path
from typing import Any

from benchmarks.methods import METHODS
from benchmarks.running import analyze
from easytear.pipeline import analyze as pipeline_analyze
from easytear.simulate import Scene, Truth, make_scene, simulate
from easytear.simulate.presets import with_camera
from easytear.simulate.scene import BlinkEvent
from easytear.video import FrameReader

EVERY_S = 7.5
"""One blink each so many seconds in the long videos."""


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
    work: Path, lengths_s: tuple[float, ...] = (30.0, 120.0), *, original: bool = True
) -> list[dict[str, Any]]:
    """Return one row for each length (640x480) and one for 720p: seconds, memory, ratios."""
    rows = []
    for seconds, hd in [*((s, False) for s in lengths_s), (lengths_s[0], True)]:
        name = f"speed-{seconds:g}s{'-720p' if hd else ''}"
        video = work / "videos" / f"{name}.mp4"
        video.parent.mkdir(parents=True, exist_ok=True)
        if not video.exists():
            simulate(long_scene(seconds, hd=hd), video)
        run = analyze(video, work / "speed")
        row: dict[str, Any] = {
            "video": name,
            "video_s": seconds,
            "analysis_s": run.seconds,
            "cpu_s": run.cpu_seconds,
            "times_real_time": seconds / run.seconds,
            "memory_mb": run.memory_mb,
            "decode_s": decode_seconds(video),
            "exit_code": run.exit_code,
        }
        if original and not hd and seconds == lengths_s[0]:
            truth = Truth.load(video)
            started = time.perf_counter()
            METHODS["original"](video, truth.mm_per_px, None)
            row["original_s"] = time.perf_counter() - started
        rows.append(row)
    return rows


def profile(video: Path, most: int = 12) -> list[tuple[str, float]]:
    """Return where the time of one analysis goes: (part, share of the whole), greatest first.

    The time of a part is that of its functions when the pipeline calls them, with everything
    that these call; decoding runs ahead in a thread of its own and is not in it.
    """
    profiler = cProfile.Profile()
    profiler.runcall(pipeline_analyze, video)
    stats: dict[Any, Any] = vars(pstats.Stats(profiler))["stats"]
    whole = sum(entry[2] for entry in stats.values())
    parts: dict[str, float] = {}
    for (file, _, function), entry in stats.items():
        room = _room(file)
        if room in (None, "pipeline"):
            continue
        for caller, counts in entry[4].items():
            if _room(caller[0]) == "pipeline":
                name = f"{room}: {function}"
                parts[name] = parts.get(name, 0.0) + counts[3]
    ranked = sorted(parts.items(), key=lambda item: -item[1])[:most]
    return [(name, seconds / whole) for name, seconds in ranked]


def _room(file: str) -> str | None:
    """Return the package of EasyTear that a source file belongs to, None for others."""
    folders = Path(file).parts
    if "easytear" not in folders[:-1]:
        return None
    return folders[len(folders) - 1 - folders[::-1].index("easytear") + 1].removesuffix(".py")


def profile_markdown(parts: list[tuple[str, float]]) -> str:
    """Return the profile as a table."""
    rows = [f"| {name} | {100.0 * share:.1f} % |" for name, share in parts]
    return "\n".join(["| part | share of the time |", "|---|---|", *rows]) + "\n"


def speed_markdown(rows: list[dict[str, Any]]) -> str:
    """Return the speeds as a table."""
    names = ("analysis, s", "processor, s", "times real time", "memory, MB")
    head = " | ".join(("| video", *names, "decoding alone, s", "original, s |"))
    lines = [head, "|---" * 7 + "|"]
    for row in rows:
        original = f"{row['original_s']:.1f}" if "original_s" in row else ""
        lines.append(
            f"| {row['video']} | {row['analysis_s']:.1f} | {row['cpu_s']:.1f} "
            f"| {row['times_real_time']:.2f} "
            f"| {row['memory_mb']:.0f} | {row['decode_s']:.1f} | {original} |"
        )
    return "\n".join(lines) + "\n"
