"""A session file from a stranger deletes and replaces nothing."""

import json
import os
from pathlib import Path
from typing import Any

import pytest
from easytear_gui.main_window import MainWindow
from easytear_gui.session.files import read_session, session_json
from easytear_gui.session.model import Record, Session, State, Video
from pytestqt.qtbot import QtBot

from easytear.base.errors import EasyTearError
from tests.gui.conftest import Film, Sample
from tests.gui.test_analysing import idle


def written(folder: Path, film: Film, change: dict[str, Any], record: dict[str, Any]) -> Path:
    """Write a session of one finished video, with strings of the enemy's choice."""
    video = Video(path=film.video)
    file = folder / "colleague.easytear"
    done = Record(state=State.DONE, results="eye")
    session = Session(videos=(video,), results_folder=folder / "results")
    data = json.loads(session_json(session, {video.key: done}, file))
    data["records"] = {change.get("key", video.key): {**data["records"][video.key], **record}}
    data["videos"][0].update(change)
    file.write_text(json.dumps(data))
    return file


@pytest.mark.parametrize(
    "key", ["x/../../victim", "..", "a/b", "x\\..\\victim", "", "a" * 65, "a\n", "é"]
)
def test_a_key_that_is_a_path_is_refused(tmp_path: Path, film: Film, key: str) -> None:
    with pytest.raises(EasyTearError, match="is damaged"):
        read_session(written(tmp_path, film, {"key": key}, {}))


@pytest.mark.parametrize("name", ["../../name", "/etc", "..", ".", "a/b", "a\\b", "C:name", ""])
def test_results_that_lie_elsewhere_are_refused(tmp_path: Path, film: Film, name: str) -> None:
    with pytest.raises(EasyTearError, match="is damaged"):
        read_session(written(tmp_path, film, {}, {"results": name}))


def test_an_annotation_file_elsewhere_is_refused(tmp_path: Path, film: Film) -> None:
    decisions = {"annotations": {"file": "../../secret.json", "sha256": "0" * 64}}
    with pytest.raises(EasyTearError, match="is damaged"):
        read_session(written(tmp_path, film, {"decisions": decisions}, {}))


def test_foreign_folders_stay_where_a_session_names_them(
    window: MainWindow,
    sample: Sample,
    tmp_path: Path,
    qtbot: QtBot,
) -> None:
    """Neither a folder named as results, nor one in the place of the working folder, is touched."""
    results = tmp_path / "results"
    file = tmp_path / "colleague.easytear"
    video = Video(path=sample.video)
    session = Session(videos=(video,), results_folder=results)
    named = Record(state=State.DONE, results="Documents")
    file.write_text(session_json(session, {video.key: named}, file))
    for place in ("Documents", f".running-{video.key}"):
        (results / place).mkdir(parents=True)
        (results / place / "thesis.txt").write_text("ten years")
    window.opening.open_session(file)
    window.running.analyse([video.key])
    idle(window, qtbot)
    assert "was not made by EasyTear" in window.document.record(video.key).message
    (results / f".running-{video.key}" / "thesis.txt").unlink()
    (results / f".running-{video.key}").rmdir()
    window.running.analyse([video.key])
    idle(window, qtbot)
    assert window.document.record(video.key).results == "eye"
    assert [p.name for p in (results / "Documents").iterdir()] == ["thesis.txt"]


_HEAD = '{"schema":"easytear-session/1","videos":'


@pytest.mark.parametrize(
    "text",
    [
        "[" * 100_000,
        f"{_HEAD}{'[' * 50_000}{']' * 50_000}}}",
        "null",
        _HEAD + '[],"records":{"a":{"share":NaN}}}',
        _HEAD + r'[{"path":"\ud800.mp4"}]}',
        _HEAD + '[{"path":"a","size_bytes":99999999999999999999}]}',
        _HEAD + '[{"path":"' + "x/" * 5000 + '"}]}',
        _HEAD + '[{"path":"' + "x" * 300 + '"}]}',
        _HEAD + r'[{"path":"a\u0000b"}]}',
        _HEAD + r'[],"results_folder":"\u0000"}',
        _HEAD + '[{"key":"a","path":"x"},{"key":"a","path":"y"}]}',
        _HEAD + '[{"path":"x","decisions":{"scale":{"calibration":{"mm_per_px":0}}}}]}',
    ],
    ids=range(12),
)
def test_a_torn_or_hostile_session_is_one_sentence(tmp_path: Path, text: str) -> None:
    file = tmp_path / "colleague.easytear"
    file.write_text(text)
    with pytest.raises(EasyTearError, match=r"colleague\.easytear: is (damaged|not)"):
        read_session(file)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="there are no pipes with names")
def test_a_pipe_is_no_session(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.easytear")
    with pytest.raises(EasyTearError, match="is not a regular file"):
        read_session(tmp_path / "pipe.easytear")
