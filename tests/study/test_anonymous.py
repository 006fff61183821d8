"""Nothing in an anonymised study tells whose videos they were, or when they were made."""

import base64
import io
import json
import os
import re
import stat
import unicodedata
from collections.abc import Iterator
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from PIL import Image

from easytear.base.errors import UsageError
from easytear.study.batch import Choices
from easytear.study.hashes import HashMemory
from easytear.study.names import Codes, compile_pattern
from easytear.study.plan import key_folder
from tests.cli.test_batch import batch, finish
from tests.study.conftest import Runner
from tests.study.standins import write_video

SECRETS = (
    *(
        "Mueller",
        "Müller",
        "Zwick",
        "Anna",
        "Berta",
        "2019-03",
        "20190314",
        "14.03.2019",
        "14.03.1951",
        "1.1.1951",
    ),
    *("P<subject>", "clinic.csv", "notes of nurse"),
)
THEN = 1_552_563_296
"""When the recordings were made: 14 March 2019."""


def everything(study: Path) -> Iterator[tuple[str, str]]:
    """Yield all names and texts of a study: files, tables, and what pictures say of themselves."""
    for path in study.rglob("*"):
        yield f"name of {path.name}", str(path.relative_to(study))
        if path.is_dir():
            continue
        data = path.read_bytes()
        yield str(path), data.decode("utf-8", errors="replace")
        yield f"{path} as UTF-16", data.decode("utf-16-le", errors="replace")
        if path.suffix == ".parquet":
            table = pq.read_table(path)
            yield f"{path}, cells", repr(table.to_pylist())
            yield f"{path}, metadata", repr(table.schema.metadata) + str(table.schema)
        for embedded in re.findall(rb"data:image/[a-z]+;base64,([A-Za-z0-9+/=]+)", data):
            picture = Image.open(io.BytesIO(base64.b64decode(embedded)))
            yield f"picture in {path}", repr(picture.info) + repr(dict(picture.getexif()))


def assert_tells_nothing(study: Path, *more: str) -> None:
    """Look for everything of the originals in every byte, and for their times."""
    words = [*SECRETS, str(THEN), *more]
    words += [unicodedata.normalize("NFD", word) for word in words]
    for place, text in everything(study):
        lowered = text.casefold()
        assert not [word for word in words if word.casefold() in lowered], place
    for path in study.rglob("*"):
        told = path.lstat()
        assert all(abs(t - THEN) > 86_400 * 365 for t in (told.st_mtime, told.st_atime)), path


@pytest.fixture
def people(runner: Runner) -> Runner:
    """Videos named after people and days."""
    for name, more in (
        ("Zwick Anna_20190314_OD.mp4", {"lambdas": [0.5], "built": True}),
        ("Mueller Berta_20190321_OS.mp4", {"do": "raise"}),
        ("Müller_20190401_OD.mp4", {"lambdas": [0.7]}),
    ):
        path = write_video(runner.source / "visit1" / name, **more)
        os.utime(path, (THEN, THEN))
    (runner.source / "visit1/Mueller_20190314_OS.mp4").write_text("no video")
    return runner


PATTERN = compile_pattern(r"(?P<visit>visit\d)/(?P<subject>[^_]+)_(?P<date>\d+)_(?P<eye>O[DS])")
CLINIC = (
    "video,subject,Date,birth date,visit,osdi,remarks,eye\n"
    "Zwick Anna_20190314_OD.mp4,Zwick Anna,2019-03-14,14.03.1951,Mueller,12,notes of nurse,OD\n"
    "Mueller Berta_20190321_OS.mp4,Mueller Berta,2019-03-21,1.1.1951,2,8,x,left\n"
    "gone_20190314.mp4,Anna,2019-03-14,,1,3,,OD\n"
)


