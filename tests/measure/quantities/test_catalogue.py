"""Quantities are declared once, and those of other packages appear everywhere."""

import csv
import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from easytear.measure.quantities.catalogue import catalogue, of_interval, quantity
from easytear.results import IntervalResult
from easytear.show.dictionary import with_quantities
from easytear.show.numbers import quantity_text
from tests.builders import build_analysis

ROOT = Path(__file__).resolve().parents[3]
PAGE = (ROOT / "docs" / "extend.md").read_text(encoding="utf-8")
FAILS = """
from easytear.measure.quantities.base import Quantity
WRONG = Quantity("wrong_mm", "mm", "Wrong", "wrong", "nothing", compute=lambda seen: 1 / 0)
"""


def snippet(kind: str) -> str:
    return re.findall(rf"```{kind}\n(.*?)```", PAGE, re.S)[0]


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Install the guide's example, and a quantity that fails, as pip would."""
    site = tmp_path_factory.mktemp("site")
    (site / "my_quantity.py").write_text(snippet("python"))
    (site / "my_failure.py").write_text(FAILS)
    info = site / "my_quantity-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: my-quantity\nVersion: 1.0\n")
    entry = re.search(r'entry-points."(.*?)"\]\n(\w+) = "(.*?)"', snippet("toml"))
    assert entry is not None
    group, name, place = entry.groups()
    points = f"[{group}]\n{name} = {place}\nwrong = my_failure:WRONG\nabsent = not_there:X\n"
    (info / "entry_points.txt").write_text(points)
    return site


def run(site: Path, *command: str) -> str:
    env = {**os.environ, "PYTHONPATH": os.pathsep.join([str(site), str(ROOT), str(ROOT / "gui")])}
    env["QT_QPA_PLATFORM"] = "offscreen"
    done = subprocess.run([sys.executable, *command], env=env, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_a_quantity_of_another_package_appears_everywhere(installed: Path, tmp_path: Path) -> None:
    videos = tmp_path / "videos"
    videos.mkdir()
    shutil.copy(ROOT / "sample_videos" / "normal.mp4", videos / "eye.mp4")
    study = tmp_path / "study"
    run(installed, "-m", "easytear", "batch", str(videos), "-o", str(study), "-q")
    folder = study / "videos" / "eye"
    summary = json.loads((folder / "summary.json").read_text())
    first = summary["intervals"][0]
    assert 0.2 < first["extra"]["rise_300ms_mm"] < 2.0
    assert first["extra"]["wrong_mm"] is None
    assert "extension_failed" in first["quality"]["flags"]
    with (study / "study.csv").open(encoding="utf-8", newline="") as file:
        row = next(csv.DictReader(file))
    assert float(row["extra_rise_300ms_mm"]) == first["extra"]["rise_300ms_mm"]
    dictionary = (study / "study-columns.csv").read_text(encoding="utf-8")
    assert "extra_rise_300ms_mm,number,mm,how far the film just below the front" in dictionary
    page = (folder / "report.html").read_text(encoding="utf-8")
    assert "Rise after 0.3 s" in page
    assert "Rise after 0.3 s" in run(installed, "-m", "easytear", "quantities")
    titles = "from easytear_gui.results.table import COLUMNS; print([c.title for c in COLUMNS])"
    assert "0.3 s rise (mm)" in run(installed, "-c", titles)


def test_keys_are_unique_and_every_place_is_one_of_the_results() -> None:
    keys = [one.key for one in catalogue()]
    assert len(set(keys)) == len(keys)
    fields = IntervalResult.model_fields
    assert all(one.place[0] in fields for one in of_interval())


def test_meanings_fit_into_a_sentence() -> None:
    for one in catalogue():
        assert one.meaning[0].islower() or not one.meaning[0].isalpha(), one.key
        assert not one.meaning.endswith("."), one.key


def test_a_number_is_shown_with_its_interval_and_unit() -> None:
    interval = build_analysis().summary.intervals[0]
    told = quantity_text(quantity("spread.y.lambda_s"), interval)
    assert re.fullmatch(r"0\.\d+ s \(0\.\d+ to 0\.\d+\)", told)
    assert " s" not in quantity_text(quantity("spread.y.lambda_s"), interval, unit=False)


def test_the_document_of_results_is_the_catalogue() -> None:
    document = (ROOT / "docs" / "results.md").read_text(encoding="utf-8")
    assert document == with_quantities(document)
