"""study.csv, study.parquet and the dictionary."""

import csv
from pathlib import Path

import pandas as pd
import pytest

from easytear.study.columns import Column
from easytear.study.rows import Row
from easytear.study.table import write_tables

ROWS: list[Row] = [
    {"video": "a", "interval": 0, "subject": "S1", "osdi": 3.5, "spread_y_lambda_s": 0.8},
    {"video": "a", "interval": 1, "spread_y_converged": True, "new_number_mm": 2},
    {"video": 'b,"c"', "error": "is broken,\nreally.", "spread_bands_1_fit_rho_mm": 1.0},
]
CLINICAL = [Column("osdi", "number", "", "osdi", "clinical file")]


@pytest.fixture
def study(tmp_path: Path) -> Path:
    write_tables(tmp_path, iter(ROWS), ["subject"], CLINICAL)
    return tmp_path


def test_csv_and_parquet_say_the_same(study: Path) -> None:
    text = pd.read_csv(study / "study.csv")
    parquet = pd.read_parquet(study / "study.parquet")
    assert list(text.columns) == list(parquet.columns)
    assert list(text.columns[:5]) == ["video", "interval", "error", "left_out", "subject"]
    for name in ("spread_y_lambda_s", "osdi", "new_number_mm", "spread_bands_1_fit_rho_mm"):
        pd.testing.assert_series_equal(text[name], parquet[name], check_dtype=False)
    assert list(text["video"]) == ["a", "a", 'b,"c"']
    assert text["error"][2] == "is broken,\nreally."


def test_unknown_is_an_empty_field_and_lines_end_as_the_standard_says(study: Path) -> None:
    raw = (study / "study.csv").read_bytes()
    assert raw.count(b"\r\n") == 4
    with (study / "study.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert rows[0]["spread_y_converged"] == ""
    assert rows[1]["spread_y_converged"] == "true"
    assert not {"nan", "None"} & {value for row in rows for value in row.values()}


def test_every_column_is_described(study: Path) -> None:
    header = (study / "study.csv").read_text().splitlines()[0].split(",")
    dictionary = pd.read_csv(study / "study-columns.csv", keep_default_na=False)
    assert list(dictionary["column"]) == header
    assert (dictionary["meaning"] != "").all()
    units = dict(zip(dictionary["column"], dictionary["unit"], strict=True))
    assert units["spread_y_lambda_s_ci95_lo"] == "s"
    assert units["area_rate_mm2_s"] == "mm²/s"
