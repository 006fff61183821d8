"""What the speed tables say of measured times and memory."""

from typing import Any

from benchmarks.speed import profile_cells, speed_cells, speed_goals


def _run(seconds: float, memory_mb: float, exit_code: int = 0) -> dict[str, Any]:
    cpu = 1.5 * seconds
    return {
        "seconds": seconds,
        "cpu_seconds": cpu,
        "memory_mb": memory_mb,
        "exit_code": exit_code,
    }


FAILED = _run(1.0, 1.0, 2)
ROWS = [
    {
        "video": "speed-30s",
        "video_s": 30.0,
        "hd": False,
        "decode_s": 1.0,
        "runs": {
            "easytear": _run(12.0, 400.0),
            "original": _run(10.0, 900.0),
            "dis": _run(1, 1, 2),
        },
    },
    {
        "video": "speed-120s",
        "video_s": 120.0,
        "hd": False,
        "decode_s": 4.0,
        "runs": {"easytear": _run(72.0, 620.0)},
    },
    {
        "video": "speed-10s-720p",
        "video_s": 10.0,
        "hd": True,
        "decode_s": 1.0,
        "runs": {"easytear": _run(8.0, 700.0)},
    },
]


def test_goals_are_judged() -> None:
    head, *lines = speed_goals(ROWS)
    assert head == ["", "goal", "measured", "reached"]
    verdicts = {line[0]: (line[2], line[3]) for line in lines}
    assert verdicts["speed-30s: times real time"] == ("2.5", "yes")
    assert verdicts["speed-30s: time over the original method's"] == ("1.2", "no")
    assert verdicts["speed-30s: memory, MB"] == ("400", "yes")
    assert verdicts["speed-120s: times real time"] == ("1.67", "no")
    assert verdicts["speed-120s: memory, MB"] == ("620", "no")
    assert verdicts["speed-10s-720p: times real time"] == ("1.25", "yes")
    pair = "speed-120s over speed-30s"
    assert verdicts[f"{pair}: time for a second of video"] == ("1.5", "no")
    assert verdicts[f"{pair}: memory"] == ("1.55", "no")


def test_every_program_has_a_line() -> None:
    lines = speed_cells(ROWS)[1:]
    assert [line[:3] for line in lines[:4]] == [
        ["speed-30s", "easytear", "12.0"],
        ["speed-30s", "original", "10.0"],
        ["speed-30s", "dis", "failed (2)"],
        ["speed-30s", "decoding alone", "1.0"],
    ]
    assert lines[0][-1] == "12"


def test_profile_is_in_per_cent() -> None:
    assert profile_cells([("track: follow", 0.5)])[1] == ["track: follow", "50.0 %"]
