"""Nothing that a person did is lost: undo, autosave, recovery, sessions that travel."""

import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from easytear_gui.main_window import MainWindow
from easytear_gui.session import decide
from easytear_gui.session.document import Document, in_use, unfinished_sessions
from easytear_gui.session.files import (
    fingerprint,
    read_session,
    relinked,
    session_json,
    videos_in,
)
from easytear_gui.session.model import Decisions, Record, Session, State, Video
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QMessageBox, QPushButton
from pytestqt.qtbot import QtBot

from easytear.base.errors import EasyTearError
from easytear.base.geometry import Ellipse
from easytear.request.scale import ScaleRequest
from tests.gui.conftest import Film, Sample, close, dialog_of, drop, settle

ROOT = Path(__file__).resolve().parents[2]


def decided() -> Decisions:
    out = decide.exclude(Decisions(), 1, "out of focus")
    out = decide.move_interval(out, 0, 3, 40)
    out = decide.draw_region(out, 0, [(1, 2), (30, 4), (20, 50)])
    out = decide.draw_limbus(out, 0, Ellipse(320, 240, 250, 240, 3))
    return decide.set_scale(out, ScaleRequest(kind="mm_per_px", value=0.02, sd=0.001))


def test_a_decision_of_the_same_kind_replaces_the_one_before() -> None:
    twice = decide.exclude(decide.exclude(Decisions(), 1, "first"), 1, "second")
    assert [e.reason for e in twice.corrections.excluded] == ["second"]
    assert decide.include(twice, 1) == Decisions()


def test_decisions_say_who_and_when() -> None:
    edit = decided().corrections.intervals[0]
    assert edit.when is not None
    assert edit.when.startswith("20")
    assert (edit.start_frame, edit.end_frame) == (3, 40)


def test_a_session_file_keeps_everything_with_relative_paths(tmp_path: Path) -> None:
    video = Video(path=tmp_path / "videos" / "a.mp4", decisions=decided())
    session = Session(videos=(video,), results_folder=tmp_path / "results")
    records = {video.key: Record(state=State.DONE, results="a", applied=decided())}
    file = tmp_path / "study.easytear"
    file.write_text(session_json(session, records, file), encoding="utf-8")
    assert str(tmp_path) not in file.read_text(encoding="utf-8")
    again, found = read_session(file)
    assert again == session
    assert found == records


def test_a_moved_folder_of_session_and_videos_opens(tmp_path: Path) -> None:
    old, new = tmp_path / "old", tmp_path / "new"
    old.mkdir()
    (old / "a.mp4").write_bytes(b"film")
    session = Session(videos=(Video(path=old / "a.mp4"),))
    (old / "s.easytear").write_text(session_json(session, {}, old / "s.easytear"))
    old.rename(new)
    again, _ = read_session(new / "s.easytear")
    assert again.videos[0].path == new / "a.mp4"


def test_a_renamed_video_is_found_by_its_content(tmp_path: Path) -> None:
    here, there = tmp_path / "here", tmp_path / "there"
    here.mkdir()
    there.mkdir()
    video = here / "a.mp4"
    video.write_bytes(b"the film" * 1000)
    size, head = fingerprint(video)
    session = Session(videos=(Video(path=video, size_bytes=size, head_sha256=head),))
    (there / "a.mp4").write_bytes(b"another!" * 1000)
    video.rename(there / "renamed.mp4")
    assert relinked(session, [there]).videos[0].path == there / "renamed.mp4"
    assert relinked(session, [here]) == session


@pytest.mark.parametrize(
    "text", ["", "{}", "[1]", '{"schema": "easytear-session/9"}', '{"schema": '
             '"easytear-session/1", "videos": 3}']
)  # fmt: skip
def test_what_is_no_session_is_refused_in_one_sentence(tmp_path: Path, text: str) -> None:
    file = tmp_path / "bad.easytear"
    file.write_text(text)
    with pytest.raises(EasyTearError, match=r"bad\.easytear"):
        read_session(file)


def test_folders_give_their_videos_hidden_ones_left_out(tmp_path: Path) -> None:
    for name in ("b.MP4", "deep/a.avi", ".hidden/c.mp4", "notes.txt"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).touch()
    names = [p.name for p in videos_in([tmp_path])]
    assert sorted(names) == ["a.avi", "b.MP4"]


def test_undo_and_redo_walk_through_every_state(home: Path, app, tmp_path: Path) -> None:
    document = Document()
    states = [document.session]
    video = Video(path=tmp_path / "a.mp4")
    document.add([video], "add a.mp4")
    states.append(document.session)
    steps = [
        lambda d: decide.exclude(d, 0, "glare"),
        lambda d: decide.move_interval(d, 1, 5, 60),
        lambda d: decide.set_scale(d, ScaleRequest(value=12.1, sd=0.1)),
        lambda d: decide.include(d, 0),
    ]
    for number, step in enumerate(steps):
        before = document.session.video(video.key).decisions
        document.decide(video.key, step(before), f"step {number}")
        states.append(document.session)
    for state in reversed(states[:-1]):
        document.undo_stack.undo()
        assert document.session == state
    for state in states[1:]:
        document.undo_stack.redo()
        assert document.session == state
    document.close()


