from pathlib import Path

import numpy as np
import pytest

from easytear.video import FrameReader
from easytear.video.survey import survey

CLIP = Path(__file__).parents[3] / "shared" / "real" / "clip_clean.mp4"

pytestmark = pytest.mark.skipif(not CLIP.exists(), reason="the real clip is not at hand")


def test_the_real_clip_is_told_to_be_interlaced_though_its_file_does_not_say_so() -> None:
    found = survey(CLIP)
    assert not found.facts.interlaced
    assert found.problems == ("interlaced",)


def test_the_real_clip_is_read_whole() -> None:
    with FrameReader(CLIP) as reader:
        assert len(reader) == 299
        np.testing.assert_allclose(np.diff(reader.facts.time_s), 400 / 11988, atol=1e-9)
