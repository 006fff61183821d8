"""The panel in use, as an annotator uses it: keys, clicks, and what the window shows."""

from __future__ import annotations

import os
import signal
import subprocess
import sys

import numpy as np
import pytest
from typer.testing import CliRunner

from easytear.annotate import point_path, read_any
from easytear.annotate.decisions import corrections_of, scale_of
from easytear.annotate.model import (
    BlinkMark,
    EllipseMark,
    FrontLine,
    IntervalMark,
    NoteMark,
    PointTrack,
    RegionMark,
    ScaleMark,
    Verdict,
)
from easytear.cli import app
from easytear.results import Analysis, read_results, write_results
from easytear.results.records import BreakEntry, FilmBreak
from tests.annotate import scene
from tests.napari.hands import film_results

SEEDS = [(70, 130), (110, 150), (160, 140), (210, 160), (250, 130)]


def by_protocol(anna):
    """Annotate five points over the interval as the paper's protocol asks."""
    anna.go(scene.START)
    for x, y in SEEDS:
        anna.point_to(*scene.film_image(x, y, anna.frame))
        anna.key("A")
    anna.key("E")
    while True:
        frame = anna.frame
        for x, y in SEEDS:
            anna.point_to(*scene.film_image(x, y, frame))
            anna.key("W")
        if anna.frame == frame:
            return


def test_five_points_over_an_interval_undo_save_reopen_agree(person, video, results, tmp_path):
    anna = person()
    by_protocol(anna)
    points = list(anna.panel.annotator.document.of(PointTrack))
    assert [len(point.keyframes) for point in points] == [7] * 5
    assert [point.keyframes[-1].frame for point in points] == [scene.END] * 5
    for point, (x, y) in zip(points, SEEDS, strict=True):
        frames, places = point_path(point)
        keyed = np.isin(frames, [key.frame for key in point.keyframes])
        truth = np.column_stack(scene.film_image(x, y, frames))
        assert np.abs(places - truth)[keyed].max() < anna.pixel() + 0.5
    assert anna.panel.point_list.rows.topLevelItemCount() == 5
    assert "px" in anna.panel.outcome.agreement.text()

    before = anna.items
    anna.keys(["Z"] * 3)
    assert sum(len(p.keyframes) for p in anna.panel.annotator.points()) == 32
    anna.keys(["Shift+Z"] * 3)
    assert anna.items == before
    path = anna.panel.annotator.session.path
    assert anna.file().items == before

    anna.panel.shut()
    anna.open(video, results=results, annotator="anna")
    assert anna.items == before
    anna.key("Z")
    assert anna.items != before
    anna.key("Shift+Z")
    anna.panel.shut()

    said = CliRunner().invoke(app, ["agree", str(results), str(path)])
    assert said.exit_code == 0, said.output
    assert "EasyTear and anna: points" in said.output
    xml, back = tmp_path / "anna.xml", tmp_path / "back.json"
    for source, target in ((path, xml), (xml, back)):
        CliRunner().invoke(app, ["convert", str(source), "-o", str(target)])
    assert read_any(back).items == before


def test_points_are_moved_broken_connected_followed_and_lost(person):
    anna = person(results=None)
    at = scene.film_image(160, 140, 10)
    anna.go(10)
    anna.point_to(*at)
    anna.key("A")
    anna.key("T")
    anna.wait_for_work()
    point = anna.items[0]
    frames, places = point_path(point)
    truth = np.column_stack(scene.film_image(160, 140, frames))
    assert frames[-1] >= scene.END
    inside = frames <= scene.END
    assert np.median(np.hypot(*(places - truth)[inside].T)) < 1.5
    assert {key.source for key in point.keyframes} == {"hand", "retracked"}

    anna.go(30)
    anna.key("B")
    first, second = anna.items
    assert (first.keyframes[-1].frame, second.keyframes[0].frame) == (29, 30)
    assert anna.panel.annotator.current == second.id
    anna.key("Up")
    assert anna.panel.annotator.current == first.id
    anna.point_to(*second.keyframes[0].points[0])
    anna.key("C")
    assert len(anna.items) == 1

    anna.go(20)
    place = anna.panel.annotator.shown_points()[0].place
    anna.drag(tuple(place), (place[0] + 12, place[1] - 6))
    moved = anna.panel.annotator.shown_points()[0].place
    np.testing.assert_allclose(moved, place + np.array([12, -6]), atol=1.5 * anna.pixel() + 0.1)
    anna.key("D")
    back = anna.panel.annotator.shown_points()[0].place
    assert np.hypot(*(back - moved)) > 5

    anna.go(40)
    anna.key("L")
    seen = point_path(anna.items[0])[0]
    assert 39 in seen
    assert 40 not in seen
    anna.go(40)
    anna.key("K")
    assert "not shown" in anna.said
    anna.key("Shift+D")
    assert anna.items == ()
    while anna.panel.annotator.session.can_undo:
        anna.key("Z")
    assert anna.items == ()
    assert anna.panel.annotator.session.can_redo


