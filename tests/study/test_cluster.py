"""Tasks on a real Dask scheduler and real workers, each a process of its own."""

import contextlib
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from easytear.base.errors import EasyTearError
from easytear.study.batch import Choices, Workforce, run_study
from easytear.study.record import read_record
from tests.study.conftest import ROOT, Runner
from tests.study.standins import write_video

pytest.importorskip("distributed")
from distributed import Client

WORKERS = 2
ALLOWED = "DASK_DISTRIBUTED__SCHEDULER__ALLOWED_FAILURES"
"""Set to 0, the hardest for neighbours: a single death is held against every task of a worker."""


class Cluster:
    """A scheduler and workers on this computer."""

    def __init__(self, folder: Path, nanny: bool) -> None:
        self._folder = folder
        self._nanny = "--nanny" if nanny else "--no-nanny"
        self._processes: list[subprocess.Popen[str]] = []
        self.workers: list[subprocess.Popen[str]] = []
        self.scheduler = self._start("scheduler", "--host", "127.0.0.1", "--port", "0")
        self.address = self._said(self.scheduler, "Scheduler at:").split()[-1]
        options = ("--nthreads", "1", self._nanny, "--local-directory", str(self._folder))
        for _ in range(WORKERS):
            worker = self._start("worker", self.address, "--host", "127.0.0.1", *options)
            self.workers.append(worker)

    def _start(self, *arguments: str) -> subprocess.Popen[str]:
        process = subprocess.Popen(
            [sys.executable, "-m", "dask", *arguments, "--no-dashboard"],
            stderr=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            text=True,
            cwd=ROOT,
            env={**os.environ, "PYTHONPATH": str(ROOT), ALLOWED: "0"},
        )
        self._processes.append(process)
        return process

    @staticmethod
    def _said(process: subprocess.Popen[str], words: str) -> str:
        assert process.stderr is not None
        for line in process.stderr:
            if words in line:
                return line
        raise AssertionError(f"never said {words!r}")

    def close(self) -> None:
        for process in self._processes[::-1]:
            if process.poll() is None:
                family = psutil.Process(process.pid).children(recursive=True)
                process.kill()
                for child in family:
                    with contextlib.suppress(psutil.NoSuchProcess):
                        child.kill()
            process.communicate()


@pytest.fixture(params=[pytest.param(False, id="no nanny")])
def cluster(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Cluster]:
    made = Cluster(tmp_path / "dask", request.param)
    with Client(made.address, timeout=60) as client:
        client.wait_for_workers(WORKERS, timeout=60)
    yield made
    made.close()


def test_a_study_survives_its_workers_and_gives_the_same_table(
    runner: Runner, cluster: Cluster
) -> None:
    for i in range(6):
        write_video(runner.source / f"{i}.mp4", lambdas=[0.5 + i / 10, 0.7], work_s=0.1)
    write_video(runner.source / "bad.mp4", do="raise")
    runner.run()
    here = runner.table()

    far = Runner(runner.source.parent)
    far.study = runner.study.with_name("far")
    far.heard.on_start = lambda name: cluster.workers[0].kill() if name == "3" else None
    record = run_study(
        far.order(), Choices(), Workforce(scheduler=cluster.address), far.heard, far.stop
    )
    assert cluster.workers[0].wait() == -9
    assert record.counts == {"done": 6, "failed": 1, "waiting": 0}
    assert far.table() == here


@pytest.mark.parametrize("cluster", [pytest.param(True, id="nanny")], indirect=True)
def test_a_video_that_kills_workers_is_given_up_and_its_neighbours_are_not(
    runner: Runner, cluster: Cluster
) -> None:
    write_video(runner.source / "killer.mp4", do="kill worker", up=2)
    for i in range(3):
        write_video(runner.source / f"{i}.mp4", work_s=0.3)

    record = run_study(
        runner.order(),
        Choices(),
        Workforce(scheduler=cluster.address),
        runner.heard,
        runner.stop,
    )
    states = {video.name: video.state for video in record.videos}
    assert states == {"killer": "failed", "0": "done", "1": "done", "2": "done"}
    assert "given up after 2 workers died" in runner.heard.outcomes["killer"].error


def test_a_lost_scheduler_is_told_and_the_next_run_goes_on(
    runner: Runner, cluster: Cluster
) -> None:
    write_video(runner.source / "a.mp4", lambdas=[0.5])
    write_video(runner.source / "b.mp4", do="hang")
    write_video(runner.source / "c.mp4", do="hang")

    def lose(name: str) -> None:
        if name == "c":  # a has ended, and b is at work
            cluster.scheduler.kill()

    runner.heard.on_start = lose
    with pytest.raises(EasyTearError, match="scheduler was lost; run the same command again"):
        run_study(
            runner.order(),
            Choices(),
            Workforce(scheduler=cluster.address),
            runner.heard,
            runner.stop,
        )
    assert read_record(runner.study).counts == {"done": 1, "failed": 0, "waiting": 2}
    for name in ("b", "c"):
        write_video(runner.source / f"{name}.mp4", lambdas=[0.6])
    runner.heard.on_start = lambda name: None
    assert runner.run().counts == {"done": 3, "failed": 0, "waiting": 0}


def test_no_scheduler_is_told_in_a_sentence(
    runner: Runner, monkeypatch: pytest.MonkeyPatch
) -> None:
    from easytear.study import cluster

    monkeypatch.setattr(cluster, "CONNECT_S", 0.2)
    write_video(runner.source / "a.mp4")
    with pytest.raises(EasyTearError, match="no Dask scheduler answers"):
        run_study(
            runner.order(),
            Choices(),
            Workforce(scheduler="tcp://127.0.0.1:9"),
            runner.heard,
            runner.stop,
        )
