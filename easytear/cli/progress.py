"""Progress on stderr: a bar for a person, or a line of JSON for a program."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager

from rich.progress import BarColumn, TaskProgressColumn, TextColumn, TimeRemainingColumn
from rich.progress import Progress as Bar

from easytear.base.progress import SILENT, Progress
from easytear.base.text import printable
from easytear.cli.console import console


class _BarProgress:
    def __init__(self, bar: Bar, name: str) -> None:
        self._bar = bar
        self._name = name
        self._task = bar.add_task(name, total=1.0)

    def update(self, done: float, total: float, message: str = "") -> None:
        """Move the bar; see `easytear.base.progress.Progress`."""
        text = printable(f"{self._name}: {message}" if message else self._name)
        share = done / total if total > 0 else 1.0
        self._bar.update(self._task, completed=share, description=text)


class _JsonProgress:
    def __init__(self, name: str) -> None:
        self._name = name

    def update(self, done: float, total: float, message: str = "") -> None:
        """Print one line; see `easytear.base.progress.Progress`."""
        line = {"video": self._name, "done": done, "total": total, "message": message}
        print(json.dumps(line), file=sys.stderr, flush=True)  # noqa: T201 - a program reads it


@contextmanager
def show_progress(name: str, *, quiet: bool = False, as_json: bool = False) -> Iterator[Progress]:
    """Give long work a progress object that is shown on stderr while the block runs.

    Parameters
    ----------
    name : str
        What is being worked on (a video's name).
    quiet : bool
        Show nothing.
    as_json : bool
        One JSON object a line ("video", "done", "total", "message"), for programs.
    """
    if as_json:
        yield _JsonProgress(name)
    elif quiet:
        yield SILENT
    else:
        columns = (
            TextColumn("{task.description}", markup=False),
            BarColumn(),
            TaskProgressColumn(),
            TimeRemainingColumn(),
        )
        with Bar(*columns, console=console(stderr=True), transient=True) as bar:
            yield _BarProgress(bar, name)