def test_rejected_tracks_change_lambda(person, video, tmp_path):
    held_back = [0, 10, 15, 20]
    results = film_results(tmp_path / "bad", video, held_back)
    anna = person(results=results)
    anna.key("R")
    for _ in range(40):
        held = anna.panel.annotator.doubt.program_track in held_back
        anna.key("X" if held else "R")
        if len(list(anna.panel.annotator.document.of(Verdict))) == len(held_back):
            break
    verdicts = {v.program_track for v in anna.panel.annotator.document.of(Verdict)}
    assert verdicts == set(held_back)
    shown = set(anna.panel.layers.tracks.data[:, 0].astype(int))
    assert not shown & set(held_back)
    anna.press(anna.panel.outcome.measure)
    anna.wait_for_work()
    assert "λ" in anna.panel.outcome.result.text()
    folder = next(results.glob("*.corrected"))
    after = read_results(folder)
    assert not set(after.tracks["track_id"]) & set(held_back)
    notes = [note.detail for note in after.summary.notes]
    assert "track 10 rejected" in notes
    assert {n.by for n in after.summary.notes} == {"anna"}


def test_blind_then_program_then_views_intervals_and_blinks(person):
    anna = person(blind=True)
    assert not anna.panel.layers.tracks.visible
    anna.go(12)
    anna.point_to(150, 120)
    anna.key("A")
    assert anna.file().blind()
    assert not anna.file().program_shown
    anna.key("R")
    assert "blind" in anna.said
    anna.press(anna.panel.header.program)
    assert anna.panel.layers.tracks.visible
    assert anna.file().program_shown
    assert anna.file().blind()
    anna.go(22)
    anna.key("W")
    assert not anna.file().blind()

    recorded = anna.panel.layers.video.data[30]
    anna.go(30)
    anna.key("M")
    held = anna.panel.layers.video.data[30]
    assert np.abs(held.astype(int) - recorded).mean() > 2
    anna.key("H")
    assert np.abs(anna.panel.layers.video.data[30].astype(int) - held).mean() > 2
    anna.keys(["H", "M"])
    np.testing.assert_array_equal(anna.panel.layers.video.data[30], recorded)

    anna.go(8)
    anna.key("[")
    anna.go(60)
    anna.key("]")
    mark = next(anna.panel.annotator.document.of(IntervalMark))
    assert (mark.start_frame, mark.end_frame, mark.program_interval) == (8, 60, 0)
    timeline = anna.panel.timeline
    grab(timeline, 60, 50)
    mark = next(anna.panel.annotator.document.of(IntervalMark))
    assert abs(mark.end_frame - 50) <= 1
    anna.go(70)
    anna.key("J")
    anna.go(74)
    anna.key("J")
    blink = next(anna.panel.annotator.document.of(BlinkMark))
    assert (blink.start_frame, blink.end_frame) == (70, 74)
    assert anna.panel.intervals.rows.topLevelItemCount() == 1


def grab(timeline, start, stop):
    from qtpy.QtCore import QPoint, Qt
    from qtpy.QtTest import QTest

    y = 12
    left = Qt.MouseButton.LeftButton
    QTest.mousePress(timeline, left, pos=QPoint(int(timeline.x_of(start)), y))
    QTest.mouseMove(timeline, QPoint(int(timeline.x_of(stop)), y))
    QTest.mouseRelease(timeline, left, pos=QPoint(int(timeline.x_of(stop)), y))


def test_front_and_eye_are_taken_over_drawn_and_straightened(person):
    anna = person()
    anna.go(30)
    anna.key("F")
    front = next(anna.panel.annotator.document.of(FrontLine))
    line = np.array(front.keyframes[0].points)
    truth = np.interp(line[:, 0], *anna.panel.annotator.program_front(30).T)
    assert np.abs(line[:, 1] - truth).max() < 1
    anna.go(40)
    anna.key("F")
    assert len(next(anna.panel.annotator.document.of(FrontLine)).keyframes) == 2
    anna.key("D")
    assert len(next(anna.panel.annotator.document.of(FrontLine)).keyframes) == 1
    while anna.panel.annotator.session.can_undo:
        anna.key("Z")
    anna.keys(["P", "F"])
    corners = [(60, 100), (110, 130), (160, 95), (210, 125), (260, 100)]
    for x, y in corners:
        anna.click(x, y)
    anna.key("Enter")
    anna.until(lambda: any(anna.panel.annotator.document.of(FrontLine)))
    drawn = next(anna.panel.annotator.document.of(FrontLine)).keyframes[0]
    assert drawn.frame == anna.frame
    np.testing.assert_allclose(drawn.points, corners, atol=anna.pixel() + 0.5)
    anna.point_to(160, 95)
    anna.key("S")
    flat = np.array(next(anna.panel.annotator.document.of(FrontLine)).keyframes[0].points)
    assert np.ptp(flat[:, 1]) < 2
    assert next(anna.panel.annotator.document.of(FrontLine)).blind

    anna.key("P")
    anna.keys(["U", "O"])
    limbus = next(anna.panel.annotator.document.of(EllipseMark))
    assert limbus.keyframes[0].rx_px == pytest.approx(150)
    assert next(anna.panel.annotator.document.of(RegionMark)).keyframes[0].frame == scene.START


