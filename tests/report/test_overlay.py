from pathlib import Path

import av
import numpy as np
import pytest

from easytear.base.progress import Cancelled
from easytear.report import write_overlay
from easytear.video import FrameReader
from tests.builders import PUPIL, Law, Part, build_analysis
from tests.report.conftest import Case
from tests.video.clips import encode, number_in, steady


def _pupil_centre(picture: np.ndarray) -> np.ndarray:
    y, x = np.nonzero(picture[:330, 150:490].max(axis=2) < 35)
    return np.array([x.mean() + 150, y.mean()])


def test_a_browser_plays_it_at_the_videos_own_times(case: Case, tmp_path: Path) -> None:
    path = tmp_path / "overlay.mp4"
    write_overlay(case.analysis, case.video, path)
    with av.open(str(path)) as container:
        context = container.streams.video[0].codec_context
        assert (context.name, context.pix_fmt) == ("h264", "yuv420p")
    facts = FrameReader(path).facts
    np.testing.assert_allclose(facts.time_s, FrameReader(case.video).facts.time_s, atol=2e-5)


@pytest.mark.parametrize("stabilised", [True, False])
def test_the_eye_is_held_still_when_asked(case: Case, tmp_path: Path, stabilised: bool) -> None:
    path = tmp_path / "overlay.mp4"
    write_overlay(case.analysis, case.video, path, stabilised=stabilised)
    motion = case.analysis.frames[["eye_dx_px", "eye_dy_px"]].to_numpy()
    with FrameReader(path) as reader:
        for frame in (0, 20, 39):
            centre = _pupil_centre(reader.read(frame, colour=True))
            expected = np.array([PUPIL.x_px, PUPIL.y_px]) + (0 if stabilised else motion[frame])
            np.testing.assert_allclose(centre, expected, atol=0.7)


def test_blinks_and_front_can_be_told(case: Case, tmp_path: Path) -> None:
    path = tmp_path / "overlay.mp4"
    write_overlay(case.analysis, case.video, path)
    with FrameReader(path) as reader:
        blink, film, later = (reader.read(k, colour=True) for k in (42, 30, 65))
    assert np.ptp(blink[2, 50:600].astype(int), axis=0).max() < 30  # the frame round a blink
    for picture in (film, later):  # in the first interval, and in the second
        orange = (picture[..., 2] > 180) & (picture[..., 1] > 110) & (picture[..., 0] < 90)
        assert orange[:480].sum() > 200
    assert not ((blink[..., 2] > 180) & (blink[..., 0] < 90)).any()


def test_only_what_was_analysed_is_shown_and_a_second_around_it(tmp_path: Path) -> None:
    part = Part(60, 89, Law(2.0, 0.3, 2.1))
    analysis = build_analysis((part,), frame_count=150)
    analysis.frames.loc[analysis.frames["interval"].isna(), "is_blink"] = False
    video = encode(tmp_path / "long.mp4", steady(150))
    path = tmp_path / "overlay.mp4"
    write_overlay(analysis, video, path)
    with FrameReader(path) as reader:
        assert len(reader) == 30 + 60
        assert number_in(reader.read(0)[:64]) == 30


def test_a_cancelled_overlay_leaves_nothing(case: Case, tmp_path: Path) -> None:
    class Stop:
        def update(self, done: float, total: float, message: str = "") -> None:
            if done > 10:
                raise Cancelled

    with pytest.raises(Cancelled):
        write_overlay(case.analysis, case.video, tmp_path / "overlay.mp4", progress=Stop())
    assert list(tmp_path.iterdir()) == []
