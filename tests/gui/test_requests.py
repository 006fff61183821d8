"""What is asked for is what is done: to the videos that are named, with what was asked then."""

import filecmp
import json
import shutil
from pathlib import Path

import pytest
from easytear_gui.main_window import MainWindow
from easytear_gui.scale_dialog import ScaleDialog
from easytear_gui.session.model import State
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from easytear.request.scale import ScaleRequest
from easytear.results import read_summary
from easytear.results.model import Summary
from tests.gui.conftest import LONG_MS, Sample, dialog_of, idle, settle


@pytest.fixture
def two(window: MainWindow, sample: Sample, tmp_path: Path, qtbot: QtBot) -> MainWindow:
    """Return a window with two analysed videos, the first one open."""
    files = [tmp_path / "one.mp4", tmp_path / "two.mp4"]
    for file in files:
        shutil.copyfile(sample.video, file)
        shutil.copytree(sample.results, window.document.results_folder / file.stem)
    window.opening.add_videos(files)
    settle(window, qtbot)
    qtbot.waitUntil(lambda: states(window) == [State.DONE] * 2, timeout=LONG_MS)
    settle(window, qtbot)
    return window


def states(window: MainWindow) -> list[State]:
    return [window.document.record(v.key).state for v in window.document.session.videos]


def summary(window: MainWindow, number: int) -> Summary:
    folder = window.document.results_of(window.document.session.videos[number].key)
    assert folder is not None
    return read_summary(folder)


def set_window(window: MainWindow, value: float, qtbot: QtBot) -> None:
    """Type another length of the fitted window into the settings."""
    qtbot.keyClick(window, Qt.Key.Key_Comma, Qt.KeyboardModifier.ControlModifier)
    panel = window.settings_panel
    qtbot.waitUntil(panel.isVisible)
    row = next(r for r in panel.rows if (r.info.group, r.info.name) == ("spread", "window_s"))
    row.editor.widget.selectAll()
    qtbot.keyClicks(row.editor.widget, str(value))
    qtbot.keyClick(row.editor.widget, Qt.Key.Key_Return)


def texts(window: MainWindow, number: int) -> bytes:
    folder = window.document.results_of(window.document.session.videos[number].key)
    assert folder is not None
    return (folder / "summary.json").read_bytes()


def test_settings_change_no_results_until_they_are_applied_to_what_is_named(
    two: MainWindow, qtbot: QtBot
) -> None:
    before = [texts(two, 0), texts(two, 1)]
    set_window(two, 3.0, qtbot)
    qtbot.wait(600)  # longer than it takes until a decision is measured in
    assert two.runner.running is None
    assert [texts(two, 0), texts(two, 1)] == before
    assert len(two.list.videos.pending) == 2
    assert "Length of the fitted window 5.0 → 3.0" in two.workspace.banner.text.text()
    qtbot.mouseClick(two.settings_panel.apply_one, Qt.MouseButton.LeftButton)
    idle(two, qtbot)
    assert summary(two, 0).request.settings.spread.window_s == 3.0
    assert texts(two, 1) == before[1]
    assert two.settings_panel.apply_all.text() == "Apply to all (1)"
    qtbot.mouseClick(two.settings_panel.apply_all, Qt.MouseButton.LeftButton)
    idle(two, qtbot)
    assert summary(two, 1).request.settings.spread.window_s == 3.0
    assert not two.settings_panel.apply_all.isEnabled()


def test_what_waits_is_analysed_with_what_was_asked_then(
    two: MainWindow, monkeypatch: pytest.MonkeyPatch, qtbot: QtBot
) -> None:
    monkeypatch.setattr("easytear_gui.running.runner.at_once", lambda: 1)
    set_window(two, 3.0, qtbot)
    two.actions_["analyse_all"].trigger()
    assert two.runner.waiting == 1
    set_window(two, 2.0, qtbot)
    two.running.mark_all()
    idle(two, qtbot)
    assert [summary(two, k).request.settings.spread.window_s for k in (0, 1)] == [3.0, 3.0]
    assert two.settings_panel.apply_all.text() == "Apply to all (2)"


def test_a_decision_is_measured_in_with_the_settings_of_the_results(
    two: MainWindow, qtbot: QtBot
) -> None:
    set_window(two, 3.0, qtbot)
    two.correcting.exclude(0, "for the test")
    qtbot.waitUntil(
        lambda: not two.runner.running and summary(two, 0).intervals[0].excluded is not None,
        timeout=LONG_MS,
    )
    assert summary(two, 0).request.settings.spread.window_s == 5.0
    assert summary(two, 1).intervals[0].excluded is None


