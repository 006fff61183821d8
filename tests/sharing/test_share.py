"""A dataset holds the numbers and nobody's name, and a person looks at it before it exists."""

import base64
import csv
import gzip
import io
import json
import os
import re
import shutil
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
import pytest
from PIL import Image
from typer.testing import CliRunner

from easytear.base.errors import EasyTearError, UsageError
from easytear.cli.app import app
from easytear.results import read_results
from easytear.sharing.check import check_folder
from easytear.sharing.clean import clean_summary
from easytear.sharing.finds import Wanted
from easytear.sharing.masked import FILL
from easytear.study.hashes import sha256_of
from easytear.video import FrameReader
from tests.builders import build_analysis
from tests.sharing.conftest import BOX, SECRETS, THEN
from tests.study.conftest import Runner

EMBEDDED = re.compile(rb"data:image/[a-z]+;base64,([A-Za-z0-9+/=]+)")


@dataclass(frozen=True)
class Ended:
    exit_code: int
    output: str


def easytear(*arguments: str | Path) -> Ended:
    """Run a command as `main` does: what a person can mend is a sentence and an exit code."""
    done = CliRunner().invoke(app, [str(one) for one in arguments])
    if isinstance(done.exception, EasyTearError):
        code = 2 if isinstance(done.exception, UsageError) else 1
        return Ended(code, f"{done.output}{done.exception}")
    assert isinstance(done.exception, SystemExit | None), done.exception
    return Ended(done.exit_code, done.output)


def everything(folder: Path) -> Iterator[tuple[str, str]]:
    """Yield all names and texts of a folder, in every code, and what pictures say of themselves."""
    for path in folder.rglob("*"):
        yield f"name of {path.name}", str(path.relative_to(folder))
        if path.is_dir():
            continue
        data = path.read_bytes()
        for embedded in EMBEDDED.findall(data):
            picture = Image.open(io.BytesIO(base64.b64decode(embedded)))
            yield f"picture in {path}", repr(picture.info) + repr(dict(picture.getexif()))
        data = EMBEDDED.sub(b"", data)  # four letters stand in it by chance
        yield str(path), data.decode("utf-8", errors="replace")
        yield f"{path} as UTF-16", data.decode("utf-16-le", errors="replace")
        if path.suffix == ".parquet":
            table = pq.read_table(path)
            yield f"{path}, cells", repr(table.to_pylist()) + repr(table.schema.metadata)
        if path.suffix == ".gz":
            yield f"{path}, inside", gzip.decompress(data).decode(errors="replace")


def assert_tells_nothing(folder: Path, *more: str) -> None:
    """Look for everything of the originals in every byte, and for their times."""
    words = [*SECRETS, *more]
    words += [unicodedata.normalize("NFD", word) for word in words]
    for place, text in everything(folder):
        lowered = text.casefold()
        assert not [word for word in words if word.casefold() in lowered], place
    for path in folder.rglob("*"):
        assert abs(path.lstat().st_mtime - THEN) > 86_400 * 365, path


