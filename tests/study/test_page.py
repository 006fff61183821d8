import json
import re
from pathlib import Path

import pytest

from easytear.study import page
from easytear.study.record import StudyRecord, VideoRecord
from easytear.study.statistics import of_values
from easytear.study.table import write_tables
from easytear.study.values import load_values


def test_rows_beyond_the_first_are_data_that_cannot_break_the_page(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(page, "AT_FIRST", 3)
    names = [f"v{i}" for i in range(6)] + ["<!--<script>"]
    rows = [
        {
            "video": name,
            "interval": 0,
            "subject": f"S{i}",
            "quality_score": 0.5 + i / 100,
            "spread_y_lambda_s": 1.0 + i,
            "spread_y_converged": True,
        }
        for i, name in enumerate(names)
    ]
    write_tables(tmp_path, rows, ["subject"], [])
    videos = tuple(VideoRecord(name=name, path=name, state="done") for name in names)
    record = StudyRecord(
        source=None,
        anonymised=False,
        settings_sha256="",
        fingerprint="",
        analyser="",
        analysed_with="0",
        name_columns=("subject",),
        counts={"done": 7, "failed": 0, "waiting": 0},
        videos=videos,
    )
    said = of_values(load_values(tmp_path, ["subject"], []), ["subject"], [], None)
    page.write_page(tmp_path, record, said, {}, [])
    text = (tmp_path / "study.html").read_text()
    body = re.search(r'id="table">.*?<tbody>(.*?)</tbody>', text, re.S)
    more = re.search(r'id="more">(.*?)</script>', text, re.S)
    assert body is not None
    assert more is not None
    assert re.findall(r">(v\d)</a>", body[1]) == ["v0", "v1", "v2"]
    told = json.loads(more[1])
    assert [row[2:5] for row in told[:2]] == [["v3", "S3", "1/1"], ["v4", "S4", "1/1"]]
    assert told[3][2] == "<!--<script>"
    assert "<!--<script>" not in text
    heads = re.findall(r"<th\b", text.split('id="table">')[1].split("</thead>")[0])
    assert len(told[0]) - 2 == len(heads)
