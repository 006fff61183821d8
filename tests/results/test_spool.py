import errno
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from easytear.base.errors import ResultsError
from easytear.results import (
    Analysis,
    SpooledAnalysis,
    numbered,
    spool_folder,
    write_results,
)
from tests.builders import Law, Part, build_analysis

spool_module = sys.modules["easytear.results.spool"]
PARTS = (Part(0, 39, Law(2.4, 0.5, 0.1)), Part(46, 74, Law(2.0, 0.4, 46 / 30 + 0.05)))


@pytest.fixture(scope="module")
def whole() -> Analysis:
    made = build_analysis(PARTS, path=Path("eye.mp4"), frame_count=75, tracks=30)
    made.tracks["track_id"] = pd.factorize(made.tracks["track_id"])[0]
    return made


@pytest.fixture
def aside(whole: Analysis, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> SpooledAnalysis:
    """Return the same analysis spooled, each interval in several files."""
    monkeypatch.setattr(spool_module, "ROWS_TOGETHER", 200)
    tables = {}
    for result in whole.summary.intervals:
        one = whole.of(result.index)
        tracks = columns(one.tracks)
        tracks["track_id"] = tracks["track_id"] - tracks["track_id"].min()
        name = f"interval-{result.index}"
        tables[result.index] = spool_module.spool(tmp_path, name, tracks, columns(one.front))
    return SpooledAnalysis(whole.summary, whole.frames, numbered(tables.items()))


def columns(table: pd.DataFrame) -> dict[str, Any]:
    return {name: table[name].to_numpy() for name in table}


def test_each_interval_lies_in_pieces(aside: SpooledAnalysis) -> None:
    assert len(aside.parts()) > 4
    assert all(len(part.load()[0]) <= 200 for part in aside.parts())


def test_spooled_is_written_as_what_is_in_memory(
    whole: Analysis, aside: SpooledAnalysis, tmp_path: Path
) -> None:
    write_results(whole, tmp_path / "whole")
    write_results(aside, tmp_path / "spooled")
    for path in (tmp_path / "whole").iterdir():
        assert path.read_bytes() == (tmp_path / "spooled" / path.name).read_bytes(), path.name
    assert len(list((tmp_path / "spooled").iterdir())) == 4


def test_tracks_are_numbered_through_the_video(whole: Analysis, aside: SpooledAnalysis) -> None:
    read = aside.whole().tracks
    pd.testing.assert_frame_equal(read, whole.tracks)
    owners = read.groupby("track_id")["interval"].nunique()
    assert (owners == 1).all()


def test_one_interval_alone_and_some_of_its_frames(whole: Analysis, aside: SpooledAnalysis) -> None:
    some = [50, 51, 60]
    for ours, theirs in (
        (aside.of(1), whole.of(1)),
        (aside.of(1, some), whole.of(1, some)),
    ):
        for name in ("frames", "tracks", "front"):
            expected = getattr(theirs, name).reset_index(drop=True)
            pd.testing.assert_frame_equal(getattr(ours, name).reset_index(drop=True), expected)
    assert set(aside.of(1, some).tracks["frame"]) == set(some)
    assert (aside.of(1, some).frames["interval"] == 1).all()


def test_an_interval_without_film_has_tables_without_rows(tmp_path: Path) -> None:
    none = build_analysis(
        (Part(0, 30, Law(2.0, 0.5, 0.1), film=False),), path=Path("eye.mp4"), frame_count=31
    )
    tables = spool_module.spool(tmp_path, "none", columns(none.tracks), columns(none.front))
    assert tables.tracks == 0
    read = SpooledAnalysis(none.summary, none.frames, {0: tables})
    write_results(read, tmp_path / "v")
    assert (tmp_path / "v" / "tracks.csv").read_text().count("\n") == 1
    assert np.isnan(read.of(0).tracks["x_px"]).sum() == 0


def test_a_spool_folder_leaves_nothing_behind(tmp_path: Path) -> None:
    folder = tmp_path / "out" / "eye"
    with spool_folder(folder) as place:
        (place / "x.npz").touch()
        assert place.parent == folder
    assert not (tmp_path / "out").exists()
    with spool_folder(folder):
        (folder / "summary.json").touch()
    assert [path.name for path in folder.iterdir()] == ["summary.json"]


def test_where_nothing_can_be_written_a_sentence_says_so(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with (
        pytest.raises(ResultsError, match=r"file.eye: no results can be written there"),
        spool_folder(tmp_path / "file" / "eye"),
    ):
        pass


def test_a_front_may_have_more_rows_than_the_tracks(whole: Analysis, tmp_path: Path) -> None:
    one = whole.of(0)
    few = {name: values[:3] for name, values in columns(one.tracks).items()}
    tables = spool_module.spool(tmp_path, "long", few, columns(one.front))
    read = SpooledAnalysis(whole.summary, whole.frames, {0: tables}).of(0)
    assert len(read.tracks) == 3
    assert len(read.front) == len(one.front)


def test_a_full_disk_is_told_in_a_sentence(whole: Analysis, tmp_path: Path) -> None:
    def fail(aside: Path) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    with pytest.raises(ResultsError, match=r"eye: no results.*No space left.*make room"):
        write_results(whole, tmp_path / "eye", fail)
    assert not list((tmp_path / "eye").iterdir())
