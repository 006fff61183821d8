"""Names, versions and errors of annotation files."""

from __future__ import annotations

from pathlib import Path

import pytest

from easytear.annotate.files import annotation_path, migrate, read_annotations
from easytear.base.errors import AnnotationError


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
