from pathlib import Path

import pandas as pd

from easytear.results import read_results, write_results
from tests.builders import Law, Part, build_analysis


def test_a_built_analysis_goes_through_the_results_format(tmp_path: Path) -> None:
    analysis = build_analysis()
    write_results(analysis, tmp_path)
    again = read_results(tmp_path)
    assert again.summary == analysis.summary
    pd.testing.assert_frame_equal(again.frames, analysis.frames, atol=1e-3)
    pd.testing.assert_frame_equal(again.tracks, analysis.tracks, atol=1e-3)
    pd.testing.assert_frame_equal(again.front, analysis.front, atol=1e-3)


def test_an_interval_without_film_has_no_tracks() -> None:
    analysis = build_analysis((Part(0, 99, Law(), film=False, flags=("no_film",), score=0.1),))
    assert analysis.tracks.empty
    assert analysis.front.empty
    assert analysis.summary.intervals[0].spread.y is None
