"""Files appear whole or not at all, also where another program has the old one open."""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path

import pytest

from easytear.base import atomic
from easytear.base.atomic import atomic_write


@pytest.fixture
def blocked(monkeypatch):
    """Play Windows: the old file cannot be replaced so many times."""
    left = [0]
    rename = Path.replace

    def replace(aside, path):
        if left[0]:
            left[0] -= 1
            raise PermissionError(13, "in use", str(path))
        return rename(aside, path)

    monkeypatch.setattr(atomic, "_OPEN_FILES_STAY", True)
    monkeypatch.setattr(atomic, "_PAUSES_S", (0.0,) * 3)
    monkeypatch.setattr(Path, "replace", replace)
    return left


def test_a_file_that_is_read_just_now_is_replaced_when_it_is_free(tmp_path, blocked):
    path = tmp_path / "study.csv"
    path.write_text("old")
    blocked[0] = 3
    with atomic_write(path) as aside:
        aside.write_text("new")
    assert path.read_text() == "new"
    assert os.listdir(tmp_path) == ["study.csv"]


def test_a_file_that_stays_open_keeps_what_it_held_and_the_error_names_it(tmp_path, blocked):
    path = tmp_path / "study.csv"
    path.write_text("old")
    blocked[0] = 99
    with pytest.raises(OSError, match=r"study\.csv") as caught, atomic_write(path) as aside:
        aside.write_text("new")
    assert caught.value.filename == str(path)
    assert path.read_text() == "old"
    assert os.listdir(tmp_path) == ["study.csv"]


def test_an_error_in_between_leaves_the_old_file(tmp_path):
    path = tmp_path / "study.csv"
    path.write_text("old")
    with suppress(ZeroDivisionError), atomic_write(path) as aside:
        aside.write_text("half")
        1 / 0  # noqa: B018
    assert path.read_text() == "old"
    assert os.listdir(tmp_path) == ["study.csv"]
