"""A study from beginning to end: plan, run, tables, page."""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Callable, Iterator, Sequence, Set
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from easytear import __version__
from easytear.base.errors import EasyTearError
from easytear.request.settings import dump_settings
from easytear.results import write_text
from easytear.study.clinical import Joined, join, read_clinical
from easytear.study.columns import FIRST, LEFT_OUT, Column, summary_columns
from easytear.study.given import OPTIONS, Given, write_given
from easytear.study.hashes import HashMemory, sha256_of
from easytear.study.local import Listener, Stop, run_local
from easytear.study.lock import study_lock
from easytear.study.names import Codes, read_names
from easytear.study.plan import VIDEOS, Order, Plan, counts, hash_memory, make_plan
from easytear.study.record import (
    RECORD,
    SETTINGS,
    ClinicalColumn,
    ClinicalRecord,
    StudyRecord,
    VideoRecord,
    read_record,
    write_record,
)
from easytear.study.rows import Row, video_rows
from easytear.study.table import CSV, PARQUET, write_tables
from easytear.study.tasks import Outcome, Task, read_outcome


@dataclass(frozen=True)
class Choices:
    """What touches the tables and the page alone, never an analysis.

    Attributes
    ----------
    clinical : Path or None
        The clinical file.
    by : str or None
        Column that tells the groups; found where None.
    min_quality : float
        Intervals of a lower quality score are left out of averages.
    allowed : tuple of str
        Clinical columns that may stand in an anonymised study.
    given : Given
        What is kept for further runs.
    kept : tuple of str
        Names of what is taken from earlier ones.
    """

    clinical: Path | None = None
    by: str | None = None
    min_quality: float = 0.4
    allowed: tuple[str, ...] = ()
    given: Given | None = None
    kept: tuple[str, ...] = ()


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


def taken_names() -> list[str]:
    """Return the columns that neither file names nor clinical files may give."""
    return [c.name for c in (*FIRST, LEFT_OUT, *summary_columns(0))]


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
    with study_lock(order.study) as token:
        _refuse_other_kind(order)
        memory = hash_memory(order)
        plan = make_plan(order, memory)
        record = _record(order, choices, plan, listener.note)
        _check_by(record)
        if plan.codes is not None:
            plan.codes.write()
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
    _check_by(_record(order, choices, plan, note))
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


def _refuse_other_kind(order: Order) -> None:
    """Refuse to mix names and codes in one study: the names would stay behind."""
    if not (order.study / RECORD).exists():
        return
    before = read_record(order.study).anonymised
    if before != order.anonymise:
        was, now = ("with", "without") if before else ("without", "with")
        raise EasyTearError(
            f"{order.study}: was begun {was} --anonymise and cannot go on {now} it; "
            f"give another folder to -o."
        )


def _check_by(record: StudyRecord) -> None:
    """Refuse a column for groups that the table will not have."""
    by = record.options.get("by")
    clinical = [column.name for column in _clinical_columns(record.clinical)]
    if by is not None and not {by, f"clinical_{by}"} & {*record.name_columns, *clinical}:
        there = ", ".join((*record.name_columns, *clinical)) or "none"
        raise EasyTearError(
            f"--by {by}: there is no such column; file names and clinical file give: {there}."
        )


def _record(order: Order, choices: Choices, plan: Plan, note: Callable[[str], None]) -> StudyRecord:
    name_columns = list(plan.entries[0].parts)
    if choices.kept:
        names = ", ".join(OPTIONS[name] for name in choices.kept)
        note(f"as given before: {names} (--forget drops what was given before)")
    return StudyRecord(
        source=None if order.anonymise else str(order.source.absolute()),
        anonymised=order.anonymise,
        settings_sha256=hashlib.sha256(dump_settings(order.settings).encode()).hexdigest(),
        fingerprint=order.fingerprints[0],
        analyser=order.analyser,
        analysed_with=__version__,
        mm_per_px=order.mm_per_px,
        hvid_mm=order.hvid_mm,
        options={
            # A pattern or glob may spell out the names that it finds.
            "name_pattern": order.pattern.pattern
            if order.pattern and not order.anonymise
            else None,
            "glob": [] if order.anonymise else list(order.globs),
            "by": choices.by,
            "keep_older": order.keep_older,
            "min_quality": choices.min_quality,
            "time_limit_s": order.limits.time_s,
            "memory_limit_mb": order.limits.memory_mb,
            "threads_per_video": order.threads,
        },
        name_columns=tuple(name_columns),
        skipped=len(plan.skipped),
        left_behind=plan.left_behind,
        clinical=_clinical(order, choices, plan, note),
        videos=tuple(
            VideoRecord(
                name=entry.name,
                path=entry.name if order.anonymise else entry.path,
                parts=dict(entry.parts),
            )
            for entry in plan.entries
        ),
    )


