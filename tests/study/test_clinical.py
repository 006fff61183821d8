"""Joining what the clinic knows."""

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

import pytest

from easytear.base.errors import EasyTearError
from easytear.study.clinical import Clinical, Reading, join
from easytear.study.clinical import read_clinical as read_file
from easytear.study.join_report import of_join

NAMES = {"v1/S1_OD.mp4": "v1__S1_OD", "v1/S2_OD.mp4": "v1__S2_OD"}
PARTS = {
    "v1/S1_OD.mp4": {"subject": "S1", "eye": "OD"},
    "v1/S2_OD.mp4": {"subject": "S2", "eye": "OD"},
}


def read_clinical(path: Path, names: Sequence[str], taken: Sequence[str]) -> Clinical:
    return read_file(path, Reading(names, taken))


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


def test_a_column_that_is_nearly_numbers_is_told(tmp_path: Path) -> None:
    told = read(tmp_path, "subject,TBUT\nS1,5.5\nS2,<5\nS3,7\n").told
    assert "column 'TBUT': look at it: is text because of '<5'" in " ".join(told)


def test_what_may_mean_nothing_is_asked_about_and_declared(tmp_path: Path) -> None:
    text = "subject,osdi,age,group\nS1,12,50,dry\nS2,999,-9,Dry\nS3,20,61,DRY\nS4,8,40,n.a.\n"
    found = read(tmp_path, text)
    told = " ".join(found.told)
    assert (
        "999 stands there 1 times, and the statistics take it for missing; give --missing 999"
        in told
    )
    assert "give --missing -9" in told
    assert {row["group"] for row in found.rows.values()} == {"DRY", None}
    assert "'DRY', 'Dry', 'dry' are taken as one" in told
    assert "1 missing ('n.a.' 1 times); levels: DRY 3" in told
    path = tmp_path / "clinic.csv"
    declared = read_file(path, Reading(("subject",), (), ("999", "-9")))
    assert declared.rows["S2",] == {"osdi": None, "age": None, "group": "DRY"}
    assert "look" not in " ".join(t for t in declared.told if "group" not in t)


def test_a_point_for_thousands_is_asked_about(tmp_path: Path) -> None:
    told = " ".join(read(tmp_path, "subject;cells\nS1;1.213\nS2;900,5\n").told)
    assert "'1.213' is read as 1.213" in told


@pytest.mark.parametrize(
    "data",
    [
        b"sep=;\r\nsubject;osdi;;\r\nS1;12,5;;\r\n",
        b'"sep=,"\nsubject,osdi\nS1,12.5\n,\n',
        "subject\tosdi\tZoé\nS1\t12.5\t\n".encode("utf-16"),
        "Subject;osdi;Zoé\nS1;12,5;\n".encode("cp1252"),
        b"SUBJECT,osdi,,,\nS1,12.5,,,\n,,,,\n",
    ],
)
def test_what_spreadsheets_write_is_read(tmp_path: Path, data: bytes) -> None:
    path = tmp_path / "clinic.csv"
    path.write_bytes(data)
    assert read_file(path, Reading(("subject",))).rows["S1",]["osdi"] == 12.5


def test_a_workbook_is_read_and_a_damaged_one_is_one_sentence(tmp_path: Path) -> None:
    openpyxl = pytest.importorskip("openpyxl")
    book = openpyxl.Workbook()
    sheet = book.create_sheet("second")  # the first one is empty
    sheet.append(["Subject", "osdi", "seen", "dry", None])
    sheet.append(["S1", 12.5, datetime(2019, 3, 14), True, None])
    sheet.append([7, "n.a.", datetime(1900, 3, 1), False, None])
    path = tmp_path / "clinic.xlsx"
    book.save(path)
    found = read_file(path, Reading(("subject",)))
    assert found.rows["S1",] == {"osdi": 12.5, "seen": "2019-03-14", "dry": "yes"}
    assert found.rows["7",] == {"osdi": None, "seen": "1900-03-01", "dry": "no"}
    whole = path.read_bytes()
    for data in (whole[:2000], whole[:-200], b"PK\x03\x04", b"\xd0\xcf\x11\xe0" + whole):
        path.write_bytes(data)
        with pytest.raises(EasyTearError, match=r"clinic\.xlsx: "):
            read_file(path, Reading(("subject",)))


def test_two_rows_of_a_subject_are_told_apart_by_the_day(tmp_path: Path) -> None:
    names = {"S1_20190314.mp4": "a", "S1_20190402.mp4": "b", "S1_20200101.mp4": "c"}
    parts = {path: {"subject": "S1", "date": path[3:11]} for path in names}
    path = tmp_path / "clinic.csv"
    path.write_text("subject,date,osdi\nS1,14.03.2019,1\nS1,2019-04-02,2\nS1,1850-01-01,3\n")
    joined = join(read_file(path, Reading(("subject", "date"))), names, parts)
    assert joined.values == {"a": {"osdi": 1.0}, "b": {"osdi": 2.0}}
    assert joined.rows_alone == ({"subject": "S1", "date": "1850-01-01"},)
    with pytest.raises(EasyTearError, match="tell them apart by eye or visit or date"):
        read_file(path, Reading(("subject",)))


def test_the_report_names_the_nearest_of_whom_it_misses(tmp_path: Path) -> None:
    path = tmp_path / "clinic.csv"
    path.write_text("subject,osdi\nP0l,1\nP02,2\nQ99,3\n")
    names = {"P01.mp4": "P01", "P02.mp4": "P02"}
    parts = {file: {"subject": Path(file).stem} for file in names}
    clinical = read_file(path, Reading(("subject",)))
    said = list(of_join(clinical, join(clinical, names, parts), names, parts))
    assert said[0].endswith("1 of 3 rows, joined by subject, meet 1 of 2 videos")
    assert "  row 'P0l' has no video; the nearest is 'P01'" in said
    assert "  row 'Q99' has no video" in said
    assert "  video P01.mp4 has no row; the nearest is 'P0l'" in said


@pytest.mark.parametrize("name", ["value", "_session", "turn", "first", "index"])
def test_names_of_the_statistics_own_are_changed(tmp_path: Path, name: str) -> None:
    assert read(tmp_path, f"subject,{name}\nS1,a\n").columns[0].name == f"clinical_{name}"
