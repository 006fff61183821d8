"""Text from elsewhere commands neither a terminal nor a spreadsheet."""

import pandas as pd
import pytest

from easytear.base.errors import VideoError
from easytear.base.text import as_was, no_formula, printable, safe_table


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("P07 [os] séance 日本.mp4", "P07 [os] séance 日本.mp4"),
        ("a\x1b[2Jb", r"a\x1b[2Jb"),
        ("a\nb\r", r"a\nb\r"),
        ("a\x9b31m", r"a\x9b31m"),
        ("gpj\u202e4pm", r"gpj\u202e4pm"),
        ("not\udcff utf8", r"not\udcff utf8"),
        ("می\u200cخواهم", "می\u200cخواهم"),
    ],
)
def test_what_a_terminal_would_obey_is_spelt_out(text: str, shown: str) -> None:
    assert printable(text) == shown
    assert str(VideoError(f"{text}: cannot be read.")) == f"{shown}: cannot be read."


@pytest.mark.parametrize(
    "text", ["=1+1", "+1+2", "-x", "@SUM(A1)", "\t=1", "\r=1", "\n1", " =1", "'=1", "＝1", "－cmd"]
)
def test_no_cell_is_a_formula(text: str) -> None:
    assert no_formula(text) == f"'{text}"
    assert as_was(no_formula(text)) == text


def test_other_cells_stay() -> None:
    for text in ("", "a=b", "P-07", "-1.5", "+3", "-1,5e-3", "'tis"):
        assert no_formula(text) == text
        assert as_was(text) == text


def test_a_table_keeps_its_numbers() -> None:
    table = pd.DataFrame({"who": ["=1+1", "b"], "n": [1, 2], "x": [0.5, None], "m": ["-a", None]})
    text = safe_table(table).to_csv(index=False)
    assert text.splitlines() == ["who,n,x,m", "'=1+1,1,0.5,'-a", "b,2,,"]
