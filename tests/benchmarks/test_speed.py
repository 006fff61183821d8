"""What the speed tables say of measured times and memory."""

from pathlib import Path
from typing import Any

from benchmarks.page import Section, update_docs
from benchmarks.speed import profile_cells, speed_cells, speed_goals
from benchmarks.speed_rows import batch_cells, long_cells, pace_cells


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


def test_a_profile_stands_beside_an_earlier_one() -> None:
    cells = profile_cells([("track: follow", 0.2), ("the rest", 0.1)], [("track: follow", 0.5)])
    assert cells[0] == ["part", "share before", "share now"]
    assert cells[1:] == [["track: follow", "50.0 %", "20.0 %"], ["the rest", "less", "10.0 %"]]


def test_a_study_is_told_with_one_worker_and_two() -> None:
    cells = batch_cells({"1": _run(36.0, 300.0), "2": _run(20.0, 600.0)})
    assert cells[1] == ["1", "36.0", "54.0", "300", "267"]
    assert cells[-1][0] == "one over two: 1.80 (goal 1.8)"
    assert batch_cells({"1": FAILED, "2": FAILED})[1] == ["failed (2, 2)"]


def test_large_and_long_videos_that_fail_are_told() -> None:
    row = {"name": "large", "goal": 1.0, "video_s": 10.0}
    assert pace_cells([row | _run(8.0, 400.0)])[1][1] == "1.25"
    assert pace_cells([row | FAILED])[1][1] == "failed"
    assert long_cells([row | _run(8.0, 400.0)])[1][1] == "400"
    assert long_cells([row | FAILED])[1][1] == "failed"


def test_sections_of_a_page_are_written_anew(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text("# Page\n\n## One\n\nold\n\n## Two\n\nstays\n", encoding="utf-8")
    update_docs(page, [Section("One", ("new",)), Section("More", ("added",), [["a"], ["1"]])])
    text = page.read_text(encoding="utf-8")
    added = "## More\n\nadded\n\n| a |\n| --- |\n| 1 |\n\n"
    assert text == f"# Page\n\n## One\n\nnew\n\n{added}## Two\n\nstays\n"
