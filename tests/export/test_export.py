import csv
import hashlib
import json
import re
import shutil
from datetime import datetime
from pathlib import Path

import openpyxl
import pytest
from typer.testing import CliRunner

from easytear.cli.app import app
from easytear.export.schemas import FORMATS, schema
from easytear.results import write_results
from tests.builders import Law, Part, build_analysis

WRONG_EVERYWHERE = "=1+1"


def results(place: Path) -> Path:
    write_results(build_analysis((Part(0, 39, Law(2.0, 0.4, 0.1)),), frame_count=40), place)
    return place


@pytest.fixture
def study(tmp_path: Path) -> Path:
    """Return a small study: two intervals, a name that is a formula, a date, blinks, settings."""
    place = tmp_path / "study"
    results(place / "videos" / "one")
    (place / "videos" / "one" / "blinks.csv").write_text(
        "start_frame,end_frame,start_s,end_s,closure,complete,class\r\n3,9,0.1,0.3,1.0,true,25\r\n"
    )
    head = ["video", "interval", "error", "visit", "day", "spread_y_lambda_s", "spread_y_converged"]
    rows = [
        ["one", "0", "", "'" + WRONG_EVERYWHERE, "2026-03-01", "1.33", "true"],
        ["one", "1", "", "'" + WRONG_EVERYWHERE, "2026-03-01", "", "false"],
    ]
    kinds = ["text", "integer", "text", "text", "text", "number", "yes/no"]
    with (place / "study.csv").open("w", newline="") as file:
        csv.writer(file).writerows([head, *rows])
    with (place / "study-columns.csv").open("w", newline="") as file:
        out = csv.writer(file)
        out.writerow(["column", "kind", "unit", "meaning", "source"])
        for name, kind in zip(head, kinds, strict=True):
            source = "summary.json: x" if name.startswith("spread") else "file name"
            out.writerow([name, kind, "s" if kind == "number" else "", f"what {name} is", source])
    return place


def run(*call: str) -> str:
    done = CliRunner().invoke(app, list(call))
    assert done.exit_code == 0, done.output + str(done.exception)
    return done.stdout


def test_a_workbook_holds_numbers_dates_and_text_and_no_formula(study: Path) -> None:
    run("export", str(study), "--xlsx")
    book = openpyxl.load_workbook(study / "study.xlsx")
    assert book.sheetnames == ["intervals", "blinks", "videos", "quantities", "settings"]
    rows = list(book["intervals"].iter_rows(values_only=True))
    row = dict(zip(rows[0], rows[1], strict=True))
    assert row["spread_y_lambda_s"] == 1.33
    assert row["spread_y_converged"] is True
    assert row["interval"] == 0
    assert row["day"] == datetime(2026, 3, 1)
    assert row["visit"] == WRONG_EVERYWHERE
    cells = [c for sheet in book for line in sheet.iter_rows() for c in line]
    assert all(c.data_type != "f" for c in cells)
    assert dict(zip(rows[0], rows[2], strict=True))["spread_y_lambda_s"] is None
    blink = list(book["blinks"].iter_rows(values_only=True))
    assert dict(zip(blink[0], blink[1], strict=True))["class"] == "25"
    assert dict(zip(blink[0], blink[1], strict=True))["start_frame"] == 3
    assert len(list(book["videos"].iter_rows())) == 2
    named = {line[0].value for line in book["quantities"].iter_rows()}
    assert {"spread_y_lambda_s", "film_break_first_s"} <= named
    settings = {line[0].value: line[1].value for line in book["settings"].iter_rows()}
    assert isinstance(settings["spread.window_s"], int | float)


def test_a_data_package_describes_the_table_as_it_is(study: Path) -> None:
    run("export", str(study), "--datapackage")
    package = json.loads((study / "datapackage.json").read_text(encoding="utf-8"))
    table = package["resources"][0]
    data = (study / table["path"]).read_bytes()
    assert table["bytes"] == len(data)
    assert table["hash"] == "sha256:" + hashlib.sha256(data).hexdigest()
    with (study / "study.csv").open(newline="") as file:
        head = next(csv.reader(file))
    assert [field["name"] for field in table["schema"]["fields"]] == head
    assert table["schema"]["fields"][5] == {
        "name": "spread_y_lambda_s",
        "type": "number",
        "description": "what spread_y_lambda_s is",
        "unit": "s",
    }


def test_results_become_one_page_and_figures(tmp_path: Path) -> None:
    folder = results(tmp_path / "eye")
    run("export", str(folder))
    pdf = (folder / "report.pdf").read_bytes()
    assert pdf.startswith(b"%PDF")
    assert len(re.findall(rb"/Type /Page\b(?!s)", pdf)) == 1
    figures = sorted(path.suffix for path in (folder / "figures").iterdir())
    assert figures.count(".svg") == figures.count(".pdf") >= 3
    svg = next((folder / "figures").glob("*rise*.svg")).read_text(encoding="utf-8")
    assert "time since the eye opened" in svg


@pytest.mark.skipif(not shutil.which("chromium"), reason="no browser")
def test_the_whole_page_is_printed_by_a_browser(tmp_path: Path) -> None:
    folder = results(tmp_path / "eye")
    (folder / "report.html").write_text("<h1>page</h1>" + "<p>line</p>" * 200)
    run("export", str(folder), "--full")
    pdf = (folder / "report.pdf").read_bytes()
    assert len(re.findall(rb"/Type ?/Page\b(?!s)", pdf)) > 1


def test_wrong_places_and_wishes_are_one_sentence(tmp_path: Path, study: Path) -> None:
    for call in (["export", str(tmp_path)], ["export", str(study), "--pdf"], ["schema", "nothing"]):
        done = CliRunner().invoke(app, call)
        assert done.exit_code != 0
        assert str(done.exception)


@pytest.mark.parametrize("name", sorted(FORMATS))
def test_every_format_has_a_schema(name: str) -> None:
    told = json.loads(run("schema", name))
    assert told == json.loads(json.dumps(schema(name)))
    assert told["type"] == "object"
    assert told["properties"]


def test_the_results_schema_names_what_summaries_hold(tmp_path: Path) -> None:
    data = json.loads((results(tmp_path / "eye") / "summary.json").read_text())
    assert set(data) <= set(schema("results")["properties"])