def test_a_change_that_changes_nothing_is_no_step(home: Path, app) -> None:
    document = Document()
    document.change("nothing", document.session)
    assert document.undo_stack.count() == 0


def test_what_ran_is_not_done_when_the_file_is_read_again(tmp_path: Path) -> None:
    video = Video(path=tmp_path / "a.mp4")
    records = {video.key: Record(state=State.RUNNING, share=0.4, message="tracks")}
    file = tmp_path / "s.easytear"
    file.write_text(session_json(Session(videos=(video,)), records, file))
    assert read_session(file)[1][video.key] == Record()


def test_every_change_is_on_disk_at_once(window: MainWindow, film: Film, qtbot: QtBot) -> None:
    window.opening.add_videos([film.video])
    document = window.document
    qtbot.waitUntil(document.file.is_file)
    key = document.session.videos[0].key
    document.decide(key, decided(), "decide")
    qtbot.waitUntil(lambda: read_session(document.file)[0].videos[0].decisions == decided()
                    or read_session(document.file)[0] == document.session)  # fmt: skip
    assert in_use(document.file)


def test_close_and_open_again_from_the_welcome_page(
    open_window: Callable[[], MainWindow], film: Film, tmp_path: Path, qtbot: QtBot
) -> None:
    first = open_window()
    first.opening.add_videos([film.video])
    settle(first, qtbot)
    first.opening.save_session(tmp_path / "study")
    key = first.document.session.videos[0].key
    first.document.decide(key, decided(), "decide")
    kept = first.document.session
    close(first)
    second = open_window()
    button = second.welcome.findChild(QPushButton, "session-study")
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
    assert second.document.session == kept
    assert second.windowTitle().startswith("study")
    settle(second, qtbot)


def test_a_session_opens_in_one_window_only(
    open_window: Callable[[], MainWindow], film: Film, tmp_path: Path, qtbot: QtBot
) -> None:
    first, second = open_window(), open_window()
    first.opening.add_videos([film.video])
    first.opening.save_session(tmp_path / "study.easytear")
    second.opening.open_session(tmp_path / "study.easytear")
    assert second.document.session.videos == ()


CRASH = """
import sys
from pathlib import Path
from easytear_gui.app import make_app
from easytear_gui.theme.style import Theme
app = make_app()
from easytear_gui.main_window import MainWindow
window = MainWindow(Theme("light"))
window.show()
window.opening.add_videos([Path(sys.argv[1])])
app.processEvents()
window.correcting.exclude(1, "killed in the middle")
window.correcting.move_interval(0, 4, 33)
app.processEvents()
print("ready", flush=True)
app.exec()
"""


