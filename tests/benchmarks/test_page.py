"""The report's page and Markdown."""

import base64
from pathlib import Path

from benchmarks.page import Section, markdown, page, write_docs

PNG = base64.b64decode("iVBORw0KGgo=")
SECTIONS = (
    Section(
        "One & all",
        ("a <note>",),
        [["", "goal"], ["a|b", "yes; worst: no"], ["c", "yes"], ["no_film", "no"]],
    ),
    Section("Two", points=("first", "second"), figure=PNG),
)


def test_page_holds_everything_and_escapes() -> None:
    text = page("T", SECTIONS)
    assert "a &lt;note&gt;" in text
    assert "One &amp; all" in text
    assert '<td class="no">yes; worst: no</td>' in text
    assert '<td class="yes">yes</td>' in text
    assert '<td class="no">no</td>' in text
    assert "<td>no_film</td>" in text
    assert text.count("<img") == 1


def test_markdown_has_table_points_and_figures(tmp_path: Path) -> None:
    docs = tmp_path / "benchmark.md"
    write_docs(docs, "T", SECTIONS)
    text = docs.read_text(encoding="utf-8")
    assert text == markdown("T", SECTIONS, "benchmark")
    assert "| a\\|b | yes; worst: no |" in text
    assert "- first\n- second\n" in text
    assert "![Two](benchmark/figure1.png)" in text
    assert (tmp_path / "benchmark" / "figure1.png").read_bytes() == PNG
