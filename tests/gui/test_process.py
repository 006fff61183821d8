"""What the app starts is started safely."""

from pathlib import Path

import pytest
from easytear_gui.running.process import Worker
from PySide6.QtCore import QObject
from pytestqt.qtbot import QtBot

from tests.workers.test_child import plant


def test_a_worker_of_the_app_runs_nothing_of_the_current_folder(
    qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    mark = tmp_path / "mark"
    plant(tmp_path / "videos", mark)
    monkeypatch.chdir(tmp_path / "videos")
    parent = QObject()
    worker = Worker("easytear", ["--version"], parent)
    with qtbot.waitSignal(worker.finished, timeout=60_000) as ended:
        worker.start()
    assert ended.args == [True, ""]
    assert not mark.exists()
