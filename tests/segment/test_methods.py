"""Front methods of other packages: the guide's example, installed and run."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from easytear.base.errors import SettingsError
from easytear.request.settings import Settings, check_installed
from easytear.request.settings.film import FrontSettings

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs" / "extend.md").read_text(encoding="utf-8")
SAMPLE = ROOT / "sample_videos" / "normal.mp4"
FAILS = """
def short(seen, settings, progress):
    return seen.tracks
"""


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Install the guide's example, and a method that fails, as pip would."""
    part = PAGE.split("## A front method")[1].split("\n## ")[0]
    code, project = (re.findall(rf"```{k}\n(.*?)```", part, re.S)[0] for k in ("python", "toml"))
    site = tmp_path_factory.mktemp("site")
    (site / "my_front.py").write_text(code)
    (site / "my_failure.py").write_text(FAILS)
    info = site / "my_front-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: my-front\nVersion: 1.0\n")
    entry = re.search(r'entry-points."(.*?)"\]\n(\w+) = "(.*?)"', project)
    assert entry is not None
    group, name, place = entry.groups()
    points = f"[{group}]\n{name} = {place}\nfailing = my_failure:short\n"
    (info / "entry_points.txt").write_text(points)
    return site


def analyze(site: Path, out: Path, method: str) -> subprocess.CompletedProcess[str]:
    env = {**os.environ, "PYTHONPATH": os.pathsep.join([str(site), str(ROOT), str(ROOT / "gui")])}
    command = [sys.executable, "-m", "easytear", "analyze", str(SAMPLE), "-o", str(out), "-q"]
    command += ["--start", "0.5", "--end", "2.6", "--set", f"front.method={method}"]
    return subprocess.run(command, env=env, capture_output=True, text=True, check=False)


def first_interval(out: Path) -> dict[str, object]:
    summary = json.loads((out / "normal" / "summary.json").read_text(encoding="utf-8"))
    assert summary["request"]["settings"]["front"]["method"] in ("highest_point", "failing")
    return dict(summary["intervals"][0])


def test_the_guides_method_finds_the_front(installed: Path, tmp_path: Path) -> None:
    done = analyze(installed, tmp_path, "highest_point")
    assert done.returncode == 0, done.stderr
    assert first_interval(tmp_path)["quality"]["flags"].count("front_method_failed") == 0  # type: ignore[index]
    rows = (tmp_path / "normal" / "front.csv").read_text(encoding="utf-8").splitlines()
    assert len(rows) > 100


def test_a_failing_method_costs_the_front_alone(installed: Path, tmp_path: Path) -> None:
    done = analyze(installed, tmp_path, "failing")
    assert done.returncode == 0, done.stderr
    interval = first_interval(tmp_path)
    assert "front_method_failed" in interval["quality"]["flags"]  # type: ignore[index]
    assert interval["spread"]["front"] is None  # type: ignore[index]


def test_a_method_that_is_not_installed_is_said_before_anything_runs(tmp_path: Path) -> None:
    done = analyze(tmp_path / "nowhere", tmp_path / "out", "highest_point")
    assert done.returncode == 2
    assert "'highest_point' is not installed; there are material" in done.stderr
    assert "Traceback" not in done.stderr
    assert not (tmp_path / "out" / "normal").exists()


def test_settings_that_name_a_foreign_method_are_read() -> None:
    settings = Settings(front=FrontSettings(method="of_another_laboratory"))
    with pytest.raises(SettingsError, match=r"front\.method: 'of_another_laboratory'"):
        check_installed(settings)
    check_installed(Settings())
