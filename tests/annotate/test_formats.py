"""Every file format carries every document without loss."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings

from easytear.annotate.cvat import from_cvat, to_cvat
from easytear.annotate.files import annotations_json, parse_annotations
from easytear.annotate.table import from_table, to_table

from .strategies import documents

often = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])


@pytest.mark.parametrize(
    ("write", "read"),
    [(annotations_json, parse_annotations), (to_cvat, from_cvat), (to_table, from_table)],
    ids=["json", "cvat", "csv"],
)
@often
@given(document=documents())
def test_any_document_comes_back_the_same(write, read, document):
    assert read(write(document)) == document