def test_pupil_scale_notes_and_exclusion(person):
    anna = person()
    anna.go(30)

    def document():
        return anna.panel.annotator.document

    anna.key("V")
    pupil = next(document().of(EllipseMark))
    assert (pupil.kind, pupil.keyframes[0].rx_px) == ("pupil", 30)
    anna.key("V")
    assert "yours already" in anna.said

    anna.point_to(60, 100)
    anna.key("G")
    anna.point_to(260, 100)
    assert "200 px" in anna.answer("G", "5,0")
    scale = next(document().of(ScaleMark))
    assert scale.mm_per_px == pytest.approx(0.025, rel=0.02)
    assert scale_of(document()).value == scale.mm_per_px
    anna.point_to(60, 120)
    anna.key("G")
    anna.point_to(260, 120)
    anna.answer("G", "long")
    assert "No scale follows" in anna.said
    assert list(document().of(ScaleMark)) == [scale]

    anna.answer("N", "lid touches")
    assert [(n.start_frame, n.note) for n in document().of(NoteMark)] == [(30, "lid touches")]
    anna.answer("N", None)
    assert next(document().of(NoteMark)).note == "lid touches"
    anna.answer("N", "")
    assert not list(document().of(NoteMark))

    anna.answer("Shift+N", "out of focus")
    assert next(document().of(IntervalMark)).excluded == "out of focus"
    assert corrections_of(document(), anna.panel.annotator.analysis).excluded[0].interval == 0
    assert anna.panel.intervals.rows.topLevelItem(0).text(3) == "left out"
    anna.key("Shift+N")
    assert next(document().of(IntervalMark)).excluded == ""
    anna.key("Z")
    assert next(document().of(IntervalMark)).excluded == "out of focus"


def test_what_a_killed_window_leaves_is_all_there(person, video, results):
    script = f"""
import os, tempfile
os.environ["NAPARI_CONFIG"] = tempfile.mkdtemp() + "/settings.yaml"
from pathlib import Path
import napari
from qtpy.QtTest import QTest
from qtpy.QtCore import QPoint, Qt
from easytear_napari.opening import Request
from easytear_napari.panel import AnnotatePanel
viewer = napari.Viewer()
panel = AnnotatePanel(viewer)
viewer.window.add_dock_widget(panel)
panel.open(Request(Path({str(video)!r}), Path({str(results)!r}), annotator="anna"))
app = napari.qt.get_qapp()
while panel.work.busy:
    QTest.qWait(20)
canvas = viewer.window._qt_viewer.canvas.native
viewer.dims.set_current_step(0, 20)
for x in (400, 450, 500):
    QTest.mouseMove(canvas, canvas.rect().center() + QPoint(x // 50, 0))
    QTest.qWait(20)
    QTest.keyClick(canvas, Qt.Key.Key_A)
QTest.keyClick(canvas, Qt.Key.Key_Z)
print(len(panel.annotator.document.items), flush=True)
import sys
sys.stdin.read()
"""
    child = subprocess.Popen(
        [sys.executable, "-c", script],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    assert child.stdout.readline() == "2\n"
    os.kill(child.pid, signal.SIGKILL)
    child.communicate()
    anna = person()
    assert len(anna.items) == 2
    anna.key("Shift+Z")
    assert len(anna.items) == 3


def test_film_breaks_are_drawn_from_when_they_open(person, tmp_path, video):
    """A rim in the eye's coordinates, with the program's result only, and not to be moved away."""
    folder = film_results(tmp_path / "broken", video)
    made = read_results(folder)
    rim = ((100.0, 120.0), (140.0, 120.0), (140.0, 150.0), (100.0, 150.0))
    spot = BreakEntry(kind="spot", start_s=1.0, x_eye_px=120, y_eye_px=135, outline=rim)
    one = made.summary.intervals[0].model_copy(update={"film_break": FilmBreak(breaks=(spot,))})
    summary = made.summary.model_copy(update={"intervals": (one,)})
    write_results(Analysis(summary, made.frames, made.tracks, made.front), folder)
    anna = person(results=folder)
    layer = anna.panel.layers.eye
    anna.go(29)
    assert layer.nshapes == 2
    anna.go(45)
    assert layer.nshapes == 3
    shown = layer.affine.affine_matrix[-3:, -3:] @ np.array([120.0, 100.0, 1.0])
    expected = scene.to_image(100.0, 120.0, 45)[::-1]
    assert shown[:2] == pytest.approx(expected, abs=1.0)
    anna.key("P")
    assert layer.nshapes == 0
