import re
from html.parser import HTMLParser
from pathlib import Path

import numpy as np
import pytest

from easytear.base.progress import Cancelled
from easytear.report import PAGE, write_report
from easytear.report.page import render
from easytear.results import Analysis, CorrectionNote, Exclusion, Summary
from tests.builders import Law, Part, build_analysis
from tests.report.conftest import Case

VOID = {"meta", "img", "br", "link", "input", "hr"}


class _Page(HTMLParser):
    """Collects text, tags and attributes, and checks that what opens closes."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.text: list[str] = []
        self.feed(html)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.text.append(data)

    def words(self) -> str:
        return " ".join(" ".join(self.text).split())

    def ids(self) -> list[str]:
        return [str(attrs["id"]) for _, attrs in self.tags if attrs.get("id")]


def _changed(analysis: Analysis, **what: object) -> Analysis:
    summary: Summary = analysis.summary.model_copy(update=what)
    return Analysis(summary, analysis.frames, analysis.tracks, analysis.front)


def test_the_page_tells_numbers_with_their_intervals(case: Case, tmp_path: Path) -> None:
    write_report(case.analysis, tmp_path, case.video)
    page = _Page((tmp_path / PAGE).read_text(encoding="utf-8"))
    words = page.words()
    assert "2.40 mm (2.28 to 2.57)" in words
    assert "2.00 mm (1.90 to 2.14)" in words
    assert "eye.mp4" in words
    assert case.analysis.summary.video.sha256 in words
    assert "spread.zone_depth_mm" in words
    assert "opencv" in words
    pictures = [attrs for tag, attrs in page.tags if tag == "img"]
    assert len(pictures) >= 6
    assert all(str(attrs["src"]).startswith("data:image/jpeg;base64,") for attrs in pictures)
    assert len([tag for tag, _ in page.tags if tag == "svg"]) == 8


def test_the_page_needs_nothing_from_outside(case: Case) -> None:
    html = render(case.analysis, case.video)
    page = _Page(html)
    for tag, attrs in page.tags:
        assert tag not in {"script", "link", "iframe"}
        for name in ("src", "href", "xlink:href"):
            address = attrs.get(name)
            assert address is None or address.startswith(("#", "data:"))
    assert not re.search(r"@import|url\((?!#)", html)


def test_identifiers_inside_figures_do_not_collide(case: Case) -> None:
    clips = [i for i in _Page(render(case.analysis, None)).ids() if re.match(r"[pm][0-9a-f]{6}", i)]
    assert clips
    assert len(clips) == len(set(clips))


def test_the_page_is_the_same_when_made_again(case: Case) -> None:
    assert render(case.analysis, case.video) == render(case.analysis, case.video)


@pytest.mark.parametrize("evil", ['<script>alert("1")</script>.mp4', '"><img src=x onerror=y>.mp4'])
def test_names_and_remarks_are_escaped(evil: str) -> None:
    analysis = build_analysis((Part(0, 60, Law(), excluded=Exclusion(reason=evil, by=evil)),))
    video = analysis.summary.video.model_copy(update={"path": f"/data/{evil}", "codec": evil})
    note = CorrectionNote(what="front", interval=0, detail=evil, by=evil)
    analysis = _changed(
        analysis,
        video=video,
        software={evil: evil},
        earlier_notes=(note,),
        flags=(evil,),
    )
    page = _Page(render(analysis, None))
    assert all(tag not in {"script", "img"} for tag, _ in page.tags)
    assert evil.rpartition("/")[2] in page.words()


def test_without_the_video_the_page_says_so(case: Case, tmp_path: Path) -> None:
    for video in (None, tmp_path / "gone.mp4"):
        words = _Page(render(case.analysis, video)).words()
        assert "The video could not be reached" in words


def test_excluded_and_unsettled_intervals_are_marked() -> None:
    parts = (
        Part(0, 99, Law(), excluded=Exclusion(reason="the lens moved", by="A. Reader")),
        Part(100, 199, Law(onset_s=3.4), converged=False),
    )
    html = render(build_analysis(parts), None)
    page = _Page(html)
    sections = [attrs["class"] for tag, attrs in page.tags if tag == "section" and "class" in attrs]
    assert "interval excluded" in sections
    assert "interval unsettled" in sections
    assert "Excluded by A. Reader: the lens moved" in page.words()
    assert "fit did not settle" in page.words()
    assert "in none of them the film's spread was measured well enough" in page.words()


def test_an_eye_without_film_makes_a_page_without_numbers() -> None:
    part = Part(0, 99, Law(), film=False, flags=("no_film",), score=0.0)
    page = _Page(render(build_analysis((part,)), None))
    assert "no moving film was seen" in page.words()
    assert not [tag for tag, _ in page.tags if tag == "svg"]


def test_a_video_without_intervals_makes_a_page() -> None:
    words = _Page(render(build_analysis(()), None)).words()
    assert "No interval with the eye open could be analysed." in words
    assert "300 in 10.00 s" in words


def test_unknown_numbers_everywhere_make_a_page() -> None:
    analysis = build_analysis((Part(0, 99, Law(), film=False),))
    frames = analysis.frames.copy()
    for column in frames.columns:
        if frames[column].dtype.kind == "f" and column != "time_s":
            frames[column] = np.nan
    scale = analysis.summary.calibration.model_copy(
        update={"mm_per_px": None, "mm_per_px_sd": None, "source": None}
    )
    interval = analysis.summary.intervals[0].model_copy(
        update={"pupil": None, "iris": None, "region": None}
    )
    summary = analysis.summary.model_copy(update={"calibration": scale, "intervals": (interval,)})
    page = _Page(render(Analysis(summary, frames, analysis.tracks, analysis.front), None))
    assert "unknown: neither a scale was given nor an iris found" in page.words()


def test_changed_settings_stand_out() -> None:
    analysis = build_analysis((Part(0, 60, Law()),))
    request = analysis.summary.request.with_settings({"spread.window_s": "9.0"})
    page = _Page(render(_changed(analysis, request=request), None))
    changed = [attrs for tag, attrs in page.tags if tag == "tr" and attrs.get("class") == "changed"]
    assert len(changed) == 1


def test_a_cancelled_page_leaves_the_old_one(case: Case, tmp_path: Path) -> None:
    class Stop:
        def update(self, done: float, total: float, message: str = "") -> None:
            if done >= 1:
                raise Cancelled

    (tmp_path / PAGE).write_text("old")
    with pytest.raises(Cancelled):
        write_report(case.analysis, tmp_path, case.video, Stop())
    assert [file.name for file in tmp_path.iterdir()] == [PAGE]
    assert (tmp_path / PAGE).read_text() == "old"
