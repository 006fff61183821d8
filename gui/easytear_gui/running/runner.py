"""The queue: every video in a process of its own, several at once, results whole or not at all."""

from __future__ import annotations

import hashlib
import logging
from collections import deque
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Final

import psutil
from PySide6.QtCore import QObject, Signal

from easytear.base.errors import EasyTearError
from easytear.base.folders import remove_own_folder
from easytear.request.settings import Settings
from easytear.results import PRODUCTS
from easytear.results.files import SUMMARY
from easytear.workers.pool import processors
from easytear_gui.naming import folder_name, told_apart
from easytear_gui.running.plan import Work, needed
from easytear_gui.running.process import Worker
from easytear_gui.running.steps import Step, prepare
from easytear_gui.session.document import Document
from easytear_gui.session.model import Asked, State, Video

_log = logging.getLogger(__name__)
_VIDEO_MB: Final = 1200.0
"""Memory that one analysis may need: measured at 0.5 GB for full HD; 4K needs about twice that."""


@dataclass
class _Job:
    key: str
    asked: Asked
    digest: str | None
    staging: Path
    step: Step
    worker: Worker


class Runner(QObject):
    """Runs what the document asks for.

    Signals
    -------
    finished(key, ok) : a video's analysis ended
    changed : queue or progress
    put_aside(key, name) : earlier results were changed elsewhere and stay; the new ones are beside
    """

    finished = Signal(str, bool)
    changed = Signal()
    put_aside = Signal(str, str)

    def __init__(self, document: Document, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._document = document
        self._queue: deque[str] = deque()
        self._jobs: dict[str, _Job] = {}

    @property
    def running(self) -> str | None:
        """The key of a video that is being analysed, None without one."""
        return next(iter(self._jobs), None)

    @property
    def running_keys(self) -> tuple[str, ...]:
        """The keys of the videos that are being analysed."""
        return tuple(self._jobs)

    @property
    def waiting(self) -> int:
        """How many videos wait."""
        return len(self._queue)

    @property
    def process_id(self) -> int:
        """The first running process's id, 0 without one."""
        job = next(iter(self._jobs.values()), None)
        return 0 if job is None else job.worker.process_id

    def work_for(self, key: str, asked: Asked | None = None) -> Work:
        """Return what must be done so that a video's results are those that are asked for.

        Without `asked`: for the decisions and the session's settings as they are now.
        """
        session, record = self._document.session, self._document.record(key)
        if asked is None:
            asked = Asked(decisions=session.video(key).decisions, settings=session.settings)
        folder = self._document.results_of(key)
        if folder is None or not (folder / SUMMARY).is_file():
            return Work.FULL
        work = needed(record, asked.decisions, asked.settings)
        # Where no interval was found there is nothing to go on from.
        empty = record.quality is None and not record.left_out
        return Work.FULL if work == Work.REUSE and empty else work

    def enqueue(self, key: str, anew: bool = False, settings: Settings | None = None) -> None:
        """Analyse a video as it is decided now; with `anew` from scratch, whatever is there.

        What waits already is then asked for anew; what runs goes on as it was begun.
        """
        if key in self._jobs:
            return
        session = self._document.session
        decisions = session.video(key).decisions
        asked = Asked(decisions=decisions, settings=settings or session.settings, anew=anew)
        self.resume(key, asked)

    def resume(self, key: str, asked: Asked) -> None:
        """Take an analysis into the queue."""
        if key not in self._queue:
            self._queue.append(key)
        self._document.set_record(key, state=State.QUEUED, message="", share=0.0, asked=asked)
        self._next()

    def cancel(self, key: str) -> None:
        """Take a video out of the queue, or end its analysis; earlier results stay."""
        if key in self._jobs:
            self._jobs[key].worker.cancel()
            return
        if key in self._queue:
            self._queue.remove(key)
            self._settle(key)
        self.changed.emit()

    def cancel_all(self) -> None:
        """Empty the queue and end what runs."""
        for key in [*self._queue, *self._jobs]:
            self.cancel(key)

    def shut_down(self) -> None:
        """End everything at once and leave nothing behind; what was asked for is remembered."""
        for key in self._queue:
            self._settle(key, forget=False)
        self._queue.clear()
        jobs, self._jobs = self._jobs, {}
        for job in jobs.values():
            job.worker.abandon()
            self._settle(job.key, forget=False)
            remove_own_folder(job.staging, job.staging.parent)

    # --- inside --------------------------------------------------------------------------
    def _next(self) -> None:
        self.changed.emit()
        while self._queue and len(self._jobs) < at_once():
            key = self._queue.popleft()
            try:
                self._document.session.video(key)
            except KeyError:  # taken out of the session while it waited
                continue
            self._begin(key)

    def _begin(self, key: str) -> None:
        asked = self._document.record(key).asked
        assert asked is not None  # resume() keeps it before a key is queued
        try:
            job = self._prepare(key, asked)
        except (OSError, EasyTearError) as error:
            folder = self._document.results_folder
            text = str(error)
            if isinstance(error, OSError):
                text = f"{folder}: cannot be written to ({error.strerror}); choose another folder."
            self._fail(key, text)
            self.finished.emit(key, False)
            return
        self._jobs[key] = job
        self._document.set_record(key, state=State.RUNNING, message="starting", share=0.0)
        job.worker.progress.connect(partial(self._progress, key))
        job.worker.finished.connect(partial(self._finished, key))
        job.worker.start()
        self.changed.emit()

    def _prepare(self, key: str, asked: Asked) -> _Job:
        document = self._document
        work = Work.FULL if asked.anew else self.work_for(key, asked)
        work = Work.FULL if work == Work.NONE else work
        staging = document.results_folder / f".running-{key}"
        earlier, record = document.results_of(key), document.record(key)
        path = document.session.video(key).path
        step = prepare(
            path, work, asked.decisions, asked.settings, earlier, record.applied, staging
        )
        busy = min(at_once(), len(self._jobs) + 1 + len(self._queue))
        threads = ("--workers", str(max(1, processors() // busy))) if busy > 1 else ()
        worker = Worker(step.module, (*step.arguments, *threads), self)
        return _Job(key, asked, record.digest, staging, step, worker)

    def _progress(self, key: str, share: float, message: str) -> None:
        if key in self._jobs:
            self._document.set_record(key, share=share, message=message)
            self.changed.emit()

    def _finished(self, key: str, ok: bool, message: str) -> None:
        job = self._jobs.pop(key, None)
        if job is None:
            return
        job.worker.deleteLater()
        if ok and not self._take_over(job):
            ok, message = False, "The results could not be put in place; the log says more."
        remove_own_folder(job.staging, job.staging.parent)
        if not ok and message:
            self._fail(key, message)
        elif not ok:
            self._settle(key)
        self.finished.emit(key, ok)
        self._next()

    def _fail(self, key: str, message: str) -> None:
        self._document.set_record(key, state=State.FAILED, message=message, share=0.0, asked=None)

    def _take_over(self, job: _Job) -> bool:
        """Put the finished results in place of earlier ones, unless these are not ours any more."""
        document = self._document
        try:
            video = document.session.video(job.key)
        except KeyError:
            return True
        name = document.record(job.key).results
        if name is not None and not _may_replace(document.results_folder / name, job.digest):
            name = None
            aside = self._free_name(video)
            self.put_aside.emit(job.key, aside)
        name = name or self._free_name(video)
        target, old = document.results_folder / name, job.staging / "earlier"
        try:
            target.parent.mkdir(parents=True, exist_ok=True)
            if target.exists():
                target.replace(old)
            job.step.makes.replace(target)
            _carry_over(old, target)
        except OSError:
            _log.exception("taking over results of %s", video.path)
            if old.exists() and not target.exists():
                old.replace(target)
            return False
        document.set_record(
            job.key,
            state=State.DONE,
            message="",
            share=0.0,
            results=name,
            applied=job.asked.decisions,
            applied_settings=job.asked.settings,
            digest=digest_of(target),
            asked=None,
        )
        return True

    def _free_name(self, video: Video) -> str:
        """Return a name below the results folder that no other video's results have."""
        document = self._document
        taken = {document.record(v.key).results for v in document.session.videos}
        names = told_apart(v.path for v in document.session.videos)
        plain = folder_name(names[video.path])
        name, count = plain, 1
        while name in taken or (document.results_folder / name).exists():
            count += 1
            name = f"{plain}-{count}"
        return name

    def _settle(self, key: str, forget: bool = True) -> None:
        """Go back to how the video was before it was queued."""
        record = self._document.record(key)
        state = State.DONE if record.applied is not None else State.NEW
        asked = None if forget else record.asked
        self._document.set_record(key, state=state, message="", share=0.0, asked=asked)


def at_once() -> int:
    """Return how many videos are analysed at once: as processors and free memory allow."""
    free_mb = psutil.virtual_memory().available / 1024.0**2
    return max(1, min(processors(), int(free_mb // _VIDEO_MB)))


def digest_of(folder: Path) -> str | None:
    """Return the SHA-256 of a folder's summary, None where there is none."""
    try:
        return hashlib.sha256((folder / SUMMARY).read_bytes()).hexdigest()
    except OSError:
        return None


def _may_replace(target: Path, digest: str | None) -> bool:
    """Return whether a folder is free, or holds the results that we knew and is no link."""
    if target.is_symlink():
        return False
    if not target.exists():
        return True
    if not target.is_dir() or not (target / SUMMARY).is_file():
        return False
    return digest is None or digest_of(target) == digest


def _carry_over(old: Path, new: Path) -> None:
    """Take over what others put into the earlier results folder: annotations, above all."""
    if old.is_dir():
        made = {p.name for p in new.iterdir()} | set(PRODUCTS)
        for path in old.iterdir():
            if path.name not in made:
                path.replace(new / path.name)
