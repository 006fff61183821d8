"""What a person sees of a running study."""

from __future__ import annotations

import json
import sys
import threading
import time
from collections.abc import Sequence
from types import TracebackType
from typing import TYPE_CHECKING, Final, Literal

from rich.live import Live
from rich.text import Text

from easytear.base.text import printable
from easytear.cli.console import console

if TYPE_CHECKING:
    from easytear.study.tasks import Outcome, Task

_NAMED: Final = 4
"""Videos named in a sentence."""


class StudyProgress:
    """Shows done, failed, running and time left on standard error.

    A terminal gets one block that changes; elsewhere every ended video is a line.
    """

    def __init__(self, quiet: bool = False, *, as_json: bool = False) -> None:
        """Prepare; nothing is shown before it is entered."""
        self._as_json = as_json
        self._quiet = quiet
        self._console = console(stderr=True)
        self._lock = threading.RLock()
        self._begun = time.monotonic()
        self._total = self._done = self._failed = 0
        self._running: dict[str, tuple[float, str]] = {}
        self.stage: Literal["looking", "working", "writing"] = "looking"
        self._live = Live(
            console=self._console, transient=True, refresh_per_second=4, get_renderable=self._block
        )

    def __enter__(self) -> StudyProgress:
        if self._console.is_terminal and not self._quiet:
            self._live.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._live.stop()

    def planned(self, tasks: int, before: int, skipped: Sequence[tuple[str, str]]) -> None:
        """Tell what is to be done."""
        self.stage = "working"
        self._total = tasks
        self._begun = time.monotonic()
        for path, reason in skipped:
            self.note(f"skipped {path}: {reason}")
        self.note(f"{tasks} videos to analyse, {before} done before")

    def started(self, task: Task) -> None:
        """Tell that a video began."""
        with self._lock:
            self._running[task.name] = (0.0, "")

    def told(self, task: Task, share: float, message: str) -> None:
        """Tell how far a video is."""
        with self._lock:
            self._running[task.name] = (share, message)
            self._tell()

    def ended(self, task: Task, outcome: Outcome) -> None:
        """Tell how a video ended."""
        with self._lock:
            self._running.pop(task.name, None)
            self._tell()
            self._done += outcome.status == "done"
            self._failed += outcome.status == "failed"
            if not self._live.is_started:
                what = f"{outcome.status}: {task.name}"
                if outcome.error:
                    what += f" ({outcome.error})"
                self.note(f"{what}; {self._state()}")

    def stopped(self, task: Task) -> None:
        """Tell that a video was stopped by request."""
        with self._lock:
            self._running.pop(task.name, None)

    def writing(self) -> None:
        """Tell that the tables are being written."""
        self.stage = "writing"

    def _tell(self) -> None:
        """Write how far the study is as a line of JSON, for a program that reads it."""
        if self._as_json:
            ended = self._done + self._failed
            worked = ended + sum(share for share, _ in self._running.values())
            line = {"done": worked, "total": max(self._total, 1), "message": self._state()}
            sys.stderr.write(json.dumps(line) + "\n")
            sys.stderr.flush()

    def running(self) -> str:
        """Return in words which videos run."""
        with self._lock:
            names = sorted(self._running)
        if len(names) > _NAMED:
            return f"{', '.join(names[:_NAMED])} and {len(names) - _NAMED} more"
        return " and ".join(names) or "what runs"

    def note(self, message: str) -> None:
        """Say something about the run as a whole."""
        if not self._quiet:
            self._console.print(printable(message), soft_wrap=True)

    def _state(self) -> str:
        return (
            f"{self._done} done, {self._failed} failed, {len(self._running)} running, "
            f"{self._left()}"
        )

    def _left(self) -> str:
        """Return the time left, from the share of the work that is done."""
        ended = self._done + self._failed
        worked = ended + sum(share for share, _ in self._running.values())
        waiting = self._total - ended
        if waiting <= 0:
            return "nothing left"
        if worked <= 0:
            return f"{waiting} left"
        seconds = (time.monotonic() - self._begun) * (self._total - worked) / worked
        return f"{waiting} left, about {_duration(seconds)}"

    def _block(self) -> Text:
        with self._lock:
            lines = [self._state()]
            for name, (share, message) in sorted(self._running.items()):
                lines.append(f"  {share:4.0%}  {printable(name)}  {message}")
        return Text("\n".join(map(printable, lines)), overflow="ellipsis", no_wrap=True)


def _duration(seconds: float) -> str:
    minutes = round(seconds / 60)
    if minutes < 1:
        return f"{seconds:.0f} s"
    hours, minutes = divmod(minutes, 60)
    return f"{hours} h {minutes} min" if hours else f"{minutes} min"
