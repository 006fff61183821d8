"""One table of all videos and intervals: sorted, filtered, searched, copied, saved."""

import csv
import io
import shutil
from pathlib import Path
from zipfile import ZipFile

import pytest
from easytear_gui.main_window import MainWindow
from easytear_gui.naming import told_apart
from easytear_gui.session.model import Decisions, State
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QGuiApplication
from pytestqt.qtbot import QtBot

from easytear.request.settings import Settings
from tests.gui.conftest import Film, settle


@pytest.fixture
def many(window: MainWindow, film: Film, tmp_path: Path, qtbot: QtBot) -> MainWindow:
    """Return a window on its table: two analysed videos of one name, one failed, one new."""
    files = [tmp_path / "s1" / eye / "rec.mp4" for eye in ("OD", "OS")]
    files += [tmp_path / "s1" / "bad.mp4", tmp_path / "s1" / "new.mp4"]
    for file in files:
        file.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(film.video, file)
    window.opening.add_videos(files)
    settle(window, qtbot)
    for video in window.document.session.videos[:2]:
        name = video.path.parent.name
        shutil.copytree(film.results, window.document.results_folder / name)
        window.document.set_record(
            video.key,
            state=State.DONE,
            results=name,
            applied=Decisions(),
            applied_settings=Settings(),
            quality=0.8,
        )
    failed = window.document.session.videos[2].key
    window.document.set_record(failed, state=State.FAILED, message="bad.mp4: no frame is whole.")
    qtbot.keyClick(window, Qt.Key.Key_T, Qt.KeyboardModifier.ControlModifier)
    qtbot.waitUntil(window.overview.isVisible)
    return window


def cells(window: MainWindow, key: str) -> list[str]:
    """Return what stands in a column, from above."""
    model = window.overview.filter
    place = [c.key for c in window.overview.model.columns].index(key)
    return [str(model.index(k, place).data()) for k in range(model.rowCount())]


def test_names_tell_eyes_apart() -> None:
    paths = [Path(f"/data/{s}/{e}/rec.mp4") for s in ("S1", "S2") for e in ("OD", "OS")]
    assert list(told_apart(paths).values()) == ["S1/OD/rec", "S1/OS/rec", "S2/OD/rec", "S2/OS/rec"]
    assert told_apart(paths[:2])[paths[0]] == "OD/rec"
    assert told_apart([Path("/a/x.mp4"), Path("/b/y.mp4")])[Path("/a/x.mp4")] == "x"
    same = [Path("/a/x.mp4"), Path("/a/x.avi")]
    assert sorted(told_apart(same).values()) == ["x.avi", "x.mp4"]


def test_every_interval_stands_there_and_every_video_without(
    many: MainWindow, qtbot: QtBot
) -> None:
    assert cells(many, "video") == ["bad", "new", "OD/rec", "OD/rec", "OS/rec", "OS/rec"]
    assert many.overview.summary.text() == "2 done, 1 failed, 1 not analysed"
    qtbot.waitUntil(lambda: many.counts_label.text() == many.overview.summary.text())
    assert cells(many, "remarks")[0] == "bad.mp4: no frame is whole."


def test_search_filter_and_sort(many: MainWindow, qtbot: QtBot) -> None:
    panel = many.overview
    qtbot.keyClicks(panel.search, "os partial")
    assert cells(many, "video") == ["OS/rec"]
    panel.search.clear()
    qtbot.keyClick(panel.kind, Qt.Key.Key_F)
    assert cells(many, "video") == ["bad"]
    panel.kind.setCurrentText("Done")
    header = panel.table.horizontalHeader()
    place = [c.key for c in panel.model.columns].index("quality.score")
    at = QPoint(header.sectionViewportPosition(place) + 20, header.height() // 2)
    qtbot.mouseClick(header.viewport(), Qt.MouseButton.LeftButton, pos=at)
    rising = cells(many, "quality.score")
    qtbot.mouseClick(header.viewport(), Qt.MouseButton.LeftButton, pos=at)
    assert cells(many, "quality.score") == rising[::-1]
    assert rising[0] != rising[-1]


def test_columns_are_chosen_and_kept(many: MainWindow, qtbot: QtBot) -> None:
    panel = many.overview
    menu = panel.columns.menu()
    assert menu is not None
    menu.aboutToShow.emit()
    group = next(a.menu() for a in menu.actions() if a.text() == "Interval")
    action = next(a for a in group.actions() if a.text() == "To (s)")
    action.trigger()
    assert "end_s" in [c.key for c in panel.shown_columns()]
    other = type(panel)()
    assert [c.key for c in other.shown_columns()] == [c.key for c in panel.shown_columns()]


def test_rows_are_copied_and_saved(
    many: MainWindow, film: Film, tmp_path: Path, qtbot: QtBot
) -> None:
    panel = many.overview
    panel.table.selectRow(2)
    qtbot.keyClick(panel.table, Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier)
    lines = QGuiApplication.clipboard().text().splitlines()
    assert len(lines) == 2
    assert lines[1].startswith("OD/rec\t")
    many.overseeing.save(tmp_path / "t.csv")
    rows = list(csv.DictReader(io.StringIO((tmp_path / "t.csv").read_text("utf-8"))))
    assert len(rows) == 6
    fit = film.analysis.summary.intervals[0].spread.y
    assert fit is not None
    assert float(rows[2]["spread_y_lambda_s"]) == fit.lambda_s
    assert float(rows[2]["spread_y_lambda_s_ci95_low"]) == fit.lambda_s_ci95[0]
    assert rows[0]["spread_y_lambda_s"] == ""
    many.overseeing.save(tmp_path / "t.xlsx")
    with ZipFile(tmp_path / "t.xlsx") as book:
        assert "xl/worksheets/sheet1.xml" in book.namelist()
        assert "OD/rec" in book.read("xl/sharedStrings.xml").decode()


def test_a_double_click_goes_to_the_interval(many: MainWindow, qtbot: QtBot) -> None:
    table = many.overview.table
    at = table.visualRect(many.overview.filter.index(5, 0)).center()
    qtbot.mouseClick(table.viewport(), Qt.MouseButton.LeftButton, pos=at)
    qtbot.mouseDClick(table.viewport(), Qt.MouseButton.LeftButton, pos=at)
    qtbot.waitUntil(lambda: many.workspace.isVisible() and many.workspace.interval == 1)
    assert many.workspace.path == many.document.session.videos[1].path
    assert not many.actions_["overview"].isChecked()
