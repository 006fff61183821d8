"""The annotations that are shipped are what the script draws."""

from __future__ import annotations

import sys
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path

import numpy as np
import pytest

from easytear.annotate import annotation_path, read_annotations
from easytear.annotate.model import FrontLine, PointTrack

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def drawing():
    spec = spec_from_file_location("draw_from_truth", ROOT / "annotations" / "draw_from_truth.py")
    module = module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


def test_the_script_draws_the_files_that_are_there(drawing):
    video = ROOT / "sample_videos" / "normal.mp4"
    place = sorted((ROOT / "sample_videos").glob("*.mp4")).index(video)
    reader = drawing.READERS[1]
    made = drawing.draw(
        video, reader, np.random.default_rng([place, 1]), np.random.default_rng(place)
    )
    shipped = read_annotations(annotation_path(ROOT / "annotations", "normal", reader))
    assert made.video == shipped.video
    for kind in (PointTrack, FrontLine):
        for a, b in zip(made.of(kind), shipped.of(kind), strict=True):
            for x, y in zip(a.keyframes, b.keyframes, strict=True):
                assert x.frame == y.frame
                np.testing.assert_allclose(x.points, y.points, atol=0.01)


@pytest.mark.parametrize(
    "path", sorted((ROOT / "annotations").glob("*.json")), ids=lambda p: p.stem
)
def test_shipped_files_say_that_no_person_made_them(path):
    document = read_annotations(path)
    assert document.annotator.startswith("simulated reader")
    assert any("No person made this" in item.note for item in document.items)
    assert document.blind()
    assert len(list(document.of(PointTrack))) >= 5