def test_iris_width_with_its_doubt_and_back_leaves_everything_as_it_was(
    two: MainWindow, sample: Sample, qtbot: QtBot
) -> None:
    folder = two.document.results_folder / "one"
    two.actions_["scale"].trigger()
    dialog = dialog_of(two, qtbot, ScaleDialog)
    assert isinstance(dialog, ScaleDialog)
    qtbot.mouseClick(dialog.choices.button(1), Qt.MouseButton.LeftButton)
    for spin, text in ((dialog.hvid, "12"), (dialog.hvid_sd, "0.2")):
        spin.selectAll()
        qtbot.keyClicks(spin, text)
    qtbot.keyClick(dialog, Qt.Key.Key_Return)
    mean = read_summary(sample.results).calibration
    assert mean.mm_per_px is not None

    def scale(width_mm: float) -> bool:
        now = summary(two, 0).calibration.mm_per_px
        done = now == pytest.approx(mean.mm_per_px * width_mm / 11.7, rel=1e-6)
        return done and two.runner.running is None

    qtbot.waitUntil(lambda: scale(12.0), timeout=LONG_MS)
    assert summary(two, 0).request.scale.content() == ScaleRequest(value=12.0, sd=0.2).content()
    wide = summary(two, 0).calibration
    assert wide.mm_per_px is not None
    assert wide.mm_per_px_sd is not None
    assert wide.mm_per_px_sd / wide.mm_per_px >= 0.2 / 12.0
    two.actions_["undo"].trigger()
    qtbot.waitUntil(lambda: scale(11.7), timeout=LONG_MS)
    for name in ("summary.json", "frames.csv", "tracks.csv", "front.csv"):
        assert same(folder / name, sample.results / name), name
    two.actions_["scale"].trigger()
    again = dialog_of(two, qtbot, ScaleDialog)
    assert isinstance(again, ScaleDialog)
    assert again.choice() == ScaleRequest()
    again.reject()


def test_exclude_and_undo_change_nothing(two: MainWindow, sample: Sample, qtbot: QtBot) -> None:
    two.correcting.exclude(0, "for the test")
    qtbot.waitUntil(
        lambda: not two.runner.running and summary(two, 0).intervals[0].excluded is not None,
        timeout=LONG_MS,
    )
    two.actions_["undo"].trigger()
    qtbot.waitUntil(
        lambda: not two.runner.running and summary(two, 0).intervals[0].excluded is None,
        timeout=LONG_MS,
    )
    folder = two.document.results_folder / "one"
    for name in ("summary.json", "frames.csv", "tracks.csv", "front.csv"):
        assert same(folder / name, sample.results / name), name


def test_what_is_known_of_the_recording_stays(
    window: MainWindow, sample: Sample, tmp_path: Path, qtbot: QtBot
) -> None:
    """Results with labels (of a study, of the command line) keep them when measured again."""
    file, folder = tmp_path / "one.mp4", window.document.results_folder / "one"
    shutil.copyfile(sample.video, file)
    shutil.copytree(sample.results, folder)
    known = json.loads((folder / "summary.json").read_text(encoding="utf-8"))
    known["request"]["labels"] = {"subject": "S01", "eye": "OD"}
    (folder / "summary.json").write_text(json.dumps(known), encoding="utf-8")
    window.opening.add_videos([file])
    qtbot.waitUntil(lambda: states(window) == [State.DONE], timeout=LONG_MS)
    settle(window, qtbot)
    window.correcting.exclude(0, "for the test")
    qtbot.waitUntil(
        lambda: not window.runner.running and summary(window, 0).intervals[0].excluded is not None,
        timeout=LONG_MS,
    )
    assert summary(window, 0).request.labels == {"subject": "S01", "eye": "OD"}


def same(file: Path, other: Path) -> bool:
    """Return whether two files are the same, but for the video's place."""
    if file.suffix != ".json":
        return filecmp.cmp(file, other, shallow=False)
    one, two = (json.loads(f.read_text(encoding="utf-8")) for f in (file, other))
    one["video"]["path"] = two["video"]["path"] = ""
    return bool(one == two)


def test_several_videos_are_analysed_at_once(
    window: MainWindow,
    sample: Sample,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    qtbot: QtBot,
) -> None:
    monkeypatch.setattr("easytear_gui.running.runner.at_once", lambda: 2)
    files = [tmp_path / f"{name}.mp4" for name in ("one", "two", "three")]
    for file in files:
        shutil.copyfile(sample.video, file)
    window.opening.add_videos(files)
    window.actions_["analyse_all"].trigger()
    assert (len(window.runner.running_keys), window.runner.waiting) == (2, 1)
    idle(window, qtbot)
    assert states(window) == [State.DONE] * 3
    for number in range(3):
        assert summary(window, number).intervals == read_summary(sample.results).intervals
