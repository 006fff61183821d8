"""Render and score all cases: one after the other or several at once, and on from where it stopped.

Every case is independent, and every score is a file of its own, written whole.
"""

from __future__ import annotations

import hashlib
import json
import multiprocessing
import os
import time
from collections.abc import Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import dataclass
from functools import cache
from itertools import chain
from multiprocessing.connection import wait
from pathlib import Path
from threading import Thread
from typing import Any

import cv2
import numpy as np
from threadpoolctl import threadpool_limits

from benchmarks.methods import measure, prepare_for_many
from benchmarks.running import ROOT, analyze
from benchmarks.score import score, score_analysis
from benchmarks.suite import Case, render
from easytear.base.atomic import atomic_write
from easytear.simulate import Truth

Scores = dict[str, list[dict[str, Any]]]
"""For each method, the numbers of every case."""

FIRST_SEED_ONLY = ("farneback", "dis", "openpiv")
"""Methods so slow that they run on the scenes of the first seed alone, and last of all."""

FAILURES = (ValueError, IndexError, ArithmeticError, np.linalg.LinAlgError, cv2.error)
"""What other methods may die of on a difficult scene: they have then measured nothing."""


@dataclass(frozen=True)
class Task:
    """One case, the methods to run on it, and whether EasyTear's stored score may be kept."""

    preset: str
    seed: int
    methods: tuple[str, ...]
    work: Path
    resume: bool


def run_suite(
    work: Path,
    scenes: list[str],
    seeds: list[int],
    methods: list[str],
    *,
    resume: bool = False,
    jobs: int = 1,
) -> Scores:
    """Run EasyTear and the other methods on every scene; return scores by method.

    Parameters
    ----------
    work : Path
        Holds videos, results and scores.
    scenes, seeds, methods : list
        What to run; slow methods on the first seed only (`FIRST_SEED_ONLY`).
    resume : bool
        Keep EasyTear's scores of an earlier run of the same code on the same files. Those of
        the other methods are always kept.
    jobs : int
        How many cases at once.
    """
    quick = ("easytear", *(m for m in methods if m not in FIRST_SEED_ONLY))
    slow = tuple(m for m in methods if m in FIRST_SEED_ONLY)
    first = [Task(p, s, quick, work, resume) for s in seeds for p in scenes]
    then = [Task(p, s, slow, work, resume) for s in seeds[:1] for p in scenes if slow]
    tasks = [*first, *then]
    done: dict[Task, dict[str, dict[str, Any]]] = {}
    started = time.perf_counter()
    for task, numbers, told in _each((first, then), jobs):
        done[task] = numbers
        for line in told:
            print(line)
        minutes = (time.perf_counter() - started) / 60.0
        print(
            f"{len(done)} of {len(tasks)}: {task.preset}-{task.seed}, {minutes:.1f} min", flush=True
        )
        scores = {
            name: [done[t][name] for t in tasks if t in done and name in t.methods]
            for name in ("easytear", *methods)
        }
        write_json(work / "scores.json", scores)
    return scores


def write_json(path: Path, content: object) -> None:
    """Write a file that appears whole or not at all."""
    with atomic_write(path) as aside:
        aside.write_text(json.dumps(content, indent=1), encoding="utf-8")


def _each(
    rounds: tuple[list[Task], ...], jobs: int
) -> Iterator[tuple[Task, dict[str, dict[str, Any]], list[str]]]:
    """Give every task with its numbers and what there was to tell, as they are finished."""
    if jobs == 1:
        for task in chain(*rounds):
            yield (task, *run_task(task))
        return
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(jobs, mp_context=context, initializer=_begin_worker) as pool:
        for tasks in rounds:
            futures = {pool.submit(run_task, task): task for task in tasks}
            for future in as_completed(futures):
                yield (futures[future], *future.result())


def _begin_worker() -> None:
    """Let a worker use one core, and end with the process that started it, even when killed."""
    cv2.setNumThreads(1)
    threadpool_limits(1)
    parent = multiprocessing.parent_process()
    if parent is not None:
        Thread(target=_end_with, args=(parent.sentinel,), daemon=True).start()


