"""A folder opened as a study: what its names say, its run, its page; two videos compared."""

import shutil
from pathlib import Path

import pytest
from easytear_gui.main_window import MainWindow
from easytear_gui.session.model import State
from easytear_gui.study.dialog import StudyDialog
from easytear_gui.study.guess import guess_pattern
from PySide6.QtCore import Qt
from PySide6.QtGui import QDesktopServices
from pytestqt.qtbot import QtBot

from easytear.study.names import compile_pattern, read_names
from tests.gui.conftest import LONG_MS, Sample, dialog_of, settle

PLACES = {
    "folders": "{s}/{v}/{e}/rec.mp4",
    "one name": "{v}/{s}_{e}.mp4",
    "dashes": "{s}-{e}-{v}.mp4",
    "date behind": "{s}/{e}_rec_{v}.mp4",
}


@pytest.mark.parametrize("place", PLACES.values(), ids=PLACES)
@pytest.mark.parametrize("subjects", [("S01", "S02", "S10"), ("mueller", "berg", "ito")])
@pytest.mark.parametrize("eyes", [("OD", "OS"), ("right", "left")])
@pytest.mark.parametrize("visits", [("visit1", "visit2"), ("2025-03-01", "2025-06-01")])
def test_names_as_clinics_write_them_are_read(
    place: str, subjects: tuple[str, ...], eyes: tuple[str, ...], visits: tuple[str, ...]
) -> None:
    asked = [(s, e, v) for s in subjects for e in eyes for v in visits]
    paths = [place.format(s=s, e=e, v=v) for s, e, v in asked]
    found = read_names(paths, compile_pattern(guess_pattern(paths)))
    read = [(found[p]["subject"], found[p]["eye"], found[p]["visit"]) for p in paths]
    assert read == asked


def test_names_that_tell_nothing_give_no_pattern() -> None:
    assert guess_pattern(["rec.mp4"] * 3) == ""


def test_a_folder_becomes_a_page_with_a_few_clicks(
    window: MainWindow,
    sample: Sample,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    qtbot: QtBot,
) -> None:
    pytest.importorskip("pyarrow")
    pytest.importorskip("statsmodels")
    folder = tmp_path / "recordings"
    for subject in ("S01", "S02"):
        (folder / subject).mkdir(parents=True)
        shutil.copyfile(sample.video, folder / subject / "OD.mp4")
    (folder / "S02" / "OS.mp4").write_bytes(b"no video")
    window.studying.ask(folder)
    dialog = dialog_of(window, qtbot, StudyDialog)
    assert isinstance(dialog, StudyDialog)
    assert dialog.summary.text() == "3 videos of 2 subjects, 2 eyes."
    qtbot.mouseClick(dialog.ok, Qt.MouseButton.LeftButton)
    notice = window.notice
    assert notice.text.text().startswith("Study:")
    qtbot.waitUntil(lambda: "is done" in notice.text.text(), timeout=LONG_MS)
    assert (
        "the page says why" in notice.text.text() or "the page and the table" in notice.text.text()
    )
    settle(window, qtbot)
    states = {
        v.path.relative_to(folder).as_posix(): window.document.record(v.key).state
        for v in window.document.session.videos
    }
    assert states == {
        "S01/OD.mp4": State.DONE, "S02/OD.mp4": State.DONE, "S02/OS.mp4": State.FAILED
    }  # fmt: skip
    opened: list[str] = []
    monkeypatch.setattr(QDesktopServices, "openUrl", lambda url: opened.append(url.toLocalFile()))
    qtbot.mouseClick(notice.buttons["Open its page"], Qt.MouseButton.LeftButton)
    assert Path(opened[0]).name == "study.html"
    assert "S02" in Path(opened[0]).read_text(encoding="utf-8")
    window.list.selectAll()
    window.list.setCurrentIndex(window.list.videos.index(0))
    for row in (0, 1):
        index = window.list.videos.index(row)
        window.list.selectionModel().select(
            index, window.list.selectionModel().SelectionFlag.Select
        )
    window.actions_["compare"].trigger()
    qtbot.waitUntil(lambda: "Open the comparison" in notice.buttons, timeout=LONG_MS)
