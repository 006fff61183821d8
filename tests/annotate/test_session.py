"""A person at work: undo, saving, crashes, other people."""

from __future__ import annotations

import json
import os
import resource
import signal
import subprocess
import sys

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from easytear.annotate import edits
from easytear.annotate.actions import Action
from easytear.annotate.files import annotation_path, read_annotations, write_annotations
from easytear.annotate.journal import History, JournalWriter
from easytear.annotate.model import SCHEMA, Annotations, PointTrack, VideoRef
from easytear.annotate.session import AnnotationSession, journal_path
from easytear.base.errors import AnnotationError

from .strategies import documents, items

VIDEO = VideoRef(name="film.mp4", sha256="ab" * 32, width_px=640, height_px=480, frame_count=60)


@pytest.fixture
def path(tmp_path):
    return annotation_path(tmp_path, "film", "anna")


def opened(path, annotator="anna", video=VIDEO):
    return AnnotationSession.open(path, annotator, video)


def add_points(session, count):
    for i in range(count):
        session.do(edits.add_point(session.document, 5, (10.0 * i, 20.0)))


def test_undo_goes_on_after_closing(path):
    with opened(path) as session:
        add_points(session, 3)
        session.undo()
    with opened(path) as session:
        assert len(session.document.items) == 2
        assert session.redo() == "add point 3"
        while session.undo():
            pass
        assert session.document.items == ()
        for _ in range(3):
            session.redo()
        assert len(session.document.items) == 3


def test_the_json_file_holds_what_was_saved(path):
    with opened(path) as session:
        add_points(session, 2)
        assert not session.saved
        session.save()
        assert session.saved
        assert read_annotations(path) == session.document


