"""Names that people, cameras and old computers give cost at most their own row."""

import os
import sys
import unicodedata
from pathlib import Path

import pytest

from easytear.study.discover import find_videos
from easytear.study.names import compile_pattern, study_names
from tests.cli.test_batch import batch, finish
from tests.study.conftest import Runner
from tests.study.standins import write_video

linux = pytest.mark.skipif(sys.platform != "linux", reason="other systems know no such names")

NFC, NFD = (unicodedata.normalize(form, "Zoé_OD") for form in ("NFC", "NFD"))
ODD = (
    *(NFC, NFD, "back\\slash", "new\nline", "bell\a\x1b[31m", "quote\"'`$(x)", "-o", "a" * 120),
    *("ж" * 120, "ends. ", "\u202egnp", "$x_1$ {{ a }}", "%s%n", "con", "тест_OS", "🙂" * 50),
)


@linux
def test_every_odd_name_has_a_row_and_no_other_suffers(runner: Runner) -> None:
    for name in ODD:
        write_video(runner.source / f"{name}.mp4", lambdas=[0.6])
    deep = runner.source.joinpath(*["ü" * 100] * 3)
    write_video(deep / "deep.mp4", lambdas=[0.6])
    wrong = os.fsdecode(b"caf\xe9_OD.mp4")
    (runner.source / wrong).write_text("{}")
    record = runner.run(pattern=compile_pattern(r"(?P<subject>Zoé)_(?P<eye>O[DS])"))
    failed = {video.path: video.error for video in record.videos if video.state == "failed"}
    assert failed == {
        r"caf\udce9_OD.mp4": rf"{runner.source}/caf\udce9_OD.mp4: its name is not UTF-8; rename it."
    }
    assert record.counts == {"done": len(ODD) + 1, "failed": 1, "waiting": 0}
    assert sum(video.parts["subject"] == "Zoé" for video in record.videos) == 2
    folders = [place.name for place in (runner.study / "videos").iterdir()]
    assert len(folders) == len(ODD) + 1
    assert len({unicodedata.normalize("NFC", name).casefold() for name in folders}) == len(folders)
    assert runner.run().counts["done"] == len(ODD) + 1
    assert runner.heard.begun == []


@linux
def test_the_command_shows_odd_names_and_no_terminal_obeys_them(tmp_path: Path) -> None:
    write_video(tmp_path / "source/\x1b]0;owned\a.mp4", do="raise")
    (tmp_path / "source" / os.fsdecode(b"\xff.mp4")).write_text("{}")
    code, out, err = finish(batch(tmp_path / "source", tmp_path / "study", "--dry-run"))
    assert (code, "\x1b" in out + err) == (0, False)
    code, out, err = finish(batch(tmp_path / "source", tmp_path / "study"))
    assert (code, "\x1b" in out + err, "Traceback" in err) == (1, False, False)
    assert "its name is not UTF-8; rename it" in err


@linux
def test_what_is_not_looked_into_is_told(tmp_path: Path) -> None:
    (tmp_path / "elsewhere").mkdir()
    source = tmp_path / "source"
    for name in ("visit1/a.mp4", ".cache/b.mp4"):
        write_video(source / name)
    (source / "visit2").symlink_to(tmp_path / "elsewhere")
    (source / "gone.mp4").symlink_to(tmp_path / "nothing")
    (source / "loop.mp4").symlink_to(source / "loop.mp4")
    (source / "linked.mp4").symlink_to(source / "visit1/a.mp4")
    closed = source / "visit3"
    closed.mkdir()
    closed.chmod(0)
    found = find_videos(source)
    closed.chmod(0o700)
    told = dict(found.skipped)
    assert found.videos == ("linked.mp4", "visit1/a.mp4")
    assert told["visit2"] == "a link to a folder; links are not followed"
    assert told["gone.mp4"] == "a link to nothing"
    assert told["loop.mp4"].startswith("cannot be looked at")
    assert told[".cache"] == "a hidden folder"
    if os.geteuid():  # root may read everything
        assert told["visit3"] == "a folder that cannot be read (Permission denied)"


def test_a_study_s_folder_names_fit_every_file_system() -> None:
    names = study_names([f"{'ж' * 200}.mp4", f"{NFC}.mp4", f"{NFD}.mp4", "a\ud800.mp4", "b/ü.avi"])
    assert all(len(name.encode()) <= 140 for name in names.values())
    assert len(set(names.values())) == 5
    assert names["b/ü.avi"] == "b__ü"
