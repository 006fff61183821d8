"""What the report says of methods on a real clip."""

from typing import Any

from benchmarks.real_clip import ahead_on_clip, clip_cells

NAN = float("nan")
ROWS: list[dict[str, Any]] = [
    {
        "method": "easytear",
        "tracks_5_px": 1.5,
        "tracks_near_share": 1.0,
        "pupil_frames": 4,
        "eye_motion_rms_px": 0.5,
        "lambda_s": 0.9,
    },
    {
        "method": "dis",
        "tracks_5_px": 1.2,
        "tracks_near_share": 0.5,
        "pupil_frames": 2,
        "eye_motion_rms_px": 0.1,
        "lambda_s": 0.1,
    },
    {"method": "openpiv", "tracks_5_px": NAN, "pupil_frames": 0},
]


def test_a_column_for_each_method() -> None:
    head, *lines = clip_cells(ROWS)
    assert head == ["", "EasyTear", "dis", "openpiv"]
    assert lines[0][1:] == ["1.50", "1.20", "-"]
    assert ["4", "2", "0"] in [line[1:] for line in lines]


def test_only_like_is_compared_with_like() -> None:
    assert ahead_on_clip(ROWS) == ["displacement over 5 frames, px: dis 1.20, EasyTear 1.50"]
