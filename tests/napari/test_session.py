"""One session a viewer: blind starts, closing, reopening, other videos, layers deleted."""

from __future__ import annotations

import shutil

import numpy as np
import pytest
from easytear_napari.panel import AnnotatePanel
from qtpy.QtWidgets import QApplication, QDialog, QDockWidget

from easytear.annotate import read_annotations
from easytear.annotate.files import annotation_path
from easytear.annotate.model import EllipseMark, FrontLine, IntervalMark, PointTrack
from tests.annotate import scene
from tests.napari.hands import Person


def shown_texts(panel):
    """Return all that can be read on the panel."""
    from qtpy.QtWidgets import QLabel

    return " ".join(label.text() for label in panel.findChildren(QLabel) if label.isVisible())


def test_blind_from_the_start_nothing_of_the_program_is_seen_and_the_file_says_so(person):
    anna = person(blind=True)
    layers = anna.panel.layers
    anna.go(30)
    assert not layers.tracks.visible
    assert layers.eye.nshapes == 0
    assert layers.front.nshapes == 0
    assert anna.panel.intervals.rows.topLevelItemCount() == 0
    assert "λ" not in shown_texts(anna.panel)
    anna.key("M")
    assert not anna.panel.annotator.stabilised
    anna.key("U")
    assert layers.eye.nshapes == 1
    document = anna.file()
    assert document.shown == ()
    assert not document.program_shown
    assert document.items[0].keyframes[0].source == "hand"

    anna.key("P")
    assert layers.eye.nshapes == 2
    assert anna.panel.intervals.rows.topLevelItemCount() == 1
    anna.key("M")
    anna.key("P")
    assert not anna.panel.annotator.stabilised
    told = anna.file().shown
    assert [bool(one.what) for one in told] == [True, False]
    assert "tracks" in told[0].what


def test_a_file_begun_blind_goes_on_blind(person, video, results):
    anna = person(blind=True)
    anna.go(20)
    anna.point_to(150, 120)
    anna.key("A")
    anna.panel.shut()
    anna.open(video, results=results, annotator="anna")
    assert not anna.panel.annotator.program_shown
    assert "Blind" in anna.said
    assert anna.file().shown == ()


def test_the_tick_can_be_taken_off_before_results_are_opened(make_napari_viewer, qtbot, results):
    anna = Person(make_napari_viewer(show=True), qtbot)
    anna.press(anna.panel.header.program)
    assert not anna.panel.header.program.isChecked()
    anna.viewer.open(str(results), plugin="easytear")
    anna.wait_for_work()
    assert anna.panel.annotator is not None
    assert not anna.panel.annotator.program_shown
    assert not [layer for layer in anna.viewer.layers if layer.name == "tracks" and layer.visible]
    anna.panel.close()


def test_a_window_that_was_not_closed_after_all_goes_on(person):
    anna = person()
    anna.go(20)

    window = anna.viewer.window._qt_window
    window.closeEvent = lambda event: event.ignore()  # as napari does when Cancel is pressed
    window.close()
    QApplication.processEvents()
    del window.closeEvent
    assert window.isVisible()
    anna.point_to(150, 120)
    anna.key("A")
    place = anna.panel.annotator.shown_points()[0].place
    anna.drag(tuple(place), (place[0] + 12, place[1] - 6))
    moved = anna.file().items[0].keyframes[0].points[0]
    np.testing.assert_allclose(moved, place + np.array([12, -6]), atol=1.5 * anna.pixel() + 0.1)


def dock_of(panel):
    dock = panel.parentWidget()
    while not isinstance(dock, QDockWidget):
        dock = dock.parentWidget()
    return dock


