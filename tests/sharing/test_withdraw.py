"""A person who withdraws is gone from study, tables, pages, key and datasets, and stays away."""

import csv
import json
import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from easytear.base.errors import UsageError
from easytear.sharing.withdraw import withdraw
from easytear.study.batch import Choices
from easytear.study.names import Codes
from tests.sharing.conftest import PATTERN
from tests.sharing.test_share import easytear, everything, shared
from tests.study.conftest import Runner
from tests.study.standins import write_video

GONE = ("Mueller", "Berta", "20190321", "20190328", "14.03.51")


def places_of(folder: Path, *words: str) -> list[str]:
    return [
        place
        for place, text in everything(folder)
        if any(re.search(rf"(?<![a-z0-9]){re.escape(w)}(?![a-z0-9])", text, re.I) for w in words)
    ]


def rows(study: Path) -> list[dict[str, str]]:
    with (study / "study.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def digests_of(study: Path, subject: str) -> Iterator[str]:
    for video in json.loads((study / "study.json").read_text())["videos"]:
        if video["parts"].get("subject") == subject:
            yield video["sha256"]


@pytest.fixture
def people(runner: Runner) -> Runner:
    """A study of stand-in recordings, two of them of one person."""
    for name, more in (
        ("visit1/Zwick Anna_20190314_OD.mp4", {"lambdas": [0.5]}),
        ("visit1/Mueller Berta_20190321_OS.mp4", {"lambdas": [0.6]}),
        ("visit2/Mueller Berta_20190328_OS.mp4", {"do": "raise"}),
    ):
        write_video(runner.source / name, **more)
    return runner


def clinic(runner: Runner) -> Choices:
    path = runner.source.parent / "clinic.csv"
    path.write_text(
        "subject,visit,osdi\nZwick Anna,visit1,12\nMueller Berta,visit1,8\nMueller Berta,visit9,3\n"
    )
    return Choices(clinical=path)


@pytest.mark.parametrize("anonymise", [False, True])
def test_nothing_of_the_person_is_left_and_the_others_stay(people: Runner, anonymise: bool) -> None:
    people.run(clinic(people), pattern=PATTERN, anonymise=anonymise)
    study, key = people.study, people.study.with_name("study-key")
    out = shared(study, study.with_name("data"))
    assert easytear("share", study, "-o", study.with_name("waits"), "-q").exit_code == 3
    codes = Codes(key / "key.csv")
    code = codes.code("subject", "Mueller Berta")
    paths = ("visit1/Mueller Berta_20190321_OS.mp4", "visit2/Mueller Berta_20190328_OS.mp4")
    gone = (*GONE, code, *(codes.code("video", path) for path in paths))
    digests = tuple(digests_of(study, code if anonymise else "Mueller Berta"))
    before = [
        row
        for row in rows(study)
        if row["subject"] in ("Zwick Anna", codes.code("subject", "Zwick Anna"))
    ]
    assert all(places_of(place, *gone) for place in (study, out))

    ended = easytear(
        "withdraw", study, "--subject", code if anonymise else "Mueller Berta", "--yes"
    )

    assert ended.exit_code == 0, ended.output
    for place in (study, out):
        assert places_of(place, *gone, *digests) == []
    for file in ("key.csv", "shared.json", *(["hashes.jsonl"] if anonymise else [])):
        assert not re.search("|".join(map(re.escape, (*GONE, *digests))), (key / file).read_text())
    assert not study.with_name("waits-review").exists()
    assert [row["spread_y_lambda_s"] for row in rows(study)] == [before[0]["spread_y_lambda_s"]]
    assert len(rows(out)) == 1
    assert json.loads((out / "manifest.json").read_text())["withdrawn"] == 1
    assert "One person has withdrawn" in (out / "README.md").read_text()
    assert easytear("check-privacy", out).exit_code == 0
    receipt = json.loads(next((study / "withdrawals").iterdir()).read_text())
    assert receipt["videos_removed"] == 2
    assert receipt["datasets_changed"] == 1


@pytest.mark.parametrize("anonymise", [False, True])
def test_later_runs_leave_the_person_out_under_any_name(people: Runner, anonymise: bool) -> None:
    people.run(clinic(people), pattern=PATTERN, anonymise=anonymise)
    who = "Mueller Berta"
    if anonymise:
        who = Codes(people.study.with_name("study-key") / "key.csv").code("subject", who)
    withdraw(people.study, who)
    shutil.copy(
        people.source / "visit1/Mueller Berta_20190321_OS.mp4",
        people.source / "visit1/Neu_20200101_OD.mp4",
    )
    write_video(people.source / "visit3/Mueller Berta_20190401_OD.mp4", lambdas=[0.9])
    record = people.run(clinic(people), pattern=PATTERN, anonymise=anonymise)
    assert len(record.videos) == 1
    assert not people.heard.outcomes
    assert {reason for _, reason in people.heard.skipped} == {"withdrawn from the study"}
    assert len(people.heard.skipped) == 4
    assert record.clinical is not None
    assert record.clinical.rows_alone == ()
    assert places_of(people.study, *GONE) == []


def test_what_others_put_into_a_folder_is_left_and_said(people: Runner) -> None:
    people.run(pattern=PATTERN)
    folder = people.study / "videos/visit1__Mueller Berta_20190321_OS"
    (folder / "my notes.txt").write_text("mine")
    ended = easytear("withdraw", people.study, "--subject", "Mueller Berta", "--yes")
    assert ended.exit_code == 3
    assert "my notes.txt" in ended.output
    assert [path.name for path in folder.iterdir()] == ["my notes.txt"]


def test_nothing_behind_a_link_is_removed(people: Runner, tmp_path: Path) -> None:
    people.run(pattern=PATTERN)
    folder = people.study / "videos/visit1__Mueller Berta_20190321_OS"
    elsewhere = tmp_path / "elsewhere"
    folder.rename(elsewhere)
    folder.symlink_to(elsewhere)
    withdraw(people.study, "Mueller Berta")
    assert (elsewhere / "summary.json").exists()


def test_a_dataset_that_is_elsewhere_is_said_and_can_be_gone_through_there(people: Runner) -> None:
    people.run(pattern=PATTERN)
    out = shared(people.study, people.study.with_name("data"))
    moved = out.rename(out.with_name("stick"))
    code = Codes(people.study.with_name("study-key") / "key.csv").code("subject", "Mueller Berta")
    ended = easytear("withdraw", people.study, "--subject", "Mueller Berta", "--yes")
    assert ended.exit_code == 3
    assert "not where it was put" in ended.output
    assert places_of(moved, code)
    assert easytear("withdraw", moved, "--subject", code, "--yes").exit_code == 0
    assert places_of(moved, code) == []


def test_an_unknown_name_changes_nothing(people: Runner) -> None:
    people.run(pattern=PATTERN)
    before = people.table()
    with pytest.raises(UsageError, match="is nobody"):
        withdraw(people.study, "Schmidt")
    assert people.table() == before
    assert not (people.study.with_name("study-key") / "withdrawn.json").exists()


def test_the_last_person_can_withdraw_and_without_subjects_a_video_does(runner: Runner) -> None:
    write_video(runner.source / "Anna_1.mp4", lambdas=[0.5])
    runner.run(pattern=None)
    report = withdraw(runner.study, "Anna_1")
    assert (report.videos, report.still) == (1, [])
    assert rows(runner.study) == []
    assert places_of(runner.study, "Anna_1") == []
