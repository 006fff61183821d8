"""The same film in more pixels: the same numbers, in the file's own pixels."""

import shutil
from pathlib import Path

import av
import cv2
import numpy as np
import pytest

from easytear.engine import run
from easytear.engine.scale import reduction_of
from easytear.engine.source import Source
from easytear.request.corrections import Corrections, EllipseEdit
from easytear.request.request import Request
from easytear.request.settings import Settings
from easytear.results import Analysis
from easytear.video import FrameReader
from tests.engine.conftest import ASKED, NORMAL

TIMES = 3


@pytest.fixture(scope="module")
def finer(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The normal sample's beginning in nine times as many pixels."""
    path = tmp_path_factory.mktemp("finer") / "finer.mp4"
    with FrameReader(NORMAL) as reader, av.open(str(path), "w") as container:
        options = {"preset": "ultrafast", "crf": "8"}
        stream = container.add_stream("libx264", rate=30, options=options)
        stream.width, stream.height = 640 * TIMES, 480 * TIMES
        stream.pix_fmt = "yuv420p"
        for _, picture in reader.frames(0, 98, colour=True):
            large = cv2.resize(picture, None, fx=TIMES, fy=TIMES, interpolation=cv2.INTER_CUBIC)
            frame = av.VideoFrame.from_ndarray(np.ascontiguousarray(large), format="bgr24")
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    return path


@pytest.fixture(scope="module")
def both(normal: Analysis, finer: Path) -> tuple[Analysis, Analysis]:
    return normal, run(ASKED, finer)


def test_the_scale_of_the_first_look(finer: Path) -> None:
    found = reduction_of(finer, 57.0)
    assert found is not None
    assert found.ratio == 2.5  # some 49 pixels in a millimetre, three times as many
    small = reduction_of(NORMAL, 57.0)
    assert small is not None
    assert not small.needed


def test_places_are_those_of_the_files_pixels(both: tuple[Analysis, Analysis]) -> None:
    one, other = (analysis.summary.intervals[0] for analysis in both)
    assert one.pupil
    assert other.pupil
    assert one.iris
    assert other.iris
    for name in ("x_px", "y_px"):
        here = (getattr(one.pupil, name) + 0.5) * TIMES - 0.5
        assert getattr(other.pupil, name) == pytest.approx(here, abs=3.0)
    assert other.pupil.rx_px == pytest.approx(one.pupil.rx_px * TIMES, rel=0.03)
    assert other.iris.rx_px == pytest.approx(one.iris.rx_px * TIMES, rel=0.02)
    for analysis, factor in zip(both, (1, TIMES), strict=True):
        tracks = analysis.tracks
        assert tracks["x_px"].max() > 500 * factor
        assert tracks["y_px"].max() > 250 * factor
        assert analysis.front["x_eye_px"].max() > 400 * factor
        columns = analysis.summary.intervals[0].observed.front_x_px
        assert columns is not None
        assert np.diff(columns).max() <= 8.0 + 1e-9
    edge = np.array(other.observed.lower_edge)
    assert edge[:, 0].max() > 550 * TIMES
    shift = [np.ptp(a.frames["eye_dx_px"].dropna().to_numpy()) for a in both]
    assert shift[1] == pytest.approx(TIMES * shift[0], rel=0.3, abs=1.5)


def test_the_law_is_the_same_in_millimetres(both: tuple[Analysis, Analysis]) -> None:
    one, other = (analysis.summary.intervals[0].spread.y for analysis in both)
    assert one is not None
    assert other is not None
    assert other.lambda_s == pytest.approx(one.lambda_s, rel=0.1)
    assert other.rho_mm == pytest.approx(one.rho_mm, rel=0.1)


def test_what_is_drawn_is_in_the_files_pixels(finer: Path) -> None:
    edit = EllipseEdit(
        interval=0, by="test", when="", x_px=930.0, y_px=400.0, rx_px=850.0, ry_px=780.0
    )
    asked = Request(start_s=0.3, end_s=1.4, corrections=Corrections(irises=(edit,)))
    iris = run(asked, finer).summary.intervals[0].iris
    assert iris is not None
    assert iris.rx_px == pytest.approx(850.0)
    assert iris.x_px == pytest.approx(930.0)


def test_the_pages_pictures_are_at_hand(finer: Path, tmp_path: Path) -> None:
    there = finer.with_name("again.mp4")
    shutil.copy(finer, there)  # a file that is not known yet
    working = Settings().video.working_px_per_mm
    source = Source(there, reduction=reduction_of(there, working), place=tmp_path)
    pictures = source.pictures()
    assert pictures is not None
    shown = pictures.colour(60)
    assert shown.shape[0] == int(480 * TIMES / pictures.ratio)
    with FrameReader(there) as reader:
        whole = cv2.resize(reader.read(60, colour=True), shown.shape[1::-1])
    assert np.abs(shown.astype(float) - whole).mean() < 3.0
