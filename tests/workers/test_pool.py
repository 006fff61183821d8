import os
import signal
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

from easytear.base.progress import Cancelled, Progress
from easytear.workers.pool import Pending, WorkerPool


@dataclass(frozen=True)
class Times:
    """A task that says in which process it was done."""

    number: int

    def __call__(self, progress: Progress) -> tuple[int, int]:
        progress.update(1.0, 2.0, "half")
        return self.number * 10, os.getpid()


@dataclass(frozen=True)
class Fails:
    def __call__(self, progress: Progress) -> None:
        raise ValueError("this cannot be done")


@dataclass(frozen=True)
class Dies:
    """A task that ends its process, unless it is the one named."""

    survivor: int

    def __call__(self, progress: Progress) -> str:
        if os.getpid() != self.survivor:
            os.kill(os.getpid(), signal.SIGTERM)
        return "done all the same"


@dataclass(frozen=True)
class Waits:
    """A task without end: it reads from a pipe that nobody writes to."""

    def __call__(self, progress: Progress) -> None:
        progress.update(0.5, 1.0)
        end, _ = os.pipe()
        os.read(end, 1)


@dataclass(frozen=True)
class Reads:
    """A task that waits until somebody writes into a named pipe."""

    path: Path

    def __call__(self, progress: Progress) -> None:
        self.path.read_text()


@dataclass(frozen=True)
class Touches:
    """A task that can be seen to have been done."""

    path: Path

    def __call__(self, progress: Progress) -> None:
        self.path.touch()


class Remembers:
    def __init__(self) -> None:
        self.heard: list[tuple[float, str]] = []

    def update(self, done: float, total: float, message: str = "") -> None:
        self.heard.append((done / total, message))


class Stops:
    def update(self, done: float, total: float, message: str = "") -> None:
        raise Cancelled


def in_helper(pool: WorkerPool, task: object) -> Pending[object]:
    """Hand a task in and wait until the helper has it."""
    pending = pool.submit(task)  # type: ignore[arg-type]
    with pool.changed:
        assert pool.changed.wait_for(lambda: not pending.waiting, timeout=60)
    return pending


@pytest.mark.parametrize("helpers", [0, 1])
def test_results_come_in_the_order_of_the_tasks(helpers: int) -> None:
    with WorkerPool(helpers) as pool:
        found = pool.run([Times(k) for k in range(5)], [1.0, 5.0, 2.0, 4.0, 3.0])
    assert [value for value, _ in found] == [0, 10, 20, 30, 40]


def test_a_helper_is_another_process() -> None:
    with WorkerPool(1) as pool:
        _, where = in_helper(pool, Times(1)).result()  # type: ignore[misc]
    assert where != os.getpid()


def test_without_helpers_all_is_done_here_and_told() -> None:
    told = Remembers()
    found = WorkerPool().run([Times(1), Times(2)], [1.0, 3.0], told)
    assert {where for _, where in found} == {os.getpid()}
    assert [share for share, _ in told.heard] == [0.375, 0.875]


def test_where_helpers_suffice_this_process_does_what_else_there_is() -> None:
    done: list[str] = []
    with WorkerPool(1) as pool:
        found = pool.run([Times(4)], [1.0], meanwhile=lambda: done.append("prepared"))
    assert found[0][0] == 40
    assert found[0][1] != os.getpid()
    assert done == ["prepared"]


@pytest.mark.parametrize("helpers", [0, 1])
def test_where_there_is_nothing_to_do_nothing_is_prepared(helpers: int) -> None:
    done: list[str] = []
    with WorkerPool(helpers) as pool:
        assert pool.run([], [], meanwhile=lambda: done.append("")) == []
    assert done == []


def test_where_helpers_do_not_suffice_this_process_works() -> None:
    done: list[str] = []
    with WorkerPool(1) as pool:
        found = pool.run([Times(k) for k in range(3)], [1.0] * 3, meanwhile=lambda: done.append(""))
    assert [value for value, _ in found] == [0, 10, 20]
    assert done == []


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="needs a named pipe")
def test_after_an_error_nobody_does_what_was_left(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    with WorkerPool(1) as pool:
        in_helper(pool, Reads(tmp_path / "pipe"))
        left = [Touches(tmp_path / "second"), Touches(tmp_path / "third")]
        with pytest.raises(ValueError, match="this cannot be done"):
            pool.run([Fails(), *left], [3.0, 2.0, 1.0])
        (tmp_path / "pipe").write_text("go on")
        in_helper(pool, Touches(tmp_path / "last")).result()
    assert {path.name for path in tmp_path.iterdir()} == {"pipe", "last"}


def test_an_error_in_a_helper_is_raised_here() -> None:
    with WorkerPool(1) as pool, pytest.raises(ValueError, match="this cannot be done"):
        in_helper(pool, Fails()).result()


def test_what_a_lost_helper_had_is_done_here() -> None:
    with WorkerPool(1) as pool:
        pending = in_helper(pool, Dies(os.getpid()))
        assert pending.result() == "done all the same"
        assert pool.run([Times(3)], [1.0])[0][1] == os.getpid()


def test_who_waits_for_a_helper_can_be_stopped() -> None:
    with WorkerPool(1) as pool:
        pending = in_helper(pool, Waits())
        with pytest.raises(Cancelled):
            pending.result(Stops())


def test_what_cannot_be_prepared_does_no_harm() -> None:
    with WorkerPool(1) as pool:
        pool.prepare("easytear.no_such_module:nothing", 1)
        assert in_helper(pool, Times(2)).result()[0] == 20  # type: ignore[index]


def test_a_helper_ends_with_the_process_that_started_it() -> None:
    code = "from easytear.workers.process import main; main()"
    helper = subprocess.Popen(
        [sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    helper.communicate(timeout=60)
    assert helper.returncode == 0