def test_a_dock_closed_keeps_nothing_open_and_opened_again_goes_on(person, video, results):
    anna = person()
    anna.go(20)
    anna.point_to(150, 120)
    anna.key("A")
    path = anna.panel.annotator.session.path
    dock_of(anna.panel).close()
    anna.until(lambda: anna.panel.annotator is None)
    assert len(read_annotations(path).items) == 1
    anna.key("A")
    assert len(read_annotations(path).items) == 1
    dock_of(anna.panel).show()
    anna.until(lambda: anna.panel.annotator is not None)
    anna.key("A")
    assert len(anna.items) == 2


def test_a_dock_taken_away_hands_over_to_the_next_panel(person, video, results):
    anna = person()
    anna.go(20)
    anna.point_to(150, 120)
    anna.key("A")
    old = anna.panel
    dock_of(old).destroyOnClose()
    anna.panel = AnnotatePanel(anna.viewer)
    anna.viewer.window.add_dock_widget(anna.panel, name="again", area="right")
    assert old.annotator is None
    assert anna.panel.annotator is not None
    assert len([layer for layer in anna.viewer.layers if layer.name.startswith("points")]) == 1
    anna.point_to(100, 120)
    anna.key("A")
    assert len(anna.file().items) == 2


def test_a_panel_behind_another_dock_stays_open(person):
    anna = person()
    other = anna.viewer.window.add_dock_widget(QDialog(), name="other", area="right", tabify=True)
    other.raise_()
    QApplication.processEvents()
    QApplication.processEvents()
    assert anna.panel.annotator is not None
    dock_of(anna.panel).raise_()


def test_a_second_video_by_file_open_has_its_own_file(person, video, tmp_path):
    anna = person()
    anna.go(20)
    anna.point_to(150, 120)
    anna.key("A")
    first = anna.panel.annotator.session.path
    other = tmp_path / "other.mp4"
    shutil.copy(video, other)
    anna.viewer.open(str(other), plugin="easytear")
    anna.wait_for_work()
    assert anna.panel.annotator.video.name == "other.mp4"
    assert [a.visible for a in anna.viewer.layers if a.metadata].count(True) == 1
    anna.point_to(100, 120)
    anna.keys(["A", "A"])
    anna.panel.save()
    assert len(read_annotations(first).items) == 1
    own = annotation_path(tmp_path, "other", "anna")
    assert len(read_annotations(own).items) == 2

    old = next(a for a in anna.viewer.layers if a.name == "film" or "film" in str(a.metadata))
    old.visible = True
    anna.wait_for_work()
    assert anna.panel.annotator.session.path.name == first.name


def test_deleted_layers_come_back_and_a_deleted_video_ends_the_session(person):
    anna = person()
    anna.go(20)
    anna.point_to(150, 120)
    anna.key("A")
    points = anna.panel.layers.points
    anna.viewer.layers.remove(points)
    anna.until(lambda: points in anna.viewer.layers)
    assert "put back" in anna.said
    assert len(points.data) == 1
    video = anna.panel.layers.video
    anna.viewer.layers.move(anna.viewer.layers.index(video), len(anna.viewer.layers))
    anna.until(lambda: anna.viewer.layers.index(video) == 0)
    points.mode = "transform"
    anna.until(lambda: str(points.mode) != "transform")
    points.name = "renamed"
    video.visible = False
    anna.key("A")
    assert "hidden" in anna.said
    assert len(anna.items) == 1
    video.visible = True
    path = anna.panel.annotator.session.path
    anna.viewer.layers.remove(video)
    assert anna.panel.annotator is None
    assert len(read_annotations(path).items) == 1


def test_frames_beyond_the_video_take_no_marks(person):
    anna = person()
    anna.viewer.add_image(np.zeros((200, 4, 4)), name="long")
    anna.viewer.layers.selection.active = anna.panel.layers.points
    anna.go(150)
    anna.point_to(150, 120)
    anna.key("A")
    assert anna.items == ()
    assert "ends at frame 79" in anna.said