def _clinical(
    order: Order, choices: Choices, plan: Plan, note: Callable[[str], None]
) -> ClinicalRecord | None:
    """Read and join the clinical file by the real names, which may be hidden afterwards."""
    if choices.clinical is None:
        return None
    paths = [entry.path for entry in plan.entries]
    parts = read_names(paths, order.pattern)
    groups = [*(order.pattern.groupindex if order.pattern else ()), *plan.entries[0].parts]
    if "clinical" in choices.kept and not choices.clinical.exists():
        note(f"{choices.clinical}: is not there any more; its values as joined before are kept")
        return read_record(order.study).clinical
    clinical = read_clinical(choices.clinical, groups, taken_names(), plan.codes, choices.allowed)
    if clinical.left_out:
        note(
            f"{choices.clinical}: left out with --anonymise: {', '.join(clinical.left_out)}; give "
            "--allow-column NAME for each that tells nobody who it is"
        )
    joined = join(clinical, {entry.path: entry.name for entry in plan.entries}, parts)
    return ClinicalRecord(
        columns=tuple(
            ClinicalColumn(name=c.name, kind=c.kind, unit=c.unit, meaning=c.meaning)
            for c in clinical.columns
        ),
        values=joined.values,
        rows_alone=_alone(joined, plan.codes),
        videos_alone=joined.videos_alone,
        # Whoever guesses names and values could try them against the file's hash.
        sha256="" if order.anonymise else sha256_of(choices.clinical),
    )


def _alone(joined: Joined, codes: Codes | None) -> tuple[dict[str, str], ...]:
    if codes is None:
        return joined.rows_alone
    rows = [codes.hide(row, None) for row in joined.rows_alone]
    return tuple(sorted(rows, key=lambda row: sorted(row.items())))


def finish(study: Path, record: StudyRecord, waiting: Set[str] = frozenset()) -> StudyRecord:
    """Make tables and page of a study from the results that are there, and write study.json.

    The videos named in `waiting` count as not analysed yet, whatever stands in their folders.
    """
    outcomes = {
        video.name: None if video.name in waiting else _outcome(study, video, record)
        for video in record.videos
    }
    videos = tuple(_with_outcome(video, outcomes[video.name]) for video in record.videos)
    clinical = record.clinical
    tally = _Tally()
    columns = write_tables(
        study,
        tally.of(_rows(study, record, videos)),
        record.name_columns,
        _clinical_columns(clinical),
    )
    done = record.model_copy(
        update={
            "videos": videos,
            "counts": counts(outcomes.values()),
            "intervals": tally.intervals,
            "usable": tally.usable,
            "tables": {name: sha256_of(study / name) for name in (CSV, PARQUET)},
        }
    )
    done = write_record(study, done)
    # These bring matplotlib and statsmodels in.
    from easytear.study.export import write_figures, write_statistics
    from easytear.study.figures import figures_of
    from easytear.study.page import write_page
    from easytear.study.scripts import write_scripts
    from easytear.study.statistics import compute

    said = compute(study, done, _clinical_columns(clinical))
    figures = figures_of(said)
    write_statistics(study, done, said)
    write_scripts(study, said, _clinical_columns(clinical))
    write_figures(study, figures)
    write_page(study, done, said, figures, columns)
    return done


@dataclass
class _Tally:
    """How many intervals pass by, and how many of them enter averages."""

    intervals: int = 0
    usable: int = 0

    def of(self, rows: Iterator[Row]) -> Iterator[Row]:
        """Yield the rows, and count."""
        for row in rows:
            known = row.get("interval") is not None
            self.intervals += known
            self.usable += known and not row.get("left_out")
            yield row


def _outcome(study: Path, video: VideoRecord, record: StudyRecord) -> Outcome | None:
    """Return how a video ended under the study's settings; None if that is still to come."""
    outcome = read_outcome(study / VIDEOS / video.name)
    if outcome is None or outcome.fingerprint != record.fingerprint:
        return None
    same_version = outcome.easytear == record.analysed_with
    return outcome if same_version or record.options.get("keep_older") else None


def _with_outcome(video: VideoRecord, outcome: Outcome | None) -> VideoRecord:
    if outcome is None:
        return video.model_copy(update={"state": "waiting", "error": "", "sha256": ""})
    return video.model_copy(
        update={
            "state": outcome.status,
            "error": outcome.error,
            "sha256": outcome.video_sha256,
        }
    )


def _clinical_columns(clinical: ClinicalRecord | None) -> list[Column]:
    if clinical is None:
        return []
    return [Column(c.name, c.kind, c.unit, c.meaning, "clinical file") for c in clinical.columns]


def _rows(study: Path, record: StudyRecord, videos: Sequence[VideoRecord]) -> Iterator[Row]:
    """Yield the table's rows, video by video, only of those that ended."""
    min_quality = float(record.options.get("min_quality", 0.0))
    values = record.clinical.values if record.clinical else {}
    for video in videos:
        if video.state == "waiting":
            continue
        own: Row = {name: value or None for name, value in video.parts.items()}
        if own.get("day") is not None:
            own["day"] = int(str(own["day"]))
        own |= {"video_path": video.path, "video_sha256": video.sha256 or None}
        own |= values.get(video.name, {})
        for row in video_rows(video.name, study / VIDEOS / video.name, video.error, min_quality):
            yield {**own, **row}


def again(study: Path, by: str | None = None) -> StudyRecord:
    """Make tables, statistics and page of a study again from its results."""
    record = read_record(study)
    if by is not None:
        record = record.model_copy(update={"options": {**record.options, "by": by}})
        _check_by(record)
    with study_lock(study):
        return finish(study, record)
