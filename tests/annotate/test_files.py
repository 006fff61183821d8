"""Names, versions and errors of annotation files."""

from __future__ import annotations

from pathlib import Path

import pytest

from easytear.annotate import AnnotationSession, edits
from easytear.annotate.files import annotation_path, migrate, read_annotations
from easytear.base.errors import AnnotationError
from tests.annotate import scene


def test_people_never_share_a_file():
    names = ["anna", "Anna", "anna b", "anna-b", "", "Änne", "änne", "李雷", "../x"]
    paths = {annotation_path(Path("."), "film", name) for name in names}
    assert len(paths) == len(names)
    assert all(path.parent == Path(".") for path in paths)


def test_older_versions_are_brought_up_step_by_step():
    steps = {
        1: lambda data: {**data, "person": data["who"]},
        2: lambda data: {**data, "marks": [data["person"]]},
    }
    data = migrate({"schema": "easytear-annotations/1", "who": "a"}, steps, to=3)
    assert data["marks"] == ["a"]
    assert data["schema"] == "easytear-annotations/3"


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("{", "JSON"),
        ("[]", "not an EasyTear annotation"),
        ('{"schema": "something"}', "not an EasyTear annotation"),
        ('{"schema": "easytear-annotations/99"}', "version 99.*update"),
        ('{"schema": "easytear-annotations/1"}', "video"),
    ],
)
def test_what_is_wrong_is_said(tmp_path, text, says):
    path = tmp_path / "a.annotations.json"
    path.write_text(text)
    with pytest.raises(AnnotationError, match=says) as caught:
        read_annotations(path)
    assert str(path) in str(caught.value)


@pytest.mark.parametrize(
    "who", ["x" * 255, "é" * 255, "\u65e5" * 200, "../../evil", "..", "", "CON"]
)
@pytest.mark.parametrize("stem", ["film", "v" * 240, "\u6620" * 80], ids=["short", "long", "wide"])
def test_any_name_gives_a_file_that_can_be_worked_in(tmp_path, who, stem):
    path = annotation_path(tmp_path, stem, who)
    assert path.parent == tmp_path
    with AnnotationSession.open(path, who, scene.VIDEO) as session:
        session.do(edits.add_point(session.document, 1, (1, 2)))
    assert len(read_annotations(path).items) == 1


def test_long_names_stay_apart(tmp_path):
    names = {annotation_path(tmp_path, "v" * n, "x" * m).name for n in (200, 201) for m in (90, 91)}
    assert len(names) == 4


def test_a_place_that_cannot_be_written_is_one_sentence(tmp_path):
    (tmp_path / "file").write_text("no folder")
    with pytest.raises(AnnotationError, match=r"cannot be written .*--annotations"):
        AnnotationSession.open(tmp_path / "file" / "a.annotations.json", "anna", scene.VIDEO)


def test_a_name_too_long_to_be_kept_is_refused(tmp_path):
    path = tmp_path / "film.annotations.json"
    with pytest.raises(AnnotationError, match="at most 255 letters"):
        AnnotationSession.open(path, "x" * 256, scene.VIDEO)
    assert not list(tmp_path.iterdir())
