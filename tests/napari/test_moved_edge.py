"""An interval's edge moved with the mouse, measured again: the same bytes as by the command."""

from __future__ import annotations

import json

from qtpy.QtCore import QPoint, Qt
from qtpy.QtTest import QTest
from typer.testing import CliRunner

from easytear.cli import app
from easytear.engine import run
from easytear.request.request import Request
from easytear.results import write_results

TABLES = ("blinks.csv", "events.csv", "frames.csv", "front.csv", "summary.json", "tracks.csv")


def command(*words):
    result = CliRunner().invoke(app, [str(word) for word in words])
    assert result.exit_code == 0, result.output


def test_a_moved_edge_gives_the_same_bytes_through_every_door(person, tmp_path):
    video, results = tmp_path / "eye.mp4", tmp_path / "eye"
    size = ("--size", "320x240", "--duration", "2.4")
    command("simulate", video, "--preset", "normal", "--seed", "70", *size, "-q")
    before = run(Request(), video)
    write_results(before, results)
    one = before.summary.intervals[0]
    anna = person(video=video, results=results)
    timeline = anna.panel.timeline
    QTest.qWaitForWindowExposed(anna.panel.window())
    left, y = Qt.MouseButton.LeftButton, 12
    start, stop = (int(timeline.x_of(f)) for f in (one.start_frame, one.start_frame + 8))
    QTest.mousePress(timeline, left, pos=QPoint(start, y))
    QTest.mouseMove(timeline, QPoint(stop, y))
    QTest.mouseRelease(timeline, left, pos=QPoint(stop, y))
    (mark,) = anna.items
    assert (mark.program_interval, mark.end_frame) == (one.index, one.end_frame)
    assert abs(mark.start_frame - one.start_frame - 8) <= 2
    anna.press(anna.panel.outcome.measure)
    anna.wait_for_work()
    assert "Written to" in anna.panel.outcome.result.text()
    file = anna.panel.annotator.session.path
    anna.panel.save()
    made = file.with_name(file.name.removesuffix(".annotations.json") + ".corrected")
    command("apply", results, "--annotations", file, "-o", tmp_path / "cli", "--workers", 1, "-q")
    for name in TABLES:
        assert (made / name).read_bytes() == (tmp_path / "cli" / name).read_bytes(), name
    told = json.loads((made / "summary.json").read_text(encoding="utf-8"))
    assert told["intervals"][0]["start_frame"] == mark.start_frame
