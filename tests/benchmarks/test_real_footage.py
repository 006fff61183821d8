"""On real footage beside the repository, where there is some; it is not part of EasyTear."""

import json
from pathlib import Path

import pytest

from benchmarks.real_footage import measure_clip

FOOTAGE = Path(__file__).resolve().parents[2].parent / "shared" / "real"


@pytest.mark.skipif(not FOOTAGE.is_dir(), reason="the real footage is not here")
def test_a_real_eye_is_measured_as_people_marked_it(tmp_path: Path) -> None:
    marks = json.loads((FOOTAGE / "annotations_dev.json").read_text(encoding="utf-8"))
    found = measure_clip(FOOTAGE / "clip_fused60.mp4", marks, tmp_path)
    assert (found["intervals"], found["first_frame"]) == (1, 0)
    assert found["front_8_px"] < 7.0
    assert found["front_20_px"] < 5.0
    assert found["front_40_px"] < 5.0
    assert min(found[f"front_{frame}_coverage"] for frame in (8, 20, 40)) > 0.8
    assert found["tracks_near_share"] > 0.8
    assert found["tracks_5_px"] < 1.8
    assert found["tracks_15_px"] < 4.0