def test_a_front_a_pupil_and_a_point_belong_to_their_interval(person):
    anna = person(results=None)
    for frame, key in ((0, "["), (30, "]"), (40, "[")):
        anna.go(frame)
        anna.key(key)
    for frame in (10, 20, 50):
        anna.go(frame)
        anna.point_to(150, 120)
        anna.key("W")
        anna.keys("F" if frame == 20 else "FV")
        for x in (60, 160, 260):
            anna.click(x, 80 + frame)
        anna.key("Enter")
    anna.until(lambda: len([i for i in anna.items if isinstance(i, FrontLine)]) == 2)
    document = anna.panel.annotator.document
    assert [m.start_frame for m in document.of(IntervalMark)] == [0, 40]
    assert [[k.frame for k in p.keyframes] for p in document.of(PointTrack)] == [[10, 20], [50]]
    assert [[k.frame for k in f.keyframes] for f in document.of(FrontLine)] == [[10, 30], [50]]
    assert [e.keyframes[0].frame for e in document.of(EllipseMark)] == [10, 50]
    anna.go(35)
    assert anna.panel.layers.front.nshapes == 0
    assert anna.panel.layers.eye.nshapes == 0
    assert anna.panel.annotator.shown_points() == []


@pytest.mark.parametrize("over", [False, True])
def test_following_replaces_or_keeps_what_is_ahead(person, over):
    anna = person()
    point = {f: np.array(scene.film_image(160, 140, f)) for f in (10, 20, 25, 40)}
    off = {20: 14.0, 25: -14.0}
    for frame, place in point.items():
        anna.go(frame)
        anna.point_to(*(place + np.array([off.get(frame, 0.0), 0])))
        anna.key("W" if frame > 10 else "A")
        anna.panel.annotator.choose(anna.items[0].id)
    anna.go(10)
    anna.key("Shift+T" if over else "T")
    anna.wait_for_work()
    keys = anna.items[0].keyframes
    ahead = [k for k in keys if k.frame > 10]
    track = next(iter(anna.panel.annotator.document.of(PointTrack)))
    path = anna.panel.annotator.path(track)
    if over:
        assert {k.source for k in ahead} == {"retracked"}
        far = max(np.hypot(*(path[f] - scene.film_image(160, 140, f))) for f in range(11, 60))
        assert far < 3
    else:
        assert [k.frame for k in ahead if k.source == "hand"] == [20, 25, 40]
        steps = [np.hypot(*(path[f + 1] - path[f])) for f in range(10, 19)]
        assert max(steps) < 5
        assert "stays" in anna.said


def test_results_older_than_the_corrections_are_grey(person):
    anna = person()
    anna.keys("RX")
    anna.press(anna.panel.outcome.measure)
    anna.wait_for_work()
    result = anna.panel.outcome.result
    assert "λ" in result.text()
    assert result.isEnabled()
    anna.point_to(150, 120)
    anna.key("A")
    assert not result.isEnabled()
    assert "Older" in result.text()
    anna.key("P")
    assert not result.isVisible()


def test_taken_over_says_so_and_undo_goes_to_its_frame(person):
    anna = person()
    anna.go(30)
    anna.keys(["F", "O", "U"])
    sources = {key.source for item in anna.items for key in item.keyframes}
    assert sources == {"program"}
    anna.go(50)
    anna.key("F")
    anna.go(12)
    anna.key("Z")
    assert anna.frame == 50
    front = next(anna.panel.annotator.document.of(FrontLine))
    assert [key.frame for key in front.keyframes] == [30]


def test_a_viewer_that_is_closed_leaves_no_word_and_no_lock(person, capfd):
    anna = person()
    anna.go(20)
    anna.point_to(150, 120)
    anna.key("A")
    path = anna.panel.annotator.session.path
    anna.viewer.close()
    for _ in range(5):
        QApplication.processEvents()
    assert len(read_annotations(path).items) == 1
    assert "Traceback" not in capfd.readouterr().err
