"""Statistics, figures and scripts beside the page."""

from __future__ import annotations

import csv
import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

from easytear.study.columns import Column
from easytear.study.export import estimates, write_figures, write_statistics
from easytear.study.figures import figures_of
from easytear.study.page import write_page
from easytear.study.record import StudyRecord, VideoRecord, software
from easytear.study.scripts import write_scripts
from easytear.study.statistics import Statistics, of_values
from easytear.study.table import write_tables
from easytear.study.values import Values, load_values
from tests.study.test_statistics import CLINICAL, NAMES, study

HOSTILE = r"$\frac_{x}$ <b>&\q"
"""A group that figures would read as mathematics and pages as markup."""


def record(values: Values) -> StudyRecord:
    names = values.rows["video"].unique()
    return StudyRecord(
        source=None,
        anonymised=False,
        settings_sha256="0" * 64,
        fingerprint="",
        analyser="",
        analysed_with="0",
        options={"min_quality": 0.4},
        counts={"done": len(names), "failed": 0, "waiting": 0},
        videos=tuple(VideoRecord(name=name, path=name, state="done") for name in names),
        software=software(),
    )


def write_all(folder: Path, values: Values, clinical: list[Column]) -> Statistics:
    said = of_values(values, NAMES, clinical, None)
    figures = figures_of(said)
    write_statistics(folder, record(values), said)
    write_scripts(folder, said, clinical)
    write_figures(folder, figures)
    write_page(folder, record(values), said, figures, [])
    return said


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("written")
    write_all(folder, study(folder, subjects=12), CLINICAL)
    return folder


def test_the_script_gives_the_same_numbers_without_easytear(written: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-I", str(written / "study-statistics.py")],
        capture_output=True,
        text=True,
        check=True,
        cwd=written,
    )
    found = re.search(r"(\d+) results, largest relative difference (\S+)", done.stdout)
    assert found is not None, done.stdout
    assert int(found[1]) >= 10
    assert float(found[2]) < 1e-5
    assert "easytear" not in (written / "study-statistics.py").read_text().replace(
        "EasyTear", ""
    ).replace("easytear-", "")


def test_csv_and_json_say_the_same(written: Path) -> None:
    with (written / "study-statistics.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    told = json.loads((written / "study-statistics.json").read_text(encoding="utf-8"))
    assert len(rows) == len(told["estimates"]) > 50
    for row, other in zip(rows, told["estimates"], strict=True):
        assert row["quantity"] == other["quantity"]
        assert (float(row["estimate"]) if row["estimate"] else None) == other["estimate"]
    assert "mixed-effects models" in told["methods"]
    sections = {row["section"] for row in rows}
    assert sections == {"numbers", "groups", "repeatability", "eyes", "clinic", "planning"}


def test_every_figure_of_the_page_is_a_file_twice(written: Path) -> None:
    names = {path.name for path in (written / "figures").iterdir()}
    assert {"groups-group.svg", "groups-group.pdf", "visits.svg", "eyes.pdf"} <= names
    assert len({name.split(".")[0] for name in names}) * 2 == len(names)
    assert (written / "figures" / "eyes.pdf").read_bytes().startswith(b"%PDF")


def test_names_are_never_read_as_mathematics_or_markup(tmp_path: Path) -> None:
    column = r"group $_{\x}"
    clinical = [Column(column, "text", "", "", ""), Column("_osdi $^", "number", "", "", "")]
    rows = [
        {
            "video": f"v{i}",
            "interval": 0,
            "subject": f"S$_{i}",
            "eye": "O$D",
            column: HOSTILE if i % 2 else "_well",
            "_osdi $^": float(i % 7),
            "spread_y_lambda_s": 1.0 + (i * 7 % 5) / 5,
            "spread_y_converged": True,
            "quality_score": 0.9,
        }
        for i in range(14)
    ]
    write_tables(tmp_path, rows, ["subject", "eye"], clinical)
    values = load_values(tmp_path, ["subject", "eye"], clinical)
    said = write_all(tmp_path, values, clinical)
    page = (tmp_path / "study.html").read_text(encoding="utf-8")
    assert "<b>&\\q" not in page
    assert r"$\frac_{x}$ &lt;b&gt;&amp;\q" in page
    figure = next((tmp_path / "figures").glob("groups-*.svg")).read_text(encoding="utf-8")
    assert r"$\frac_{x}$" in figure
    assert any(row.first == HOSTILE for row in estimates(said))


def test_every_scrollable_region_can_be_reached_by_keys(written: Path) -> None:
    page = (written / "study.html").read_text(encoding="utf-8")
    regions = re.findall(r'<div class="scroll[^>]*>', page)
    assert len(regions) >= 6
    assert all('tabindex="0"' in one and "aria-label=" in one for one in regions)
