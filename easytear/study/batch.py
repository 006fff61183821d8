"""A study from beginning to end: plan, run, tables, page."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from easytear.base.errors import EasyTearError
from easytear.request.settings import dump_settings
from easytear.results import write_text
from easytear.study.begin import Choices, check_by, record_of, refuse_other_kind
from easytear.study.finish import finish
from easytear.study.given import write_given
from easytear.study.hashes import HashMemory
from easytear.study.local import Listener, Stop, run_local
from easytear.study.lock import study_lock
from easytear.study.plan import Order, Plan, hash_memory, make_plan
from easytear.study.record import SETTINGS, StudyRecord, read_record, write_record
from easytear.study.stand import standing
from easytear.study.tasks import Outcome, Task

__all__ = ["Choices", "Workforce", "again", "preview", "run_study"]


@dataclass(frozen=True)
class Workforce:
    """Who does the work: processes here, or the workers of a Dask scheduler."""

    workers: int = 1
    threads: int = 1
    scheduler: str | None = None
    fork: bool = True


class _Remembering:
    """Passes on what is told, and remembers the hashes of the videos."""

    def __init__(self, listener: Listener, memory: HashMemory) -> None:
        self._listener = listener
        self._memory = memory
        self._lock = threading.Lock()
        self.names: set[str] = set()
        self.planned = listener.planned
        self.started = listener.started
        self.told = listener.told
        self.stopped = listener.stopped
        self.note = listener.note
        self.writing = listener.writing

    def ended(self, task: Task, outcome: Outcome) -> None:
        """Remember the content's hash, and pass it on."""
        with self._lock:
            self.names.add(task.name)
            with suppress(OSError):  # it only saves time
                self._memory.add(
                    Path(task.video), outcome.size, outcome.mtime_ns, outcome.video_sha256
                )
        self._listener.ended(task, outcome)


def run_study(
    order: Order, choices: Choices, force: Workforce, listener: Listener, stop: Stop
) -> StudyRecord:
    """Run a study, or go on with it, and make its tables and page.

    Parameters
    ----------
    order : Order
        What is wanted.
    choices : Choices
        For tables and page.
    force : Workforce
        Who does it.
    listener : Listener
        Told about every video, from any thread.
    stop : Stop
        The wish to stop.

    Returns
    -------
    StudyRecord
        What stands in study.json.

    Raises
    ------
    EasyTearError
        If there is nothing to do, another run holds the study, or a file cannot be used.
    """
    order.study.mkdir(parents=True, exist_ok=True)

    def lost() -> None:
        listener.note(f"{order.study}: another run has taken this study; this one stops")
        stop.ask()
        stop.ask()

    with study_lock(order.study, listener.note, lost) as token:
        refuse_other_kind(order)
        memory = hash_memory(order)
        plan = make_plan(order, memory)
        record = record_of(order, choices, plan, listener.note)
        check_by(record)
        if plan.codes is not None:
            plan.codes.write()
        if (stands := standing(order.study, record, plan)) is not None:
            listener.planned(0, len(plan.entries), plan.skipped)
            return stands
        write_text(order.study / SETTINGS, dump_settings(order.settings))
        write_record(order.study, record)
        if choices.given is not None:
            write_given(order.study, order.anonymise, choices.given)
        listener.planned(len(plan.tasks), len(plan.entries) - len(plan.tasks), plan.skipped)
        remembering = _Remembering(listener, memory)
        names = {task.name for task in plan.tasks}
        try:
            _run(plan.tasks, force, remembering, stop, order, token)
        except EasyTearError:
            with suppress(OSError, EasyTearError):  # the tables of what is done, if they can be
                finish(order.study, record, names - remembering.names)
            raise
        listener.writing()
        return finish(order.study, record, names - remembering.names)


def preview(order: Order, choices: Choices, note: Callable[[str], None]) -> Plan:
    """Return what a run would do, and say what it would say before; nothing is written."""
    plan = make_plan(order, hash_memory(order, keep=False))
    check_by(record_of(order, choices, plan, note))
    return plan


def _run(
    tasks: Sequence[Task],
    force: Workforce,
    listener: Listener,
    stop: Stop,
    order: Order,
    token: str,
) -> None:
    if not tasks:
        return
    if force.scheduler is None:
        run_local(
            tasks, listener, stop, workers=force.workers, threads=order.threads, fork=force.fork
        )
        return
    from easytear.study.cluster import run_cluster

    run_cluster(tasks, listener, stop, scheduler=force.scheduler, study=order.study, token=token)


def again(study: Path, by: str | None = None) -> StudyRecord:
    """Make tables, statistics and page of a study again from its results."""
    record = read_record(study)
    if by is not None:
        record = record.model_copy(update={"options": {**record.options, "by": by}})
        check_by(record)
    with study_lock(study):
        return finish(study, record)