def _end_with(sentinel: int) -> None:
    wait([sentinel])
    os._exit(1)


def run_task(task: Task) -> tuple[dict[str, dict[str, Any]], list[str]]:
    """Return the numbers of each method on one case, and what there is to tell about them."""
    case = render(task.preset, task.seed, task.work)
    truth = case.truth()
    told: list[str] = []
    out: dict[str, dict[str, Any]] = {}
    missing = []
    for name in task.methods:
        stored = _stored(case, name, task.work) if task.resume or name != "easytear" else None
        if stored is not None:
            out[name] = stored
        elif name == "easytear":
            out[name] = _ours(case, truth, task.work, told)
            _store(case, name, task.work, out[name])
        else:
            missing.append(name)
    for name, numbers in _others(case, truth, missing, told):
        out[name] = numbers
        _store(case, name, task.work, numbers)
    return out, told


def _ours(case: Case, truth: Truth, work: Path, told: list[str]) -> dict[str, Any]:
    run = analyze(case.video, work / "results", hvid_mm=truth.hvid_mm, workers=1)
    if run.exit_code == 0:
        return score(work / "results" / case.name, truth)
    told.append(f"{case.name}: easytear ended with {run.exit_code}: {run.told.strip()[-300:]}")
    return _nothing(truth)


def _others(
    case: Case, truth: Truth, names: Iterable[str], told: list[str]
) -> Iterator[tuple[str, dict[str, Any]]]:
    prepared = None
    for name in names:
        if prepared is None and name != "annotator":
            prepared = prepare_for_many(case.video)
        try:
            analysis = measure(name, case.video, truth.mm_per_px, truth, prepared)
        except FAILURES as error:
            told.append(f"{case.name}: {name} measured nothing: {error}")
            yield name, _nothing(truth)
        else:
            yield name, _own_work(score_analysis(analysis, truth), name)


def _own_work(numbers: dict[str, Any], method: str) -> dict[str, Any]:
    """Return another method's scores without what it was given or does not measure."""
    given = ("blink_f1", "boundary_frames", "eye_rms_px") if method == "annotator" else ()
    for part in (numbers, *numbers["intervals"]):
        for name in ("scale_error", "front_complete", "false_front", *given):
            if name in part:
                part[name] = None
    return numbers


def _nothing(truth: Truth) -> dict[str, Any]:
    """Return the scores of an analysis that failed: every interval missed."""
    missed = [{"index": i.index, "found": False} for i in truth.intervals]
    return {"scene": truth.name, "seed": truth.seed, "blink_f1": 0.0, "intervals": missed}


# --- stored scores --------------------------------------------------------------------------


def _store(case: Case, method: str, work: Path, numbers: dict[str, Any]) -> None:
    write_json(_kept(case, method, work), {"code": _code(method), "numbers": numbers})


def _stored(case: Case, method: str, work: Path) -> dict[str, Any] | None:
    """Return the score of an earlier run, None where the video or the code is another."""
    kept = _kept(case, method, work)
    if not kept.exists() or kept.stat().st_mtime < case.video.stat().st_mtime:
        return None
    stored = json.loads(kept.read_text(encoding="utf-8"))
    numbers: dict[str, Any] | None = stored.get("numbers")
    return numbers if stored.get("code") == _code(method) else None


def _kept(case: Case, method: str, work: Path) -> Path:
    return work / "scores" / method / f"{case.name}.json"


@cache
def _code(method: str) -> str:
    """Return a digest of the source that measures and scores."""
    folder = ROOT / ("easytear" if method == "easytear" else "benchmarks/methods")
    files = sorted(folder.rglob("*.py"))
    files += [ROOT / "benchmarks" / f"{name}.py" for name in ("score", "reference")]
    digest = hashlib.sha256()
    for file in files:
        digest.update(file.read_bytes())
    return digest.hexdigest()[:16]
