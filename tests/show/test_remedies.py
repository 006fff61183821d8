"""Every flag says what to do, and the document says what the program says."""

from pathlib import Path

import pytest
from typer.testing import CliRunner

from easytear.cli.app import app
from easytear.show.dictionary import with_flags
from easytear.show.flags import SENTENCES
from easytear.show.remedies import GROUPS, REMEDIES

DOCUMENT = Path(__file__).resolve().parents[2] / "docs/troubleshooting.md"


def test_no_flag_is_missing_and_none_stands_twice() -> None:
    assert sorted(flag for group in GROUPS.values() for flag in group) == sorted(SENTENCES)


@pytest.mark.parametrize("flag", REMEDIES)
def test_every_flag_has_something_to_do(flag: str) -> None:
    texts = [text for text in REMEDIES[flag] if text]
    assert texts
    assert all(text.endswith((".", "?")) and "|" not in text for text in texts)


def test_settings_and_options_that_are_named_exist() -> None:
    from easytear.request.settings import Settings

    groups = Settings().model_dump()
    text = " ".join(" ".join(remedy) for remedy in REMEDIES.values())
    for word in text.split("`")[1::2]:
        name = word.removeprefix("--set ").partition("=")[0]
        if "." in name:
            group, _, key = name.partition(".")
            assert key in groups[group]


def test_the_document_is_up_to_date() -> None:
    text = DOCUMENT.read_text(encoding="utf-8")
    assert with_flags(text) == text, "run easytear flags --write docs/troubleshooting.md"


def test_the_command_says_it() -> None:
    ended = CliRunner().invoke(app, ["flags", "video_rate_unknown", "no_film"])
    assert "no_film: No moving film was seen" in ended.output
    assert "program: Give the true rate" in ended.output
