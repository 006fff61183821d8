"""Studies from beginning to end, with real worker processes and stand-in analyses."""

import csv
import json
import shutil
from pathlib import Path

import pytest

from easytear.base.errors import EasyTearError, ResultsError
from easytear.request.settings import Settings
from easytear.results import read_summary
from easytear.study.batch import Choices, again
from easytear.study.lock import StudyBusyError, study_lock
from easytear.study.plan import hash_memory, key_folder, make_plan
from easytear.study.tasks import Limits
from tests.study.conftest import Runner
from tests.study.standins import write_video


def rows(runner: Runner) -> list[dict[str, str]]:
    with (runner.study / "study.csv").open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def changed_settings(group: str, **values: float) -> Settings:
    part = getattr(Settings(), group).model_copy(update=values)
    return Settings().model_copy(update={group: part})


def test_every_way_to_fail_costs_its_own_row_and_nothing_else(runner: Runner) -> None:
    for name in ("a", "z"):
        write_video(runner.source / f"{name}.mp4", lambdas=[0.5, 0.6])
    for what in ("crash", "exit", "hang", "eat", "raise"):
        write_video(runner.source / f"{what}.mp4", do=what)
    (runner.source / "letter.mp4").write_text("not a video")
    record = runner.run(limits=Limits(time_s=6.0, memory_mb=700.0))
    assert record.counts == {"done": 2, "failed": 6, "waiting": 0}
    errors = {row["video"]: row["error"] for row in rows(runner)}
    assert "SIGSEGV" in errors["crash"]
    assert "exit code 7" in errors["exit"]
    assert "6 s of --time-limit" in errors["hang"]
    assert "700 MB of --memory-limit" in errors["eat"]
    assert "something nobody thought of" in errors["raise"]
    assert "not a video that can be opened" in errors["letter"]
    assert errors["a"] == errors["z"] == ""
    assert "Traceback" in (runner.study / "videos/raise/log.txt").read_text()
    assert "Segmentation fault" in (runner.study / "videos/crash/log.txt").read_text()
    assert sum(row["video"] == "a" for row in rows(runner)) == 2
    assert not list((runner.study / "videos").glob("*/.*"))


def test_what_is_done_is_known_by_content_and_settings_not_by_dates(runner: Runner) -> None:
    first = write_video(runner.source / "v1/a.mp4", lambdas=[0.5])
    write_video(runner.source / "v2/a.mp4", lambdas=[0.7])
    runner.run()
    assert sorted(runner.heard.begun) == ["v1__a", "v2__a"]
    before = runner.table()

    first.touch()
    runner.run()
    assert runner.heard.begun == []
    assert runner.table() == before

    write_video(first, lambdas=[0.9])
    runner.run()
    assert runner.heard.begun == ["v1__a"]

    changed = changed_settings("blinks", min_interval_s=0.7)
    runner.run(settings=changed)
    assert sorted(runner.heard.begun) == ["v1__a", "v2__a"]
    runner.run(Choices(min_quality=0.95), settings=changed)
    assert runner.heard.begun == []
    assert {row["left_out"] for row in rows(runner)} == {"quality below 0.95"}


def test_what_names_tell_stands_in_requests_but_not_where_names_are_hidden(runner: Runner) -> None:
    write_video(runner.source / "S01_OD_V2.mp4", lambdas=[0.5])
    write_video(runner.source / "other.mp4", lambdas=[0.5])
    runner.run()
    places = runner.study / "videos"
    told = {"subject": "S01", "eye": "OD", "visit": "V2"}
    assert read_summary(places / "S01_OD_V2").request.labels == told
    assert read_summary(places / "other").request.labels == {}
    runner.study = runner.study.with_name("hidden")
    record = runner.run(anonymise=True)
    assert all(
        not read_summary(runner.study / "videos" / v.name).request.labels for v in record.videos
    )
    assert {"S01", None} & {video.parts.get("subject") for video in record.videos} == {None}


