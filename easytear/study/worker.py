"""A worker process: `python -m easytear.study.worker` reads tasks and analyses them.

It is started once, imports what an analysis needs, and then forks a process of its own for each
task, so that a video costs no imports and cannot harm the next one. Where there is no safe fork
(Windows, macOS) it does one task itself and ends.

Tasks come as lines of JSON on standard input; messages go out as lines of JSON on what was
standard output. When standard input ends (also because the study's process was killed), the
worker and its task end at once.
"""

from __future__ import annotations

import ctypes
import faulthandler
import gc
import json
import logging
import os
import select
import signal
import sys
import threading
import time
import traceback
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from importlib import import_module
from pathlib import Path
from typing import Any, Final, NoReturn

from easytear import __version__
from easytear.__main__ import COLLECT_EVERY
from easytear.base.errors import EasyTearError
from easytear.base.progress import Progress
from easytear.results import Analysis, SpooledAnalysis, read_results, spool_folder
from easytear.study.faults import fault_of
from easytear.study.hashes import sha256_of
from easytear.study.tasks import LOG, OUTCOME, Kind, Outcome, Task, clear

CAN_FORK: Final = sys.platform == "linux"
WARM: Final = (
    "cv2",
    "pandas",
    "easytear.engine",
    "easytear.engine.observe_film",
    "easytear.engine.measure",
    "easytear.report.deliver",
    "matplotlib.figure",
    "matplotlib.backends.backend_agg",
    "matplotlib.backends.backend_svg",
)
"""Imported before the first task: all that an analysis and its page need."""
PROGRESS_EVERY_S: Final = 0.5
PR_SET_PDEATHSIG: Final = 1

Send = Callable[[dict[str, Any]], None]
log = logging.getLogger("easytear.study")


class _Told:
    """Progress that is sent to the study, at most twice a second."""

    def __init__(self, send: Send) -> None:
        self._send = send
        self._next = 0.0

    def update(self, done: float, total: float, message: str = "") -> None:
        """Report; see `easytear.base.progress.Progress.update`."""
        now = time.monotonic()
        if now >= self._next:
            self._next = now + PROGRESS_EVERY_S
            share = done / total if total > 0 else 0.0
            self._send({"is": "progress", "share": share, "message": message})


def run_task(task: Task, send: Send) -> Outcome | None:
    """Analyse the task's video and write its results; how it ended is written last and returned.

    A fault of the computer is sent instead, and None returned: nothing is said of the video.
    """
    started, cpu_before = time.monotonic(), time.process_time()
    folder = Path(task.folder)
    video = Path(task.video)
    digest, size, mtime_ns = "", 0, 0
    kind: Kind = ""
    error = ""
    try:
        stat = video.stat()
        digest, size, mtime_ns = sha256_of(video), stat.st_size, stat.st_mtime_ns
        send({"is": "content", "sha256": digest, "size": size, "mtime_ns": mtime_ns})
        _analyse_into(folder, task, digest, _Told(send))
    except Exception as problem:
        # Whatever goes wrong in one video must not touch another: it becomes its row's error.
        fault = None if task.blame else fault_of(problem, task, digest)
        if fault is not None:
            log.info("a fault of the computer: %s", fault[1], exc_info=True)
            send({"is": "fault", "kind": fault[0], "words": fault[1]})
            return None
        kind, error = _blamed(problem, video)
    outcome = Outcome(
        name=task.name,
        status="failed" if kind else "done",
        kind=kind,
        error=task.hidden(error),
        video_sha256=digest,
        size=size,
        mtime_ns=mtime_ns,
        fingerprint=task.fingerprint,
        looks=task.looks,
        easytear=__version__,
        seconds=round(time.monotonic() - started, 3),
        cpu_seconds=round(time.process_time() - cpu_before, 3),
        peak_mb=round(_peak_mb(), 1),
    )
    outcome.write_over(folder, hide=task.hide)
    return outcome


def _blamed(problem: Exception, video: Path) -> tuple[Kind, str]:
    """Return of which kind a video's failure is, and in which words it is told."""
    if isinstance(problem, EasyTearError):
        return "refused", str(problem)
    if isinstance(problem, OSError):
        log.error("the file or folder cannot be used", exc_info=problem)
        return "refused", f"{problem.filename or video}: {problem.strerror or problem}."
    log.error("the analysis failed", exc_info=problem)
    return "unexpected", f"unexpected {type(problem).__name__}: {problem}; see {LOG}."


def _analyse_into(folder: Path, task: Task, digest: str, progress: Progress) -> None:
    from easytear.report.deliver import deliver

    with spool_folder(folder) as place:
        results: Analysis | SpooledAnalysis | None = _taken_over(task) if task.reuse else None
        if results is None:
            module, _, function = task.analyser.partition(":")
            results = getattr(import_module(module), function)(task, place, progress)
        summary = results.summary
        if summary.video.sha256 != digest:
            raise EasyTearError(f"{task.video}: was changed while it was analysed; run again.")
        shown = summary.model_copy(
            update={"video": summary.video.model_copy(update={"path": task.shown_path})}
        )
        (folder / OUTCOME).unlink(missing_ok=True)  # it tells of the results that now go
        deliver(replace(results, summary=shown), folder, Path(task.video))


