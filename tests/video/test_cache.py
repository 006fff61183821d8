import pickle
from dataclasses import replace
from pathlib import Path

import numpy as np

from easytear.video import FrameReader
from easytear.video.cache import known, remember
from tests.video.clips import encode, steady


def test_what_was_learnt_can_be_handed_to_another_process(tmp_path: Path) -> None:
    path = encode(tmp_path / "a.mp4", steady(12))
    learnt = known(path)
    sent = pickle.loads(pickle.dumps(learnt))
    assert sent.index.stamp == learnt.index.stamp
    np.testing.assert_array_equal(sent.facts.time_s, learnt.facts.time_s)
    before = [grey for _, grey in FrameReader(path).frames()]
    remember(sent)
    assert known(path) is sent
    for ours, theirs in zip(FrameReader(path).frames(), before, strict=True):
        np.testing.assert_array_equal(ours[1], theirs)


def test_a_changed_file_is_gone_through_again(tmp_path: Path) -> None:
    path = encode(tmp_path / "a.mp4", steady(12))
    old = known(path)
    remember(replace(old))
    encode(path, steady(15))
    assert len(FrameReader(path)) == 15
