"""Analyses run beside the window: the same results as the command line, no harm from a crash."""

import filecmp
import os
import shutil
import signal
from pathlib import Path

from easytear_gui.main_window import MainWindow
from easytear_gui.running.plan import Work
from easytear_gui.session.model import State
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from easytear.annotate.files import write_annotations
from easytear.annotate.model import SCHEMA, Annotations, Verdict, VideoRef
from easytear.results import read_results, read_summary
from tests.gui.conftest import LONG_MS, Film, Sample, idle, press_analyse, settle

RESULTS = ("summary.json", "frames.csv", "tracks.csv", "front.csv")


def test_the_whole_path(window: MainWindow, sample: Sample, qtbot: QtBot) -> None:
    """Analyse, exclude, undo, move a bound and redo only that, cancel, crash: one video long."""
    window.opening.add_videos([sample.video])
    settle(window, qtbot)
    key = window.document.session.videos[0].key
    folder = analyse_as_the_command_line_does(window, sample, key, qtbot)
    (folder / "eye.me.annotations.json").write_text("{}")
    exclude_and_undo(window, folder, qtbot)
    assert (folder / "eye.me.annotations.json").is_file()
    old = read_summary(folder).intervals[0]
    window.correcting.move_interval(0, old.start_frame + 4, old.end_frame - 2)
    assert window.runner.work_for(key) == Work.REUSE
    crash(window, key, qtbot)
    assert read_summary(folder).intervals[0].start_frame == old.start_frame
    cancel(window, key, qtbot)
    press_analyse(window, qtbot)
    idle(window, qtbot)
    moved = read_summary(folder)
    assert moved.intervals[0].start_frame == old.start_frame + 4
    assert moved.notes[0].what == "interval"
    assert window.runner.work_for(key) == Work.NONE


def analyse_as_the_command_line_does(
    window: MainWindow, sample: Sample, key: str, qtbot: QtBot
) -> Path:
    """Analyse with the button; the results are those of the command line, bit for bit."""
    press_analyse(window, qtbot)
    assert window.document.record(key).state == State.RUNNING
    qtbot.waitUntil(lambda: window.workspace.banner.bar.value() > 0, timeout=LONG_MS)
    assert "Analysing" in window.workspace.banner.text.text()
    idle(window, qtbot)
    folder = window.document.results_of(key)
    assert folder is not None
    for name in RESULTS:
        assert filecmp.cmp(folder / name, sample.results / name, shallow=False), name
    assert window.workspace.analysis is not None
    assert len(list(window.document.results_folder.iterdir())) == 1
    press_analyse(window, qtbot)
    assert window.runner.running is None
    return folder


def exclude_and_undo(window: MainWindow, folder: Path, qtbot: QtBot) -> None:
    """An exclusion is measured in at once, and taken out by undo."""

    def excluded() -> bool | None:
        busy = window.runner.running is not None
        return None if busy else read_summary(folder).intervals[0].excluded is not None

    window.correcting.exclude(0, "for the test")
    qtbot.waitUntil(lambda: excluded() is True, timeout=LONG_MS)
    window.actions_["undo"].trigger()
    qtbot.waitUntil(lambda: excluded() is False, timeout=LONG_MS)


def crash(window: MainWindow, key: str, qtbot: QtBot) -> None:
    """The process is killed in the middle: a message."""
    press_analyse(window, qtbot)
    qtbot.waitUntil(lambda: window.runner.process_id > 0)
    os.kill(window.runner.process_id, signal.SIGKILL)
    qtbot.waitUntil(lambda: window.document.record(key).state == State.FAILED, timeout=LONG_MS)
    assert "crashed" in window.workspace.banner.text.text()


def cancel(window: MainWindow, key: str, qtbot: QtBot) -> None:
    """Cancelled: as if nothing had been."""
    press_analyse(window, qtbot)
    qtbot.waitUntil(lambda: window.runner.process_id > 0)
    window.actions_["cancel"].trigger()
    idle(window, qtbot)
    assert window.document.record(key).state == State.DONE
    assert not list(window.document.results_folder.glob(".running*"))


def test_results_that_are_there_already_are_taken_over(
    window: MainWindow, sample: Sample, qtbot: QtBot
) -> None:
    shutil.copytree(sample.results, window.document.results_folder / "eye")
    window.opening.add_videos([sample.video])
    settle(window, qtbot)
    key = window.document.session.videos[0].key
    qtbot.waitUntil(lambda: window.document.record(key).state == State.DONE, timeout=LONG_MS)
    qtbot.waitUntil(lambda: window.workspace.analysis is not None, timeout=LONG_MS)
    assert window.runner.work_for(key) == Work.NONE


def test_a_preview_shows_what_settings_change_and_keeps_nothing(
    window: MainWindow, sample: Sample, qtbot: QtBot
) -> None:
    folder = window.document.results_folder / "eye"
    shutil.copytree(sample.results, folder)
    window.opening.add_videos([sample.video])
    qtbot.waitUntil(lambda: window.workspace.analysis is not None, timeout=LONG_MS)
    window.settings_panel.build()
    row = next(r for r in window.settings_panel.rows if r.info.name == "least_width_mm")
    window.settings_panel.set_value(row.info, row.info.default * 1.2)
    qtbot.keyClick(window, Qt.Key.Key_Comma, Qt.KeyboardModifier.ControlModifier)
    qtbot.mouseClick(window.settings_panel.preview, Qt.MouseButton.LeftButton)
    canvas = window.workspace.player.canvas
    qtbot.waitUntil(lambda: canvas.preview is not None, timeout=LONG_MS)
    assert "with these settings:" in window.workspace.banner.text.text()
    for name in RESULTS[1:]:
        assert filecmp.cmp(folder / name, sample.results / name, shallow=False), name
    window.viewing.end_preview()
    assert canvas.preview is None


def test_a_broken_file_fails_with_its_reason_and_the_queue_goes_on(
    window: MainWindow, tmp_path: Path, qtbot: QtBot
) -> None:
    files = [tmp_path / "one.mp4", tmp_path / "two.mp4"]
    for file in files:
        file.write_bytes(b"not a video")
    window.opening.add_videos(files)
    window.actions_["analyse_all"].trigger()
    idle(window, qtbot)
    for video in window.document.session.videos:
        record = window.document.record(video.key)
        assert record.state == State.FAILED
        assert video.path.name in record.message
    assert "Try again" in window.workspace.banner.buttons


def test_what_was_annotated_in_napari_is_taken_in(
    finished: MainWindow, film: Film, qtbot: QtBot
) -> None:
    key = finished.open_key or ""
    folder = finished.document.results_of(key)
    assert folder is not None
    ids = film.analysis.tracks["track_id"].unique()
    marks = (Verdict(id=1, program_track=int(ids[0]), accepted=False),)
    known = film.analysis.summary.video
    video = VideoRef(name="eye.mp4", sha256=known.sha256, frame_count=known.frame_count)
    document = Annotations(schema=SCHEMA, video=video, annotator="anna", items=marks)
    write_annotations(document, folder / "eye.anna.annotations.json")
    finished.running.take_in(key)
    assert finished.document.session.video(key).decisions.annotations is not None
    qtbot.waitUntil(lambda: finished.runner.running is not None)
    idle(finished, qtbot)
    assert finished.document.record(key).state == State.DONE
    results = read_results(folder)
    assert ids[0] not in set(results.tracks["track_id"])
    assert results.summary.notes[0].by == "anna"
    assert finished.runner.work_for(key) == Work.NONE