def _taken_over(task: Task) -> Analysis | None:
    """Return results that are there, with what differs run again; None if they cannot be used."""
    from easytear.engine import run

    try:
        analysis = read_results(Path(task.reuse))
        request = task.request()
        if analysis.summary.request == request:
            log.info("same content and request: results are taken over")
            return analysis
        log.info("only measuring or labels differ: what was found is used again")
        return run(request, Path(task.video), analysis)
    except (EasyTearError, ValueError):
        log.exception("earlier results cannot be used; the video is analysed anew")
        return None


def analyse_video(task: Task, place: Path, progress: Progress) -> SpooledAnalysis:
    """Analyse with the engine, the long tables put into `place`; every real study does."""
    from easytear.engine import run_into

    return run_into(place, task.request(), Path(task.video), progress=progress)


def _peak_mb() -> float:
    if sys.platform == "win32":
        return 0.0
    import resource

    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak / (1024.0**2 if sys.platform == "darwin" else 1024.0)


def _work(line: bytes, send: Send) -> None:
    """Do one task in this process; what it cannot even begin or end is the computer's fault."""
    task = Task.model_validate_json(line)
    try:
        _do(task, send)
    except OSError as problem:
        kind, words = fault_of(problem, task, "") or ("gone", problem.strerror or str(problem))
        send({"is": "fault", "kind": kind, "words": words})


def _do(task: Task, send: Send) -> None:
    """Do one task, with its own log in place of standard output and error."""
    folder = Path(task.folder)
    clear(folder)
    handle = os.open(folder / LOG, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_APPEND, 0o666)
    os.dup2(handle, 1)
    os.dup2(handle, 2)
    faulthandler.enable(file=2)
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(_Hiding(task))
    logging.basicConfig(level=logging.INFO, handlers=[handler])
    log.info("EasyTear %s, %s", __version__, task.shown_path)
    _set_threads(task.threads)
    send({"is": "started", "pid": os.getpid()})
    outcome = run_task(task, send)
    if outcome is None:
        return
    log.info("%s after %.1f s %s", outcome.status, outcome.seconds, outcome.error)
    logging.shutdown()
    send({"is": "outcome", "outcome": outcome.model_dump(mode="json")})


class _Hiding(logging.Formatter):
    """Writes no name that is to be hidden: whoever kills the run shall leave none behind."""

    def __init__(self, task: Task) -> None:
        super().__init__("%(asctime)s %(levelname)s %(message)s")
        self._task = task

    def format(self, record: logging.LogRecord) -> str:
        """Return the line, with its traceback, as the log may hold it."""
        return self._task.hidden(super().format(record))


def _set_threads(threads: int) -> None:
    """Give OpenCV its share of the cores; BLAS was told by the environment."""
    import cv2

    cv2.setNumThreads(threads)


def _fork(line: bytes, send: Send) -> None:
    """Do one task in a forked process, and tell how that process ended."""
    alive, held = os.pipe()
    pid = os.fork()
    if pid == 0:
        _be_child(line, send)
    os.close(held)
    while True:
        ready, _, _ = select.select([0, alive], [], [])
        if 0 in ready:  # the study is gone: nobody wants this result
            os.kill(pid, signal.SIGKILL)
            os._exit(1)
        if alive in ready:
            break
    os.close(alive)
    _, status = os.waitpid(pid, 0)
    send({"is": "ended", "exit": os.waitstatus_to_exitcode(status)})


def _be_child(line: bytes, send: Send) -> NoReturn:
    code = 1
    try:
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
        with suppress(OSError):  # if memory runs out, the system shall take this one
            Path("/proc/self/oom_score_adj").write_text("1000")
        _work(line, send)
        code = 0
    except BaseException:  # noqa: BLE001 - a forked process must end here, whatever happened
        traceback.print_exc()
    finally:
        sys.stderr.flush()
        os._exit(code)


def _die_with_study() -> None:
    while os.read(0, 4096):
        pass
    os._exit(1)


def _read_line() -> bytes:
    """Read one line from standard input, unbuffered, so that its end can be watched for."""
    line = b""
    while not line.endswith(b"\n"):
        piece = os.read(0, 1 << 16)
        if not piece:
            return b""
        line += piece
    return line


def main() -> None:
    """Serve tasks until standard input ends."""
    channel = os.dup(1)
    os.dup2(2, 1)

    def send(message: dict[str, Any]) -> None:
        os.write(channel, json.dumps(message).encode() + b"\n")

    can_fork = CAN_FORK and "--no-fork" not in sys.argv
    gc.set_threshold(COLLECT_EVERY, 10, 10)
    for name in WARM:
        import_module(name)
    import_module("easytear.report.figures").warm_up()
    gc.freeze()  # what forks share stays shared: looking for circles would copy its pages
    send({"is": "ready"})
    while line := _read_line():
        if can_fork:
            _fork(line, send)
        else:
            threading.Thread(target=_die_with_study, daemon=True).start()
            _work(line, send)
            os._exit(0)


if __name__ == "__main__":
    main()
