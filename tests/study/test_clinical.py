"""Joining what the clinic knows."""

from pathlib import Path

import pytest

from easytear.base.errors import EasyTearError
from easytear.study.clinical import Clinical, join, read_clinical

NAMES = {"v1/S1_OD.mp4": "v1__S1_OD", "v1/S2_OD.mp4": "v1__S2_OD"}
PARTS = {
    "v1/S1_OD.mp4": {"subject": "S1", "eye": "OD"},
    "v1/S2_OD.mp4": {"subject": "S2", "eye": "OD"},
}


def write(folder: Path, text: str) -> Path:
    path = folder / "clinical.csv"
    path.write_text(text, encoding="utf-8-sig")
    return path


def test_joins_by_subject_and_lists_who_stays_alone(tmp_path: Path) -> None:
    path = write(tmp_path, "subject,osdi,group\nS1,12.5,dry\nS9,1,normal\n")
    joined = join(read_clinical(path, ["subject", "eye"], []), NAMES, PARTS)
    assert joined.values == {"v1__S1_OD": {"osdi": 12.5, "group": "dry"}}
    assert joined.rows_alone == ({"subject": "S9"},)
    assert joined.videos_alone == ("v1__S2_OD",)


@pytest.mark.parametrize("video", ["v1/S1_OD.mp4", "S1_OD.mp4", "S1_OD", "v1__S1_OD"])
def test_joins_by_video_however_it_is_named(tmp_path: Path, video: str) -> None:
    path = write(tmp_path, f"video,osdi\n{video},3\n")
    assert join(read_clinical(path, [], []), NAMES, PARTS).values == {"v1__S1_OD": {"osdi": 3.0}}


def test_semicolons_and_decimal_commas_are_read(tmp_path: Path) -> None:
    path = write(tmp_path, "subject;osdi;note\nS1;12,5;a, b\nS2;;\n")
    rows = read_clinical(path, ["subject"], []).rows
    assert rows["S1",] == {"osdi": 12.5, "note": "a, b"}
    assert rows["S2",] == {"osdi": None, "note": None}


def test_a_column_of_the_table_is_not_overwritten(tmp_path: Path) -> None:
    path = write(tmp_path, "subject,flags\nS1,x\n")
    assert read_clinical(path, ["subject"], ["flags"]).rows["S1",] == {"clinical_flags": "x"}


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("osdi\n1\n", "needs a column"),
        ("subject,osdi\nS1,1\nS1,2\n", "two rows for S1"),
        ("subject,osdi\nS1\n", "as many fields"),
        ("subject,subject\nS1,1\n", "name of its own"),
    ],
)
def test_what_cannot_be_joined_is_refused_in_words(tmp_path: Path, text: str, words: str) -> None:
    with pytest.raises(EasyTearError, match=words):
        read_clinical(write(tmp_path, text), ["subject"], [])


def read(tmp_path: Path, text: str) -> Clinical:
    path = tmp_path / "clinic.csv"
    path.write_text(text, encoding="utf-8")
    return read_clinical(path, ("subject",), ("interval",))


@pytest.mark.parametrize("code", ["NaN", "NA", "n.a.", "n/a", "-", ".", "#N/A", "#DIV/0!", ""])
def test_missing_codes_are_empty_cells(tmp_path: Path, code: str) -> None:
    found = read(tmp_path, f"subject,TBUT\nS1,5.5\nS2,{code}\n")
    assert found.columns[0].kind == "number"
    assert found.rows[("S2",)] == {"TBUT": None}


def test_an_infinite_number_is_refused(tmp_path: Path) -> None:
    with pytest.raises(EasyTearError, match="'TBUT' holds an infinite number"):
        read(tmp_path, "subject,TBUT\nS1,5.5\nS2,inf\n")


def test_underscores_make_no_number(tmp_path: Path) -> None:
    assert read(tmp_path, "subject,TBUT\nS1,6_5\n").columns[0].kind == "text"


def test_a_decimal_comma_in_quotes_is_one(tmp_path: Path) -> None:
    found = read(tmp_path, 'subject,TBUT\nS1,"5,5"\nS2,6\n')
    assert found.rows[("S1",)] == {"TBUT": 5.5}


def test_a_column_that_is_nearly_numbers_is_told(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    read(tmp_path, "subject,TBUT\nS1,5.5\nS2,<5\nS3,7\n")
    assert "column 'TBUT' is text because of '<5'" in caplog.text


@pytest.mark.parametrize("name", ["value", "_session", "turn", "first", "index"])
def test_names_of_the_statistics_own_are_changed(tmp_path: Path, name: str) -> None:
    assert read(tmp_path, f"subject,{name}\nS1,a\n").columns[0].name == f"clinical_{name}"
