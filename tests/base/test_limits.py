"""Bounds at the doors are settings of the computer, and hold where files come in."""

import os
from pathlib import Path

import pytest
from typer.testing import CliRunner

from easytear.annotate.convert import read_any
from easytear.base.errors import AnnotationError, SettingsError, UsageError
from easytear.base.limits import LIMITS, VARIABLE, limit, set_limits, whole_limit
from easytear.base.regular import strict_json
from easytear.cli.app import app
from easytear.cli.batch import _workers
from easytear.study.names import compile_pattern, read_names
from easytear.workers.child import child_environment
from easytear.workers.pool import processors


@pytest.fixture(autouse=True)
def _environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(VARIABLE, "")


def test_each_limit_has_a_reason_and_lies_within_its_own_bounds() -> None:
    for one in LIMITS:
        assert one.lowest <= one.default <= one.highest
        assert len(one.description) > 40
        assert limit(one.name) == one.default


def test_the_settings_command_lists_them_as_they_hold() -> None:
    shown = CliRunner().invoke(app, ["--limit", "video_frames=12345", "settings"]).output
    assert all(one.name in shown for one in LIMITS)
    assert "12345" in shown


def test_what_is_given_holds_here_and_in_children() -> None:
    os.environ[VARIABLE] = "keyframes=2000, zip_ratio=50"
    set_limits(("keyframes=3000",))
    assert (whole_limit("keyframes"), limit("zip_ratio")) == (3000, 50)
    assert "keyframes=3000" in child_environment()[VARIABLE]


@pytest.mark.parametrize("wrong", ["nothing=1", "zip_ratio", "zip_ratio=nan", "zip_ratio=1e99"])
def test_what_cannot_be_meant_is_refused(wrong: str) -> None:
    with pytest.raises(SettingsError, match="limit"):
        set_limits((wrong,))
    assert not os.environ[VARIABLE]


def test_a_pattern_that_takes_for_ever_is_ended() -> None:
    set_limits(("pattern_s=0.1",))
    pattern = compile_pattern(r"((a{1,100}){1,100}){1,100}b(?P<subject>x)")
    with pytest.raises(UsageError, match="takes too long"):
        read_names(["a" * 120], pattern)


def test_names_are_read_as_before() -> None:
    pattern = compile_pattern(r"(?P<subject>S\d+)_(?P<eye>O[DS])")
    assert read_names(["v1/S12_OD.mp4", "x"], pattern) == {
        "v1/S12_OD.mp4": {"subject": "S12", "eye": "OD"},
        "x": {"subject": None, "eye": None},
    }


def test_more_workers_than_processors_are_told_and_not_started(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert _workers(10_000, None, None)[0] == processors()
    assert "--workers 10000" in capsys.readouterr().err
    set_limits(("workers_per_processor=2",))
    assert _workers(10_000, None, None)[0] == 2 * processors()


def test_json_that_would_fill_the_memory_is_not_parsed() -> None:
    set_limits(("parsed_mb=10",))
    with pytest.raises(ValueError, match="of memory"):
        strict_json(b"[" + b"[]," * 200_000 + b"0]")


def test_an_annotation_file_that_is_too_long_is_one_sentence(tmp_path: Path) -> None:
    set_limits(("annotation_mb=1",))
    for name in ("a.json", "a.csv", "a.xml", "a.zip"):
        (tmp_path / name).write_bytes(b" " * 1_100_000)
        with pytest.raises(AnnotationError, match="too large"):
            read_any(tmp_path / name)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="there are no pipes with names")
@pytest.mark.parametrize("name", ["a.json", "a.csv", "a.xml", "a.zip"])
def test_a_pipe_is_no_annotation_file(tmp_path: Path, name: str) -> None:
    os.mkfifo(tmp_path / name)
    with pytest.raises(AnnotationError, match="cannot be read"):
        read_any(tmp_path / name)