@pytest.fixture(scope="module")
def given(told: Runner, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A dataset without recordings; nobody changes it."""
    place = tmp_path_factory.mktemp("given")
    about = place / "about.md"
    about.write_text("Collected with consent.")
    options = ("--about", str(about), "--author", "The film group", "--licence", "CC-BY-4.0")
    return shared(Path(shutil.copytree(told.study, place / "study")), place / "data", *options)


@pytest.fixture
def study(told: Runner, tmp_path: Path) -> Path:
    return Path(shutil.copytree(told.study, tmp_path / "study"))


def code_on(page: Path) -> str:
    found = re.search(r'class="confirm">([0-9A-F]{8})<', page.read_text(encoding="utf-8"))
    assert found is not None
    return found[1]


def shared(study: Path, out: Path, *options: str) -> Path:
    """Share as a person does: make it, look, give the code."""
    made = easytear("share", study, "-o", out, "-q", "--allow-column", "osdi", *options)
    assert made.exit_code == 3, made.output
    assert not out.exists()
    code = code_on(out.with_name(f"{out.name}-review") / "review.html")
    done = easytear("share", study, "-o", out, "--confirm", code)
    assert done.exit_code == 0, done.output
    return out


def test_a_dataset_holds_the_numbers_and_tells_nobody(given: Path) -> None:
    out, study = given, given.with_name("study")
    assert_tells_nothing(out, str(given.parent), given.parent.name)
    assert not out.with_name("data-review").exists()
    before = list(csv.DictReader((study / "study.csv").open(encoding="utf-8")))
    after = list(csv.DictReader((out / "study.csv").open(encoding="utf-8")))
    assert len(after) == 3
    numbers = [name for name in before[0] if name.startswith("spread_")]
    assert sorted([row[n] for n in numbers] for row in after) == sorted(
        [row[n] for n in numbers] for row in before
    )
    assert {row["osdi"] for row in after} == {"12.0", "8.0", ""}
    assert sorted(row["day"] for row in after) == ["0", "0", "7"]
    assert {row["error"] for row in after} == {"", "unexpected"}
    assert easytear("check-privacy", out).exit_code == 0
    assert not list(out.rglob("*.mp4"))


def test_what_describes_a_dataset_is_right(given: Path) -> None:
    out = given
    for line in (out / "checksums.sha256").read_text().splitlines():
        digest, name = line.split("  ")
        assert sha256_of(out / name) == digest
    listed = {line.split("  ")[1] for line in (out / "checksums.sha256").read_text().splitlines()}
    there = {p.relative_to(out).as_posix() for p in out.rglob("*") if p.is_file()}
    assert {name for name in there - listed if "made-by" not in name} == {"checksums.sha256"}
    package = json.loads((out / "datapackage.json").read_text())
    table = next(one for one in package["resources"] if one["path"] == "study.csv")
    header = (out / "study.csv").read_text(encoding="utf-8").splitlines()[0]
    assert [field["name"] for field in table["schema"]["fields"]] == header.split(",")
    for one in package["resources"]:
        paths = one["path"] if isinstance(one["path"], list) else [one["path"]]
        assert all((out / path).is_file() for path in paths)
    card = (out / "README.md").read_text()
    assert card.startswith("---\npretty_name:")
    assert "Collected with consent." in card
    assert "3 videos (1 could not be analysed), 2 subjects" in card
    assert "The film group" in (out / "CITATION.cff").read_text()


def test_writing_is_covered_in_every_frame_and_nothing_else_goes_along(
    study: Path, tmp_path: Path
) -> None:
    out = shared(study, tmp_path / "data", "--videos", "masked")
    assert_tells_nothing(out, str(tmp_path))
    videos = sorted(out.rglob("video.mp4"))
    assert len(videos) == 2
    x, y, w, h = BOX
    for video in videos:
        with FrameReader(video) as reader:
            assert len(reader) == 36
            for _, picture in reader.frames():
                covered = picture[y : y + h, x : x + w].astype(int)
                assert np.abs(covered - FILL).max() < 12
                assert picture[200:400].std() > 5
        page = (video.parent / "report.html").read_text(encoding="utf-8")
        assert "data:image/jpeg" in page
    assert check_folder(out, Wanted(SECRETS)) == []


def test_videos_as_they_are_lose_all_but_their_pictures(study: Path, tmp_path: Path) -> None:
    made = easytear("share", study, "-o", tmp_path / "data", "-q", "--videos", "as-is")
    assert made.exit_code == 3, made.output
    draft = tmp_path / "data-review"
    assert_tells_nothing(draft / "dataset", str(tmp_path))
    page = (draft / "review.html").read_text(encoding="utf-8")
    assert "Pictures in which writing may still stand" in page


def test_nothing_is_shared_without_the_page_s_code(study: Path, tmp_path: Path) -> None:
    out = tmp_path / "data"
    assert easytear("share", study, "-o", out, "--confirm", "12345678").exit_code == 2
    assert easytear("share", study, "-o", out, "-q").exit_code == 3
    page = tmp_path / "data-review/review.html"
    assert easytear("share", study, "-o", out, "--confirm", "12345678").exit_code == 2
    code = code_on(page)
    changed = tmp_path / "data-review/dataset/README.md"
    changed.write_text(changed.read_text() + "by Anna Zwick")
    assert easytear("share", study, "-o", out, "--confirm", code).exit_code == 2
    assert not out.exists()
    (tmp_path / "else").mkdir()
    assert easytear("share", study, "-o", tmp_path / "else").exit_code == 2
    assert easytear("share", study, "-o", study / "inside").exit_code == 2


def test_a_folder_that_is_not_ours_is_left_alone(study: Path, tmp_path: Path) -> None:
    draft = tmp_path / "data-review"
    draft.mkdir()
    (draft / "thesis.txt").write_text("mine")
    assert easytear("share", study, "-o", tmp_path / "data", "-q").exit_code == 1
    assert (draft / "thesis.txt").read_text() == "mine"


def test_what_would_tell_somebody_stops_it_and_leaves_nothing(study: Path, tmp_path: Path) -> None:
    page = study / "settings.toml"
    page.write_text(page.read_text() + "# as Mueller Berta wanted it, 14.03.2019\n")
    made = easytear("share", study, "-o", tmp_path / "data", "-q")
    assert made.exit_code == 1
    assert "settings.toml" in made.output
    assert not (tmp_path / "data-review").exists()


def test_masked_needs_the_recordings(study: Path, told: Runner, tmp_path: Path) -> None:
    record = json.loads((study / "study.json").read_text())
    record["source"] = str(tmp_path / "moved away")
    (study / "study.json").write_text(json.dumps(record))
    made = easytear("share", study, "-o", tmp_path / "data", "-q", "--videos", "masked")
    assert made.exit_code == 1
    made = easytear(
        *("share", study, "-o", tmp_path / "data", "-q", "--videos", "masked"),
        *("--source", told.source, "--mask", "600,440,40,40"),
    )
    assert made.exit_code == 3
    video = next((tmp_path / "data-review").rglob("video.mp4"))
    with FrameReader(video) as reader:
        assert np.abs(reader.read(20)[446:474, 606:634].astype(int) - FILL).max() < 12


def test_no_word_of_a_person_stays_in_a_summary() -> None:
    whole = build_analysis().summary
    data = json.loads(whole.model_dump_json(by_alias=True))
    data["later"] = {"note": "Zwick"}
    data["intervals"][0]["later"] = "Zwick"
    data["intervals"][0]["extra"] = {"a.b": {"text": "Zwick", "value": 1.5}}
    data["intervals"][0]["excluded"] = {"reason": "Zwick moved", "by": "Dr. House", "when": "2019"}
    data["request"]["labels"] = {"notes": "Zwick", "visit": "Zwick", "eye": "OD", "device": "Zwick"}
    data["request"]["corrections"] = [
        {"kind": "exclusion", "interval": 1, "reason": "Zwick", "by": "Dr. House", "when": "2019"},
        {"kind": "interval", "interval": 0, "start_frame": 1, "end_frame": 9, "by": "Zwick"},
    ]
    data["software"]["host"] = "Zwick"
    told = clean_summary(type(whole).model_validate(data), "V1")
    text = told.model_dump_json(by_alias=True)
    assert not re.search("Zwick|House|2019|eye.mp4", text)
    again = type(whole).model_validate_json(text)
    assert again.intervals[0].spread == whole.intervals[0].spread
    assert again.request.labels == {"eye": "OD"}
    assert again.intervals[0].extra == {"a.b": {"value": 1.5}}


def test_a_dataset_is_no_study_to_go_on_with(given: Path, told: Runner) -> None:
    assert easytear("batch", told.source, "-o", given, "--anonymise", "-q").exit_code == 1
    results = next(p for p in (given / "videos").iterdir() if (p / "summary.json").exists())
    assert read_results(results).summary.video.path == results.name
    assert os.stat(results / "summary.json").st_mtime == 315_532_800
