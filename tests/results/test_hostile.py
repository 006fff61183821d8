"""Results and settings that were torn, or made by an enemy: one sentence that names the file."""

import json
import shutil
from pathlib import Path

import pytest

from easytear.base.errors import ResultsError, SettingsError
from easytear.request.settings import load_settings
from easytear.results import read_results, read_summary, write_results
from tests.annotate import scene

TEXTS = {
    "a number": "5",
    "nothing": "null",
    "a list": "[]",
    "nested deep": "[" * 100_000,
    "nested deep in an object": '{"schema": ' * 100_000,
    "NaN": '{"schema": NaN}',
    "beyond floats": '{"schema": 1e400}',
    "a lone surrogate": '{"schema": "\\ud800"}',
    "cut off": '{"schema": "easytear-res',
    "not UTF-8": "\udcff\udcfe",
}


@pytest.mark.parametrize("name", TEXTS)
def test_a_summary_that_is_none(tmp_path: Path, name: str) -> None:
    (tmp_path / "summary.json").write_bytes(TEXTS[name].encode("utf-8", "surrogateescape"))
    with pytest.raises(ResultsError, match=r"summary\.json"):
        read_summary(tmp_path)


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Sound results."""
    folder = tmp_path_factory.mktemp("whole") / "film"
    write_results(scene.analysis(), folder)
    return folder


@pytest.mark.parametrize("scale", [0, -1, float("nan"), float("inf"), "wide", 10**400])
def test_a_scale_that_is_none(tmp_path: Path, whole: Path, scale: object) -> None:
    folder = shutil.copytree(whole, tmp_path / "film")
    data = json.loads((folder / "summary.json").read_text(encoding="utf-8"))
    data["calibration"]["mm_per_px"] = scale
    (folder / "summary.json").write_text(json.dumps(data), encoding="utf-8")
    with pytest.raises(ResultsError, match=r"mm_per_px|cannot be read"):
        read_summary(folder)


@pytest.mark.parametrize("table", ["frames.csv", "tracks.csv", "front.csv"])
@pytest.mark.parametrize("value", ["9" * 30, "text", "1e999"])
def test_a_number_in_a_table_that_is_none(
    tmp_path: Path, whole: Path, table: str, value: str
) -> None:
    folder = shutil.copytree(whole, tmp_path / "film")
    lines = (folder / table).read_text(encoding="utf-8").splitlines()
    place = lines[0].split(",").index("frame")
    cells = lines[1].split(",")
    cells[place] = value
    lines[1] = ",".join(cells)
    (folder / table).write_text("\n".join(lines), encoding="utf-8")
    with pytest.raises(ResultsError, match=table.replace(".", r"\.")):
        read_results(folder)


def test_settings_nested_deep(tmp_path: Path) -> None:
    (tmp_path / "deep.toml").write_text("a = " + "[" * 100_000)
    with pytest.raises(SettingsError, match=r"deep\.toml"):
        load_settings(tmp_path / "deep.toml")


def test_settings_with_a_byte_order_mark_are_read(tmp_path: Path) -> None:
    (tmp_path / "bom.toml").write_bytes(b"\xef\xbb\xbf[video]\nfps = 60\n")
    assert load_settings(tmp_path / "bom.toml").video.fps == 60