def test_kill_in_the_middle_of_an_edit_loses_nothing(
    open_window: Callable[[], MainWindow], film: Film, home: Path, qtbot: QtBot
) -> None:
    environment = {**os.environ, "QT_QPA_PLATFORM": "offscreen"}
    environment["PYTHONPATH"] = os.pathsep.join([str(ROOT), str(ROOT / "gui")])
    process = subprocess.Popen(
        [sys.executable, "-c", CRASH, str(film.video)],
        stdout=subprocess.PIPE,
        env=environment,
        text=True,
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "ready\n"
    assert unfinished_sessions() == []
    process.send_signal(signal.SIGKILL)
    process.wait()
    process.stdout.close()
    (file,) = unfinished_sessions()
    window = open_window()
    button = window.welcome.findChild(QPushButton, f"session-{file.stem}")
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
    corrections = window.document.session.videos[0].decisions.corrections
    assert corrections.excluded[0].reason == "killed in the middle"
    assert corrections.intervals[0].end_frame == 33
    settle(window, qtbot)


QUEUE = """
import sys
from pathlib import Path
from easytear_gui.app import make_app
app = make_app()
from easytear_gui.theme.style import Theme
from easytear_gui.main_window import MainWindow
import easytear_gui.running.runner as runner
runner.at_once = lambda: 1
window = MainWindow(Theme("light"))
window.show()
window.opening.add_videos([Path(p) for p in sys.argv[1:]])
window.correcting.exclude(1, "before the crash")
window.actions_["analyse_all"].trigger()
app.processEvents()
print("ready", flush=True)
app.exec()
"""


def test_queue_and_undo_history_outlive_a_crash(
    open_window: Callable[[], MainWindow],
    sample: Sample,
    film: Film,
    home: Path,
    monkeypatch: pytest.MonkeyPatch,
    qtbot: QtBot,
) -> None:
    monkeypatch.setattr("easytear_gui.running.runner.at_once", lambda: 1)
    environment = {**os.environ, "QT_QPA_PLATFORM": "offscreen"}
    environment["PYTHONPATH"] = os.pathsep.join([str(ROOT), str(ROOT / "gui")])
    with subprocess.Popen(
        [sys.executable, "-c", QUEUE, str(sample.video), str(film.video)],
        stdout=subprocess.PIPE,
        env=environment,
        text=True,
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
        process.send_signal(signal.SIGKILL)
    window = open_window()
    (file,) = unfinished_sessions()
    window.opening.open_session(file)
    assert len(window.document.interrupted()) == 2
    assert window.document.undo_stack.undoText() == "exclude interval 2"
    box = dialog_of(window, qtbot, QMessageBox)
    assert isinstance(box, QMessageBox)
    assert "2 analyses" in box.text()
    go_on = next(b for b in box.buttons() if b.text() == "Go on")
    qtbot.mouseClick(go_on, Qt.MouseButton.LeftButton)
    assert (len(window.runner.running_keys), window.runner.waiting) == (1, 1)
    window.actions_["cancel"].trigger()
    window.actions_["undo"].trigger()
    assert window.document.session.videos[0].decisions.corrections.excluded == ()
    window.actions_["undo"].trigger()
    assert window.document.session.videos == ()
    window.actions_["redo"].trigger()
    assert len(window.document.session.videos) == 2


def test_every_unsaved_session_can_be_reached(
    open_window: Callable[[], MainWindow], film: Film, home: Path, qtbot: QtBot
) -> None:
    window = open_window()
    for _ in range(5):
        window.opening.add_videos([film.video])
        window.opening.new_session()
    files = unfinished_sessions()
    assert len(files) == 5
    entries = window.menus["File"].actions()
    menu = next(a.menu() for a in entries if a.text() == "&Unsaved sessions")
    menu.aboutToShow.emit()
    names = [action.objectName() for action in menu.actions()]
    assert names == [f"unsaved-{f.stem}" for f in files]
    menu.actions()[-1].trigger()
    assert window.document.file == files[-1]
    settle(window, qtbot)


def test_thirty_dropped_files_are_thirty_videos(
    window: MainWindow, numbered: Path, tmp_path: Path, qtbot: QtBot
) -> None:
    folder = tmp_path / "many"
    (folder / "deeper").mkdir(parents=True)
    for number in range(20):
        shutil.copyfile(numbered, folder / "deeper" / f"eye-{number}.mp4")
    files = [tmp_path / f"single-{number}.mp4" for number in range(10)]
    for file in files:
        shutil.copyfile(numbered, file)
    (folder / "readme.txt").touch()
    drop(window, [folder, *files])
    qtbot.waitUntil(lambda: len(window.document.session.videos) == 30)
    drop(window, files)
    settle(window, qtbot)
    assert window.list.videos.rowCount() == 30
    thumbnails = window.list.videos.thumbnails
    assert sum(not picture.isNull() for picture in thumbnails.values()) == 30
    window.actions_["undo"].trigger()
    assert window.document.session.videos == ()
    assert window.stack.currentWidget() is window.welcome


def test_what_is_no_video_is_left_out_and_said(
    window: MainWindow, tmp_path: Path, qtbot: QtBot
) -> None:
    (tmp_path / "table.xlsx").touch()
    drop(window, [tmp_path / "table.xlsx"])
    qtbot.waitUntil(lambda: "table.xlsx" in window.statusBar().currentMessage())
    assert window.document.session.videos == ()


def test_a_missing_video_is_found_again(
    window: MainWindow, film: Film, tmp_path: Path, qtbot: QtBot
) -> None:
    video = tmp_path / "a.mp4"
    shutil.copyfile(film.video, video)
    window.opening.add_videos([video])
    settle(window, qtbot)
    window.opening.save_session(tmp_path / "s.easytear")
    moved = tmp_path / "elsewhere" / "b.mp4"
    moved.parent.mkdir()
    video.rename(moved)
    window.opening.new_session()
    window.opening.open_session(tmp_path / "s.easytear")
    assert "not there any more" in window.workspace.banner.text.text()
    window.opening.find_videos(moved.parent)
    assert window.document.session.videos[0].path == moved
    settle(window, qtbot)
    assert not window.workspace.banner.isVisible()


def test_a_fresh_account_can_open_a_session(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The folder of the locks is not there yet; nobody has the session open."""
    monkeypatch.setenv("EASYTEAR_APP_HOME", str(tmp_path / "new" / "home"))
    file = tmp_path / "study.easytear"
    file.write_text(session_json(Session(), {}, file), encoding="utf-8")
    assert not in_use(file)
