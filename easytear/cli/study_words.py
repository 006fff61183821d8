"""What `easytear batch` and `easytear study` say, and with which code they end."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from easytear.base.text import printable
from easytear.cli.app import EXIT_NOTHING, EXIT_OK, EXIT_SOME
from easytear.cli.console import say, tell
from easytear.study.finish import PAGE, missing_extras
from easytear.study.table import CSV

if TYPE_CHECKING:
    from easytear.study.plan import Plan
    from easytear.study.record import StudyRecord


def say_plan(plan: Plan) -> None:
    """Say what a run would do."""
    for path, reason in plan.skipped:
        tell(f"skip     {printable(path)}: {reason}")
    waiting = {task.name for task in plan.tasks}
    for entry in plan.entries:
        state = "analyse" if entry.name in waiting else "done"
        if entry.unfit or (entry.outcome is not None and entry.outcome.status == "failed"):
            state = "failed"
        tell(f"{state:8} {printable(entry.path)} -> {printable(entry.name)}")
    failed = sum(
        bool(e.unfit) or (e.outcome is not None and e.outcome.status == "failed")
        for e in plan.entries
    )
    done = len(plan.entries) - len(waiting) - failed
    tell(
        f"{len(waiting)} to analyse, {done} done, {failed} failed before"
        f"{' (see --retry-failed)' if failed else ''}, {len(plan.skipped)} skipped"
    )


def say_end(folder: Path, record: StudyRecord) -> None:
    """Say how a study ended."""
    for video in record.videos:
        if video.state == "failed":
            say(printable(f"failed: {video.name}: {video.error}"))
    counts = record.counts
    waiting = f", {counts['waiting']} still to do" if counts["waiting"] else ""
    absent = missing_extras()
    shown = folder / (CSV if absent else PAGE)
    tell(f"{counts['done']} done, {counts['failed']} failed{waiting}: {shown}")
    if absent:
        say(
            f"the tables are CSV alone: Parquet, statistics and {PAGE} need {' and '.join(absent)};"
            f" pip install 'easytear[study]', then 'easytear study {folder}' adds them"
        )
    if nothing_usable(record):
        say(
            f"not one of {record.intervals} intervals is usable, so there are no averages and no "
            "statistics; the column left_out of study.csv says why"
        )


def nothing_usable(record: StudyRecord) -> bool:
    """Tell whether videos were analysed and not one of their intervals enters the averages."""
    return record.counts["done"] > 0 and record.usable == 0


def exit_code(record: StudyRecord) -> int:
    """Return the code with which a study ends that nobody interrupted."""
    if record.counts["done"] == 0 or nothing_usable(record):
        return EXIT_NOTHING
    return EXIT_OK if record.counts["done"] == len(record.videos) else EXIT_SOME