def test_a_moved_or_copied_video_takes_its_results_along(runner: Runner, tmp_path: Path) -> None:
    counted = tmp_path / "count"
    video = write_video(runner.source / "a.mp4", lambdas=[0.5], count_in=str(counted))
    runner.run()
    (runner.source / "new").mkdir()
    shutil.copy(video, runner.source / "new/b.mp4")
    video.replace(runner.source / "new/a.mp4")
    runner.run()
    assert counted.read_text().splitlines() == ["a"]
    assert [row["video_path"] for row in rows(runner)] == ["new/a.mp4", "new/b.mp4"]
    summary = json.loads((runner.study / "videos/new__b/summary.json").read_text())
    assert summary["video"]["path"] == "new/b.mp4"


def test_settings_that_only_measure_need_no_second_look(runner: Runner, tmp_path: Path) -> None:
    counted = tmp_path / "count"
    write_video(runner.source / "a.mp4", built=True, count_in=str(counted))
    runner.run()
    strict = changed_settings("quality", low_score=0.99)
    runner.run(Choices(min_quality=0.99), settings=strict)
    assert runner.heard.begun == ["a"]
    assert counted.read_text().splitlines() == ["a"]
    summary = read_summary(runner.study / "videos/a")
    assert summary.request.settings.quality.low_score == 0.99
    assert all("low_quality" in interval.quality.flags for interval in summary.intervals)
    runner.run(Choices(min_quality=0.99), settings=strict)
    assert runner.heard.begun == []


def test_failed_videos_stay_failed_until_somebody_asks(runner: Runner) -> None:
    write_video(runner.source / "a.mp4", do="raise")
    write_video(runner.source / "b.mp4")
    runner.run()
    runner.run()
    assert runner.heard.begun == []
    runner.run(retry_failed=True)
    assert runner.heard.begun == ["a"]


def test_a_wider_limit_is_a_new_chance(runner: Runner) -> None:
    write_video(runner.source / "a.mp4", do="hang")
    runner.run(limits=Limits(time_s=0.2, memory_mb=2000.0))
    runner.run(limits=Limits(time_s=0.2, memory_mb=3000.0))
    assert runner.heard.begun == []
    runner.run(limits=Limits(time_s=0.3, memory_mb=2000.0))
    assert runner.heard.begun == ["a"]


def test_an_asked_for_stop_lets_running_videos_end_and_leaves_a_valid_study(runner: Runner) -> None:
    for i in range(6):
        write_video(runner.source / f"{i}.mp4", work_s=0.2)
    runner.heard.on_start = lambda name: runner.stop.ask()
    record = runner.run(workers=1)
    assert record.counts == {"done": 1, "failed": 0, "waiting": 5}
    assert [row["video"] for row in rows(runner)] == ["0"]
    assert "5 more are still to be analysed" in (runner.study / "study.html").read_text()


def test_a_second_wish_to_stop_does_not_wait(runner: Runner) -> None:
    write_video(runner.source / "a.mp4", do="hang")

    def twice(name: str) -> None:
        runner.stop.ask()
        runner.stop.ask()

    runner.heard.on_start = twice
    record = runner.run()
    assert record.counts["waiting"] == 1
    assert rows(runner) == []


def test_without_a_fork_every_video_has_a_process_of_its_own_too(runner: Runner) -> None:
    write_video(runner.source / "a.mp4", do="crash")
    write_video(runner.source / "b.mp4")
    record = runner.run(fork=False, workers=1)
    assert {v.name: v.state for v in record.videos} == {"a": "failed", "b": "done"}


def test_a_study_in_use_is_left_alone(runner: Runner) -> None:
    write_video(runner.source / "a.mp4")
    runner.run()
    before = runner.table()
    write_video(runner.source / "b.mp4")
    with study_lock(runner.study), pytest.raises(StudyBusyError):
        runner.run()
    assert runner.table() == before


def test_a_plan_writes_nothing(runner: Runner) -> None:
    write_video(runner.source / "a.mp4")
    order = runner.order(anonymise=True)
    plan = make_plan(order, hash_memory(order, keep=False))
    assert [task.name for task in plan.tasks] == [plan.entries[0].name]
    assert not runner.study.exists()
    assert not key_folder(runner.study).exists()


