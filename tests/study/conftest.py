"""A small study that every test may run for itself."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from easytear.request.settings import Settings
from easytear.study.batch import Choices, Workforce, run_study
from easytear.study.local import Stop
from easytear.study.names import compile_pattern
from easytear.study.plan import Order
from easytear.study.record import StudyRecord
from easytear.study.tasks import Limits, Outcome, Task
from tests.study.standins import ANALYSER

ROOT = Path(__file__).resolve().parents[2]
PATTERN = r"(?P<subject>S\d+)_(?P<eye>O[DS])_(?P<visit>V\d)"


class Heard:
    """Remembers what it is told."""

    def __init__(self) -> None:
        self.outcomes: dict[str, Outcome] = {}
        self.begun: list[str] = []
        self.notes: list[str] = []
        self.skipped: Sequence[tuple[str, str]] = ()
        self.on_start: Callable[[str], None] = lambda name: None

    def planned(self, tasks: int, before: int, skipped: Sequence[tuple[str, str]]) -> None:
        self.skipped = skipped

    def started(self, task: Task) -> None:
        self.begun.append(task.name)
        self.on_start(task.name)

    def told(self, task: Task, share: float, message: str) -> None: ...

    def ended(self, task: Task, outcome: Outcome) -> None:
        self.outcomes[task.name] = outcome

    def stopped(self, task: Task) -> None: ...

    def note(self, message: str) -> None:
        self.notes.append(message)

    def writing(self) -> None: ...


class Runner:
    """Runs studies of stand-in videos in one folder."""

    def __init__(self, folder: Path) -> None:
        self.source = folder / "source"
        self.study = folder / "study"
        self.heard = Heard()
        self.stop = Stop()

    def order(self, **changes: object) -> Order:
        values: dict[str, object] = {
            "source": self.source,
            "study": self.study,
            "settings": Settings(),
            "limits": Limits(time_s=60.0, memory_mb=2000.0),
            "pattern": compile_pattern(PATTERN),
            "analyser": ANALYSER,
        }
        return Order(**{**values, **changes})  # type: ignore[arg-type]

    def run(
        self,
        choices: Choices | None = None,
        *,
        workers: int = 1,
        fork: bool = True,
        **changes: object,
    ) -> StudyRecord:
        """Run or go on; what is heard is of this run alone."""
        on_start = self.heard.on_start
        self.heard = Heard()
        self.heard.on_start = on_start
        force = Workforce(workers=workers, fork=fork)
        return run_study(self.order(**changes), choices or Choices(), force, self.heard, self.stop)

    def table(self) -> bytes:
        return (self.study / "study.csv").read_bytes()


@pytest.fixture
def runner(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Runner:
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    made = Runner(tmp_path)
    made.source.mkdir()
    return made


def command(*arguments: str | Path) -> subprocess.Popen[str]:
    """Start the command line as a person would."""
    env = {**os.environ, "PYTHONPATH": str(ROOT)}
    return subprocess.Popen(
        [sys.executable, "-m", "easytear", *map(str, arguments)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=env,
        cwd=ROOT,
    )
