"""The queue: one video after another, each in a process of its own, results whole or not at all."""

from __future__ import annotations

import logging
from collections import deque
from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import QObject, Signal

from easytear.base.errors import EasyTearError
from easytear.base.folders import remove_own_folder
from easytear.request.settings import Settings
from easytear.results import PRODUCTS
from easytear.results.files import SUMMARY
from easytear_gui.running.plan import Work, needed
from easytear_gui.running.process import Worker
from easytear_gui.running.steps import Step, prepare
from easytear_gui.session.document import Document
from easytear_gui.session.model import Decisions, State, Video

_log = logging.getLogger(__name__)


@dataclass
class _Job:
    key: str
    decisions: Decisions
    settings: Settings
    staging: Path
    step: Step
    worker: Worker | None = None


class Runner(QObject):
    """Runs what the document asks for.

    Signals
    -------
    finished(key, ok) : a video's analysis ended
    changed : queue or progress
    """

    finished = Signal(str, bool)
    changed = Signal()

    def __init__(self, document: Document, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._document = document
        self._queue: deque[tuple[str, bool]] = deque()
        self._job: _Job | None = None

    @property
    def running(self) -> str | None:
        """The key of the video that is being analysed."""
        return None if self._job is None else self._job.key

    @property
    def waiting(self) -> int:
        """How many videos wait."""
        return len(self._queue)

    @property
    def process_id(self) -> int:
        """The running process's id, 0 without one."""
        worker = None if self._job is None else self._job.worker
        return 0 if worker is None else worker.process_id

    def work_for(self, key: str) -> Work:
        """Return what must be done so that a video's results follow the decisions."""
        session, record = self._document.session, self._document.record(key)
        folder = self._document.results_of(key)
        work = needed(record, session.video(key).decisions, session.settings)
        if folder is None or not (folder / "summary.json").is_file():
            return Work.FULL
        return work

    def enqueue(self, key: str, anew: bool = False) -> None:
        """Analyse a video; with `anew` from scratch, whatever is there."""
        if key == self.running or any(key == k for k, _ in self._queue):
            return
        self._queue.append((key, anew))
        self._document.set_record(key, state=State.QUEUED, message="", share=0.0)
        self._next()

    def cancel(self, key: str) -> None:
        """Take a video out of the queue, or end its analysis; earlier results stay."""
        if key == self.running and self._job is not None and self._job.worker is not None:
            self._job.worker.cancel()
            return
        self._queue = deque((k, a) for k, a in self._queue if k != key)
        self._settle(key)
        self.changed.emit()

    def cancel_all(self) -> None:
        """Empty the queue and end what runs."""
        for key, _ in list(self._queue):
            self.cancel(key)
        if self.running is not None:
            self.cancel(self.running)

    def shut_down(self) -> None:
        """End everything at once and leave nothing behind."""
        for key, _ in self._queue:
            self._settle(key)
        self._queue.clear()
        if self._job is not None:
            job, self._job = self._job, None
            if job.worker is not None:
                job.worker.abandon()
            self._settle(job.key)
            remove_own_folder(job.staging, job.staging.parent)

    # --- inside --------------------------------------------------------------------------
    def _next(self) -> None:
        self.changed.emit()
        if self._job is not None or not self._queue:
            return None
        key, anew = self._queue.popleft()
        try:
            video = self._document.session.video(key)
        except KeyError:  # taken out of the session while it waited
            return self._next()
        work = Work.FULL if anew else self.work_for(key)
        work = Work.FULL if work == Work.NONE else work
        try:
            self._job = self._prepare(video, work)
        except (OSError, EasyTearError) as error:
            folder = self._document.results_folder
            text = str(error)
            if isinstance(error, OSError):
                text = f"{folder}: cannot be written to ({error.strerror}); choose another folder."
            self._document.set_record(key, state=State.FAILED, message=text)
            self.finished.emit(key, False)
            return self._next()
        self._document.set_record(key, state=State.RUNNING, message="starting", share=0.0)
        self._start(self._job)
        self.changed.emit()
        return None

    def _prepare(self, video: Video, work: Work) -> _Job:
        document = self._document
        staging = document.results_folder / f".running-{video.key}"
        settings, decisions = document.session.settings, video.decisions
        earlier = document.results_of(video.key)
        applied = document.record(video.key).applied
        step = prepare(video.path, work, decisions, settings, earlier, applied, staging)
        return _Job(video.key, decisions, settings, staging, step)

    def _start(self, job: _Job) -> None:
        job.worker = Worker(job.step.module, job.step.arguments, self)
        job.worker.progress.connect(self._progress)
        job.worker.finished.connect(self._finished)
        job.worker.start()

    def _progress(self, share: float, message: str) -> None:
        job = self._job
        if job is not None:
            self._document.set_record(job.key, share=share, message=message)
            self.changed.emit()

    def _finished(self, ok: bool, message: str) -> None:
        job = self._job
        if job is None:
            return
        if job.worker is not None:
            job.worker.deleteLater()
        self._job = None
        if ok and not self._take_over(job):
            ok, message = False, "The results could not be put in place; the log says more."
        remove_own_folder(job.staging, job.staging.parent)
        if not ok and message:
            self._document.set_record(job.key, state=State.FAILED, message=message, share=0.0)
        elif not ok:
            self._settle(job.key)
        self.finished.emit(job.key, ok)
        self._next()

    def _take_over(self, job: _Job) -> bool:
        """Put the finished results in place of earlier ones."""
        document = self._document
        try:
            video = document.session.video(job.key)
        except KeyError:
            return True
        name = document.record(job.key).results
        if name is None or not _may_replace(document.results_folder / name):
            name = self._free_name(video)
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
            applied=job.decisions,
            applied_settings=job.settings,
        )
        return True

    def _free_name(self, video: Video) -> str:
        """Return a name below the results folder that no other video's results have."""
        document = self._document
        taken = {document.record(v.key).results for v in document.session.videos}
        name, count = video.path.stem, 1
        while name in taken or (document.results_folder / name).exists():
            count += 1
            name = f"{video.path.stem}-{count}"
        return name

    def _settle(self, key: str) -> None:
        """Go back to how the video was before it was queued."""
        record = self._document.record(key)
        state = State.DONE if record.applied is not None else State.NEW
        self._document.set_record(key, state=state, message="", share=0.0)


def _may_replace(target: Path) -> bool:
    """Return whether a folder is free, or holds results of ours and is no link."""
    if target.is_symlink():
        return False
    return not target.exists() or (target.is_dir() and (target / SUMMARY).is_file())


def _carry_over(old: Path, new: Path) -> None:
    """Take over what others put into the earlier results folder: annotations, above all."""
    if old.is_dir():
        made = {p.name for p in new.iterdir()} | set(PRODUCTS)
        for path in old.iterdir():
            if path.name not in made:
                path.replace(new / path.name)