def test_no_byte_of_an_anonymised_study_tells_who_or_when(people: Runner, tmp_path: Path) -> None:
    clinic = tmp_path / "clinic.csv"
    clinic.write_text(CLINIC)
    choices = Choices(clinical=clinic, allowed=("osdi",))
    for pattern in (None, PATTERN):
        people.study = tmp_path / f"study{pattern is None}"
        record = people.run(choices, anonymise=True, pattern=pattern)
        assert record.counts == {"done": 2, "failed": 2, "waiting": 0}
        assert_tells_nothing(people.study, str(tmp_path), tmp_path.name)
        assert record.clinical is not None
        assert "osdi" in {column.name for column in record.clinical.columns}
        assert "birth date, remarks" in " ".join(people.heard.notes)
        assert [v.name for v in record.videos] == sorted(v.name for v in record.videos)
        values = record.clinical.values
        assert list(values) == sorted(values)
        day = "day" if pattern is None else "clinical_day"
        assert {row[day] for row in values.values()} == {0.0}
        assert all(str(row.get("subject", "S"))[0] == "S" for row in values.values())


def test_what_would_tell_a_person_is_not_allowed_whatever_its_column(
    people: Runner, tmp_path: Path
) -> None:
    clinic = tmp_path / "clinic.csv"
    clinic.write_text(CLINIC.replace("osdi", "seen").replace(",12,", ",14/03/2019,"))
    for column, words in (
        ("birth date", "tells who somebody is"),
        ("seen", "holds dates"),
        ("tbut", "the clinical file has"),
    ):
        with pytest.raises(UsageError, match=words):
            people.run(Choices(clinical=clinic, allowed=(column,)), anonymise=True)
    clinic.write_text(CLINIC.replace("notes of nurse", "sister of Mueller Berta"))
    with pytest.raises(UsageError, match="holds a name"):
        people.run(Choices(clinical=clinic, allowed=("remarks",)), anonymise=True, pattern=PATTERN)


def test_a_log_tells_nothing_while_it_is_written(people: Runner, tmp_path: Path) -> None:
    write_video(people.source / "Zwick Anna_1.mp4", do="hang")
    record = people.run(
        anonymise=True, limits=people.order().limits.model_copy(update={"time_s": 4.0})
    )
    assert record.counts["failed"] == 3
    assert_tells_nothing(people.study)


@pytest.mark.skipif(os.name != "posix", reason="rights are those of POSIX")
def test_the_key_s_folder_is_closed_from_its_first_moment(tmp_path: Path) -> None:
    before = os.umask(0o000)
    try:
        memory = HashMemory(tmp_path / "study-key/hashes.jsonl", private=True)
        memory.add(tmp_path / "Anna.mp4", 1, 2, "abc")
        other = Codes(tmp_path / "other-key/key.csv")
        other.code("video", "Anna")
        other.write()
    finally:
        os.umask(before)
    for key in ("study-key", "other-key"):
        assert stat.S_IMODE((tmp_path / key).stat().st_mode) == 0o700
        for file in (tmp_path / key).iterdir():
            assert stat.S_IMODE(file.stat().st_mode) == 0o600


def test_the_command_says_which_columns_it_left_out(people: Runner, tmp_path: Path) -> None:
    clinic = tmp_path / "clinic.csv"
    clinic.write_text(CLINIC)
    study = tmp_path / "out"
    options = ("--anonymise", "--clinical", str(clinic), "--workers", "1")
    code, _, err = finish(batch(people.source, study, *options, "--allow-column", "birth date"))
    assert (code, "tells who somebody is" in err) == (2, True)
    assert not study.exists() or not any(study.iterdir())
    code, _, err = finish(batch(people.source, study, *options))
    assert code == 3
    assert "left out with --anonymise: birth date, osdi, remarks" in err
    columns = json.loads((study / "study.json").read_text())["clinical"]["columns"]
    assert [column["name"] for column in columns] == ["subject", "day", "visit", "eye"]
    key = key_folder(study)
    assert all(one.stat().st_mode & 0o077 == 0 for one in (key, *key.iterdir()))
