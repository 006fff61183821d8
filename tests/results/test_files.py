import json
import math
from pathlib import Path

import pandas as pd
import pytest

from easytear.base.errors import ResultsError
from easytear.request.request import Request
from easytear.results import (
    FRAMES,
    FRONT,
    TRACKS,
    Analysis,
    Area,
    IntervalResult,
    Quality,
    ScaleInfo,
    Spread,
    Summary,
    Velocity,
    VideoInfo,
    empty_table,
    read_results,
    results_folder,
    write_results,
)
from tests.builders import build_analysis


def interval() -> IntervalResult:
    return IntervalResult(
        index=0,
        start_frame=0,
        end_frame=1,
        start_s=0.0,
        end_s=1 / 30,
        blink_before=None,
        pupil=None,
        iris=None,
        region=((1.0, 2.0), (3.0, 2.0), (3.0, 5.5)),
        spread=Spread(y=None, bands=(), x=None, front=None),
        velocity=Velocity(
            mean_mm_s=float("nan"), peak_mm_s=None, time_of_peak_s=None, early_mm_s=math.inf
        ),
        stabilization_s=None,
        streak_angle_deg=12.5,
        area=Area(start_mm2=1.0, end_mm2=2.0, max_mm2=2.0, rate_mm2_s=None, end_fraction=None),
        thickness=None,
        quality=Quality(score=0.25, flags=("no_film",)),
    )


def analysis() -> Analysis:
    video = VideoInfo(
        path="a/Ö <b>.mp4",
        sha256="0" * 64,
        width_px=64,
        height_px=48,
        frame_count=2,
        duration_s=2 / 30,
        fps_mean=30.0,
        variable_frame_rate=False,
        codec="h264",
    )
    summary = Summary(
        video=video,
        software={"easytear": "0"},
        request=Request(),
        calibration=ScaleInfo(mm_per_px=0.02, mm_per_px_sd=None, source="user"),
        intervals=(interval(),),
    )
    frames = pd.DataFrame(
        {
            "frame": [0, 1],
            "time_s": [0.0, 1 / 30],
            "interval": [0, pd.NA],
            "is_blink": [False, True],
        }
    )
    tracks = pd.DataFrame(
        {
            "interval": [0],
            "track_id": [7],
            "frame": [0],
            "time_s": [0.0],
            "x_px": [1.23456],
            "y_px": [2.0],
            "observed": [True],
        }
    )
    return Analysis(summary, frames, tracks, empty_table(FRONT))


def test_columns_come_in_the_order_of_the_format(tmp_path: Path) -> None:
    write_results(analysis(), tmp_path / "v")
    for name, columns in (("frames", FRAMES), ("tracks", TRACKS), ("front", FRONT)):
        header = (tmp_path / "v" / f"{name}.csv").read_text(encoding="utf-8").splitlines()[0]
        assert header.split(",") == list(columns)


def test_unknown_values_are_empty_fields_and_null(tmp_path: Path) -> None:
    write_results(analysis(), tmp_path / "v")
    rows = (tmp_path / "v" / "frames.csv").read_bytes().split(b"\r\n")
    assert rows[1] == b"0,0.0,0,false" + b"," * 13
    assert rows[2] == b"1,0.033333,,true" + b"," * 13
    text = (tmp_path / "v" / "summary.json").read_text(encoding="utf-8")
    data = json.loads(text, parse_constant=lambda word: pytest.fail(f"{word} in JSON"))
    assert data["schema"] == "easytear-results/2"
    assert data["intervals"][0]["velocity"]["early_mm_s"] is None
    assert "Ö <b>" in text


def test_what_was_written_reads_back(tmp_path: Path) -> None:
    write_results(analysis(), tmp_path / "v")
    back = read_results(tmp_path / "v")
    assert back.summary.intervals[0].region == interval().region
    assert back.tracks["x_px"].tolist() == [1.235]
    assert back.tracks["observed"].tolist() == [True]
    assert back.frames["interval"].isna().tolist() == [False, True]
    assert len(back.front) == 0
    write_results(back, tmp_path / "w")
    for path in (tmp_path / "v").iterdir():
        assert path.read_bytes() == (tmp_path / "w" / path.name).read_bytes()


def test_a_failure_leaves_the_older_results_whole(tmp_path: Path) -> None:
    folder = tmp_path / "v"
    write_results(analysis(), folder, lambda aside: aside.joinpath("report.html").touch())
    before = {path.name: path.read_bytes() for path in folder.iterdir()}

    def fail(aside: Path) -> None:
        aside.joinpath("report.html").write_text("half")
        raise RuntimeError("the disk is full")

    with pytest.raises(RuntimeError, match="disk is full"):
        write_results(analysis(), folder, fail)
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == before


def test_an_older_overlay_does_not_outlive_its_results(tmp_path: Path) -> None:
    write_results(analysis(), tmp_path, lambda aside: aside.joinpath("overlay.mp4").touch())
    write_results(analysis(), tmp_path)
    assert not (tmp_path / "overlay.mp4").exists()


def test_results_of_another_version_are_refused(tmp_path: Path) -> None:
    write_results(analysis(), tmp_path)
    path = tmp_path / "summary.json"
    path.write_text(path.read_text().replace("easytear-results/2", "easytear-results/9"))
    with pytest.raises(ResultsError, match="easytear-results/9"):
        read_results(tmp_path)


@pytest.mark.parametrize("content", [None, "", "[1, 2]", '{"schema": "easytear-results/2"}'])
def test_unfinished_results_are_refused_in_a_sentence(tmp_path: Path, content: str | None) -> None:
    if content is not None:
        (tmp_path / "summary.json").write_text(content)
    with pytest.raises(ResultsError) as caught:
        read_results(tmp_path)
    assert str(tmp_path) in str(caught.value)


def test_a_results_folder_that_is_a_link_is_refused(tmp_path: Path) -> None:
    (tmp_path / "victim").mkdir()
    (tmp_path / "victim" / "summary.json").write_text("mine")
    (tmp_path / "eye").symlink_to(tmp_path / "victim")
    with pytest.raises(ResultsError, match="eye: is a link"):
        write_results(build_analysis(), tmp_path / "eye")
    assert (tmp_path / "victim" / "summary.json").read_text() == "mine"


@pytest.mark.parametrize("name", ["...mp4", "....mp4", ".mp4", "..mp4"])
def test_no_video_name_leads_out_of_the_results(tmp_path: Path, name: str) -> None:
    folder = results_folder(tmp_path / name, tmp_path / "OUT")
    assert folder.resolve().parent == tmp_path / "OUT"