def test_nothing_is_lost_when_the_program_is_killed(path, tmp_path):
    script = f"""
import sys
from pathlib import Path
from tests.annotate.test_session import opened, add_points
session = opened(Path({str(path)!r}))
add_points(session, 4)
session.undo()
print("ready", flush=True)
sys.stdin.read()
"""
    child = subprocess.Popen(
        [sys.executable, "-c", script], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert child.stdout.readline() == "ready\n"
    os.kill(child.pid, signal.SIGKILL)
    child.communicate()
    assert not path.exists()
    with opened(path) as session:
        assert [item.id for item in session.document.items] == [1, 2, 3]
        assert session.can_redo == "add point 4"


def test_a_line_cut_short_is_left_out_and_kept_aside(path):
    with opened(path) as session:
        add_points(session, 2)
    journal = journal_path(path)
    whole = journal.read_bytes()
    journal.write_bytes(whole[:-7])
    path.unlink()
    with opened(path) as session:
        assert [item.id for item in session.document.items] == [1]
        add_points(session, 1)
    assert journal.with_suffix(".journal.damaged").read_bytes() == whole[:-7]
    with opened(path) as session:
        assert len(session.document.items) == 2


def test_two_programs_cannot_open_one_file(path):
    with opened(path), pytest.raises(AnnotationError, match="open in another program"):
        opened(path)
    opened(path).close()


def test_another_person_or_video_is_refused(path):
    opened(path).close()
    with pytest.raises(AnnotationError, match="belongs to anna"):
        opened(path, annotator="berta")
    with pytest.raises(AnnotationError, match="another video"):
        opened(path, video=VIDEO.model_copy(update={"sha256": "cd" * 32}))
    opened(path).close()


def test_a_foreign_write_is_noticed_before_anything_is_overwritten(path):
    with opened(path) as session:
        with journal_path(path).open("a") as journal:
            journal.write(json.dumps({"undo": True}) + "\n")
        with pytest.raises(AnnotationError, match="another program wrote"):
            add_points(session, 1)
        assert session.document.items == ()


def test_what_somebody_did_to_the_json_file_is_taken_in_and_can_be_undone(path):
    with opened(path) as session:
        add_points(session, 2)
    document = read_annotations(path)
    other = document.items[0].model_copy(update={"note": "by hand"})
    write_annotations(document.model_copy(update={"items": (other,)}), path)
    with opened(path) as session:
        assert [item.note for item in session.document.items] == ["by hand"]
        session.undo()
        assert len(session.document.items) == 2


def test_the_file_says_whether_the_program_was_seen(path):
    with opened(path) as session:
        add_points(session, 1)
        session.tell_shown(("tracks", "front"))
        session.do(edits.add_point(session.document, 5, (1, 1), blind=False))
        while session.undo():
            pass
    written = read_annotations(path)
    assert written.program_shown
    assert [one.what for one in written.shown] == [("tracks", "front"), ()]
    with opened(path) as session:
        assert session.document == written


def test_an_action_that_does_not_fit_changes_nothing(path):
    with opened(path) as session:
        add_points(session, 1)
        stale = edits.delete(session.document, 1)
        session.do(edits.put_keyframe(session.document, 1, 9, [(1, 1)]))
        before = session.document
        with pytest.raises(AnnotationError, match="does not fit"):
            session.do(stale)
        assert session.document == before


def empty():
    return Annotations(schema=SCHEMA, video=VIDEO, annotator="anna")


@st.composite
def sequences(draw):
    """A start, and anything a person may do from there, in any order."""
    document = draw(documents())
    history = History(document)
    for _ in range(draw(st.integers(1, 8))):
        what = draw(st.integers(0, 7))
        try:
            history.do(_any_action(draw, history.document, what))
        except AnnotationError:
            continue
    return document, history


def _any_action(draw, document, what) -> Action:
    points = list(document.of(PointTrack))
    chosen = draw(st.sampled_from(points)) if points else None
    frame = draw(st.integers(0, 59))
    if what == 0 or chosen is None:
        return edits.add(document, draw(items(1)))
    if what == 1:
        return edits.put_keyframe(document, chosen.id, frame, [(1.5, 2.5)])
    if what == 2:
        return edits.delete_keyframe(document, chosen.id, frame)
    if what == 3:
        return edits.mark_lost(document, chosen.id, frame)
    if what == 4:
        return edits.break_track(document, chosen.id, frame)
    if what == 5:
        return edits.connect(document, chosen.id, draw(st.sampled_from(points)).id)
    if what == 6:
        return edits.set_interpolation(document, chosen.id, "film")
    return edits.delete(document, chosen.id)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(case=sequences())
def test_any_sequence_of_actions_undone_is_the_start(case):
    start, history = case
    end = history.document
    while history.undo():
        pass
    assert history.document.items == start.items
    while history.redo():
        pass
    assert history.document.items == end.items


def small_disk(path, room):
    """Make files of this process end after so many bytes, as on a full disk."""
    resource.setrlimit(resource.RLIMIT_FSIZE, (path.stat().st_size + room, resource.RLIM_INFINITY))


def test_a_line_that_the_disk_cuts_short_is_taken_back(tmp_path):
    """A full disk takes a part of a line; what was accepted before and after is all there."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    handler = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    path = tmp_path / "journal"
    writer = JournalWriter(path)
    try:
        writer.add({"do": "first"})
        small_disk(path, 10)
        with pytest.raises(AnnotationError, match="free the disk"):
            writer.add({"do": "a line that is longer than what is left"})
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
        writer.add({"do": "second"})
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
        signal.signal(signal.SIGXFSZ, handler)
        writer.close()
    assert path.read_text().splitlines() == ['{"do":"first"}', '{"do":"second"}']


def test_a_first_line_without_its_end_is_begun_again(path):
    path.parent.mkdir(parents=True, exist_ok=True)
    journal_path(path).write_text('{"journal": 1, "begins_w')
    with opened(path) as session:
        add_points(session, 2)
    with opened(path) as session:
        assert len(session.document.items) == 2