def test_anonymised_nothing_in_the_study_tells_a_name(runner: Runner, tmp_path: Path) -> None:
    write_video(runner.source / "Meyer_20260301/S1_OD_V1.mp4", lambdas=[0.5])
    write_video(runner.source / "Meyer_20260301/S2_OD_V1.mp4", do="raise")
    (runner.source / "Meyer_20260301/S3_OD_V1.mp4").write_text("no video")
    clinical = tmp_path / "clinical.csv"
    clinical.write_text("subject,osdi\nS1,3\nS44,5\n")
    choices = Choices(clinical=clinical, allowed=("osdi",))
    runner.run(choices, anonymise=True)
    first = runner.table()
    names = ("Meyer", "S1_OD", "S2_OD", "S44", str(tmp_path))
    for path in runner.study.rglob("*"):
        assert not any(name in path.name for name in names)
        if path.is_file() and path.suffix != ".parquet":
            text = path.read_text(encoding="utf-8", errors="replace")
            assert not [name for name in names if name in text], path
    key = (key_folder(runner.study) / "key.csv").read_text()
    assert "Meyer_20260301/S1_OD_V1.mp4" in key
    assert "S44" in key
    assert {row["osdi"] for row in rows(runner)} == {"3.0", ""}
    runner.run(choices, anonymise=True)
    assert runner.table() == first
    with pytest.raises(EasyTearError, match="anonymise"):
        runner.run()


def test_tables_and_page_come_again_from_results_alone(runner: Runner, tmp_path: Path) -> None:
    for s in range(6):
        write_video(runner.source / f"S{s}_OD_V1.mp4", lambdas=[0.5 + 0.1 * s])
    clinical = tmp_path / "clinical.csv"
    lines = [f"S{s},{'ab'[s % 2]},{'xy'[s // 3]}" for s in range(6)]
    clinical.write_text("\n".join(["subject,one,two", *lines]))
    runner.run(Choices(clinical=clinical))
    table = runner.table()
    shutil.rmtree(runner.source)
    clinical.unlink()
    for name in ("study.csv", "study.parquet", "study.html"):
        (runner.study / name).unlink()
    again(runner.study, by="two")
    assert runner.table() == table
    page = (runner.study / "study.html").read_text()
    assert "By two" in page
    assert "By one" not in page
    with pytest.raises(EasyTearError, match="no such column"):
        again(runner.study, by="three")


@pytest.mark.parametrize("name", ["../other", "/etc", ".", "a/b"])
def test_a_record_whose_names_lead_elsewhere_is_no_record(tmp_path: Path, name: str) -> None:
    record = {"source": None, "anonymised": False, "settings_sha256": "", "fingerprint": ""}
    record |= {"analyser": "", "analysed_with": "", "videos": [{"name": name, "path": "a"}]}
    (tmp_path / "study.json").write_text(json.dumps(record))
    with pytest.raises(ResultsError, match=r"study\.json: cannot be read"):
        again(tmp_path)


def test_names_in_the_page_are_text_and_not_markup(runner: Runner) -> None:
    write_video(runner.source / "<script>alert(1)<script>.mp4")
    (runner.source / "x<b>y.mp4").write_text("no video")
    runner.run()
    page = (runner.study / "study.html").read_text()
    assert "<b>y" not in page
    assert "alert(1)<" not in page


def test_an_empty_folder_is_told_in_a_sentence(runner: Runner) -> None:
    (runner.source / "notes.txt").touch()
    with pytest.raises(EasyTearError, match="holds no videos"):
        runner.run()


def test_anonymised_no_time_of_a_recording_is_kept_and_the_key_is_for_one_alone(
    runner: Runner,
) -> None:
    write_video(runner.source / "S1_OD_V1.mp4")
    runner.run(Choices(), anonymise=True)
    stamp = str((runner.source / "S1_OD_V1.mp4").stat().st_mtime_ns)
    texts = [p.read_bytes() for p in runner.study.rglob("*") if p.is_file()]
    assert not any(stamp.encode() in text for text in texts)
    key = runner.study.with_name(f"{runner.study.name}-key")
    assert key.stat().st_mode & 0o077 == 0
    assert all(p.stat().st_mode & 0o077 == 0 for p in key.iterdir())
    options = json.loads((runner.study / "study.json").read_text())["options"]
    assert (options["name_pattern"], options["glob"]) == (None, [])
