from dataclasses import dataclass
from pathlib import Path

import pytest

from easytear.results import Analysis
from easytear.video import content_hash
from tests.builders import Law, Part, build_analysis
from tests.film_video import write_film_video


@dataclass(frozen=True)
class Case:
    """A short video of a rising film and the analysis that belongs to it."""

    analysis: Analysis
    video: Path


@pytest.fixture(scope="session")
def case(tmp_path_factory: pytest.TempPathFactory) -> Case:
    video = tmp_path_factory.mktemp("film") / "eye.mp4"
    parts = (Part(0, 39, Law(2.4, 0.5, 0.1)), Part(46, 74, Law(2.0, 0.4, 46 / 30 + 0.05)))
    analysis = build_analysis(parts, path=video, frame_count=75, tracks=40)
    write_film_video(video, analysis)
    info = analysis.summary.video.model_copy(update={"sha256": content_hash(video)})
    summary = analysis.summary.model_copy(update={"video": info})
    return Case(Analysis(summary, analysis.frames, analysis.tracks, analysis.front), video)
