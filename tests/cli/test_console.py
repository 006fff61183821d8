"""Names from elsewhere command no terminal, through whatever a command says them."""

import pytest
from rich.table import Table

from easytear.cli.console import console, say, tell
from easytear.cli.progress import show_progress

NAME = "a\x1b]0;owned\x07\x9b2J\u202e.mp4"
SHOWN = r"a\x1b]0;owned\x07\x9b2J\u202e.mp4"


def test_nothing_that_is_said_is_obeyed(capsys: pytest.CaptureFixture[str]) -> None:
    say(NAME)
    tell(f"{NAME}\nnext")
    tell(NAME, err=True)
    console().print(NAME)
    table = Table()
    table.add_column(NAME)
    table.add_row(NAME)
    console().print(table)
    with show_progress(NAME) as progress:
        progress.update(1.0, 2.0, NAME)
    said = "".join(capsys.readouterr())
    assert said.count(SHOWN) >= 6
    assert "next" in said.splitlines()
    assert not {"\x07", "\x9b", "\u202e"} & set(said)
    assert "\x1b]" not in said
