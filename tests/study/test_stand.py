"""A study with nothing left to do is not made again; one that changed is."""

from collections.abc import Callable

import pytest

from easytear.study.batch import Choices
from tests.study.conftest import Runner
from tests.study.standins import write_video


def made(runner: Runner) -> int:
    return (runner.study / "study.html").stat().st_ino


@pytest.fixture
def done(runner: Runner) -> Runner:
    write_video(runner.source / "S01_OD_V1.mp4", lambdas=[0.5, 0.6])
    write_video(runner.source / "S02_OD_V1.mp4", lambdas=[0.7])
    runner.run()
    return runner


def test_nothing_is_written_where_nothing_changed(done: Runner) -> None:
    before, table = made(done), (done.study / "study.csv").stat()
    record = done.run()
    assert made(done) == before
    assert (done.study / "study.csv").stat() == table
    assert record.counts["done"] == 2
    assert record.intervals == 3


def no_table(runner: Runner) -> None:
    (runner.study / "study.csv").unlink()


def other_table(runner: Runner) -> None:
    with (runner.study / "study.csv").open("a") as file:
        file.write("by hand\n")


def other_results(runner: Runner) -> None:
    path = runner.study / "videos" / "S01_OD_V1" / "summary.json"
    path.write_text(path.read_text() + "\n")


def no_page(runner: Runner) -> None:
    (runner.study / "study.html").unlink()


@pytest.mark.parametrize("change", [no_table, other_table, other_results, no_page])
def test_what_was_changed_by_hand_is_made_again(
    done: Runner, change: Callable[[Runner], None]
) -> None:
    whole = done.table()
    page = (done.study / "study.json").stat().st_mtime_ns
    change(done)
    done.run()
    assert done.heard.begun == []
    assert done.table() == whole
    assert (done.study / "study.html").exists()
    assert (done.study / "study.json").stat().st_mtime_ns > page


def test_another_wish_is_carried_out(done: Runner) -> None:
    page = (done.study / "study.json").stat().st_mtime_ns
    record = done.run(Choices(min_quality=0.99))
    assert record.options["min_quality"] == 0.99
    assert (done.study / "study.json").stat().st_mtime_ns > page


def test_a_video_that_is_gone_is_noticed(done: Runner) -> None:
    (done.source / "S02_OD_V1.mp4").unlink()
    record = done.run()
    assert record.left_behind == ("S02_OD_V1",)
