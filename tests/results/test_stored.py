"""Results that stay on the disk: the same rows as when they are read as a whole."""

from pathlib import Path

import pandas as pd
import pytest

from easytear.base.errors import ResultsError
from easytear.results import Analysis, Results, read_results, stored, write_results
from easytear.results.stored import StoredAnalysis, open_results
from tests.builders import Law, Part, build_analysis

PARTS = (Part(0, 39, Law(2.4, 0.5, 0.1)), Part(46, 74, Law(2.0, 0.4, 46 / 30 + 0.05)))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = build_analysis(PARTS, path=Path("eye.mp4"), frame_count=75, tracks=30)
    write_results(made, tmp_path)
    return tmp_path


def _same(one: Results, other: Results, interval: int, frames: list[int] | None = None) -> None:
    ours, theirs = one.of(interval, frames), other.of(interval, frames)
    for name in ("frames", "tracks", "front"):
        tables = [getattr(a, name).reset_index(drop=True) for a in (ours, theirs)]
        assert len(tables[0])
        pd.testing.assert_frame_equal(*tables, check_exact=True)


def test_the_same_rows_in_pieces(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stored, "ROWS_AT_ONCE", 100)
    opened, whole = open_results(folder), read_results(folder)
    assert isinstance(opened, StoredAnalysis)
    for interval in (0, 1):
        _same(opened, whole, interval)
    _same(opened, whole, 1, [50, 51, 60])
    assert not len(opened.of(7).tracks)
    pieces = [part.load()[0] for part in opened.parts()]
    pd.testing.assert_frame_equal(pd.concat(pieces, ignore_index=True), whole.tracks)


def test_rows_ordered_otherwise_are_read_as_a_whole(folder: Path) -> None:
    path = folder / "tracks.csv"
    pd.read_csv(path).sample(frac=1.0, random_state=1).to_csv(path, index=False)
    assert isinstance(open_results(folder), Analysis)


def test_a_broken_row_is_told(folder: Path) -> None:
    path = folder / "front.csv"
    path.write_text(path.read_text(encoding="utf-8") + "1,seventy,2,3\n", encoding="utf-8")
    with pytest.raises(ResultsError, match=r"front\.csv: cannot be read"):
        open_results(folder).of(1)
