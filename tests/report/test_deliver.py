from pathlib import Path

import pytest

from easytear.base.progress import Cancelled
from easytear.report import deliver
from easytear.results import read_results
from easytear.workers.pool import WorkerPool
from tests.report.conftest import Case

TABLES = {"summary.json", "frames.csv", "tracks.csv", "front.csv", "report.html"}


def test_results_page_and_overlay_come_together(case: Case, tmp_path: Path) -> None:
    folder = tmp_path / "eye"
    deliver(case.analysis, folder, case.video, overlay=True)
    assert {file.name for file in folder.iterdir()} == TABLES | {"overlay.mp4"}
    assert read_results(folder).summary == case.analysis.summary
    deliver(case.analysis, folder, case.video)  # an overlay of older results would mislead
    assert {file.name for file in folder.iterdir()} == TABLES


def test_cancelled_in_the_overlay_the_older_results_stand(case: Case, tmp_path: Path) -> None:
    class Stop:
        def update(self, done: float, total: float, message: str = "") -> None:
            if "overlay" in message:
                raise Cancelled

    folder = tmp_path / "eye"
    deliver(case.analysis, folder, case.video)
    before = {file.name: file.read_bytes() for file in folder.iterdir()}
    with pytest.raises(Cancelled):
        deliver(case.analysis, folder, case.video, overlay=True, progress=Stop())
    assert {file.name: file.read_bytes() for file in folder.iterdir()} == before


def test_helpers_change_no_byte(case: Case, tmp_path: Path) -> None:
    deliver(case.analysis, tmp_path / "alone", case.video)
    with WorkerPool(1) as pool:
        deliver(case.analysis, tmp_path / "helped", case.video, pool=pool)
    for path in (tmp_path / "alone").iterdir():
        assert path.read_bytes() == (tmp_path / "helped" / path.name).read_bytes(), path.name
