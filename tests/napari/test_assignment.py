"""What a reader is to read, in the real window: list, suggested places, a file of their own."""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import pytest
from easytear_napari.frames import VideoArray
from qtpy.QtCore import Qt
from qtpy.QtTest import QTest

from easytear.annotate import read_annotations
from easytear.annotate.model import PointTrack
from easytear.annotate.readers.assignment import assign, write_assignment
from easytear.annotate.readers.protocol import ORIGINAL
from easytear.results import read_results
from tests.annotate import scene
from tests.napari.hands import Person


@pytest.fixture
def sheet(tmp_path, results, video):
    """Two videos to read: the second is the first with a few bytes behind its end."""
    first = Path(shutil.copy(video, tmp_path / "film.mp4"))
    other = tmp_path / "other.mp4"
    other.write_bytes(first.read_bytes() + b"\0\0\0\x08free")
    analysis = read_results(results)
    from easytear.video import content_hash

    again = analysis.summary.video.model_copy(
        update={"path": "other.mp4", "sha256": content_hash(other)}
    )
    known = analysis.summary.video.model_copy(update={"path": "film.mp4"})
    analyses = [
        type(analysis)(
            analysis.summary.model_copy(update={"video": v}),
            analysis.frames,
            analysis.tracks,
            analysis.front,
        )
        for v in (known, again)
    ]
    (plan,) = assign(analyses, ["anna"], ORIGINAL, each=1, seed=1).assignments
    write_assignment(plan, tmp_path / "anna.assignment.json")
    return tmp_path / "anna.assignment.json", plan


def click_row(person, place):
    rows = person.panel.to_read.rows
    at = rows.visualItemRect(rows.topLevelItem(place)).center()
    QTest.mouseClick(rows.viewport(), Qt.MouseButton.LeftButton, pos=at)
    person.wait_for_work()


def test_a_reader_works_through_what_is_assigned(make_napari_viewer, qtbot, sheet):
    file, plan = sheet
    anna = Person(make_napari_viewer(show=True), qtbot)
    anna.panel.open_assignment(file)
    anna.wait_for_work()
    item = plan.items[0]
    assert anna.panel.annotator.video.sha256 == item.sha256
    assert anna.frame == item.first_frame
    assert not anna.panel.annotator.program_shown
    anna.viewer.reset_view()
    # The suggested places are on the screen; a point put on one takes it.
    assert anna.panel.layers.review.nshapes == 5
    for place in item.places:
        anna.point_to(*place)
        anna.key("A")
    assert anna.panel.layers.review.nshapes == 0
    starts = np.array([p.keyframes[0].points[0] for p in anna.items])
    assert np.abs(starts - item.places).max() < anna.pixel()
    anna.key("E")
    assert anna.frame == item.first_frame + ORIGINAL.every_frames
    anna.key("End")
    assert anna.frame == scene.END
    anna.key("Shift+E")
    rows = anna.panel.to_read.rows
    assert [rows.topLevelItem(n).text(3) for n in (0, 1)] == ["done", "to do"]
    before = anna.panel.layers.video
    anna.press(anna.panel.to_read.next)
    anna.wait_for_work()
    assert anna.panel.annotator.video.sha256 == plan.items[1].sha256
    assert isinstance(before.data, VideoArray)
    assert before.data.store.cached == 0
    # The first one's work is in a file of the reader's own, and the list goes back to it.
    written = read_annotations(anna.panel.to_read.sheet.file(item))
    assert written.annotator == "anna"
    assert len(list(written.of(PointTrack))) == 5
    assert written.shown == ()
    click_row(anna, 0)
    assert anna.panel.annotator.video.sha256 == item.sha256
    assert len(list(anna.panel.annotator.document.of(PointTrack))) == 5
    anna.panel.close()


def test_places_below_the_front_are_shown_when_asked_for(person):
    anna = person()
    anna.go(20)
    assert anna.panel.layers.review.nshapes == 0
    anna.key("Shift+A")
    assert anna.panel.layers.review.nshapes == 5
    anna.key("P")
    assert anna.panel.layers.review.nshapes == 0
    anna.key("Shift+A")
    anna.key("Shift+A")
    assert "Draw the front first" in anna.said
