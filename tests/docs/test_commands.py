"""Every command that a document shows exists, with these options; every Python block is Python."""

import ast
import re
import shlex
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import click
import pytest
import typer
from typer.testing import CliRunner

from easytear.cli.app import app

ROOT = Path(__file__).resolve().parents[2]
PAGES = sorted(
    p
    for p in (*ROOT.glob("*.md"), *(ROOT / "docs").glob("*.md"), *ROOT.glob("*/README.md"))
    if p.name != "CHANGELOG.md"
)
COMMANDS = typer.main.get_command(app)


@dataclass(frozen=True)
class Shown:
    """A command as a document shows it."""

    page: str
    line: int
    text: str

    def __str__(self) -> str:
        return f"{self.page}:{self.line}"


def blocks(text: str) -> Iterator[tuple[int, str, str]]:
    """Yield code blocks, fenced and indented: line, language, and content."""
    fence = re.compile(r"^( *)```(\w*)[^\n]*\n(.*?)^\1```", re.M | re.S)
    for match in fence.finditer(text):
        yield text.count("\n", 0, match.start()) + 2, match[2], match[3]
    without = fence.sub(lambda m: "\n" * m[0].count("\n"), text)
    for match in re.finditer(r"(?:^(?: {4}|\t)\S.*\n?)+", without, re.M):
        yield without.count("\n", 0, match.start()) + 1, "", match[0]


def lines(block: str) -> Iterator[tuple[int, str]]:
    """Yield the lines of a block, continued ones joined, without remarks."""
    whole, start = "", 0
    for number, line in enumerate(block.splitlines()):
        start = number if not whole else start
        whole += line.strip()
        if whole.endswith("\\"):
            whole = whole[:-1]
            continue
        yield start, re.sub(r"\s+#.*", "", whole)
        whole = ""


def shown() -> list[Shown]:
    found = []
    for page in PAGES:
        text = page.read_text(encoding="utf-8")
        name = page.relative_to(ROOT).as_posix()
        for line, language, block in blocks(text):
            if language not in ("", "bash", "sh", "console", "text"):
                continue
            found += [Shown(name, line + n, one) for n, one in lines(block)]
        for match in re.finditer(r"`((?:easytear|make|pip|python -m|uv|pipx) [^`\n]+)`", text):
            found.append(Shown(name, text.count("\n", 0, match.start()) + 1, match[1]))
    return [one for one in found if one.text]


def starting(*words: str) -> list[Shown]:
    return [one for one in shown() if one.text.split()[0] in words]


def words_of(text: str) -> list[str]:
    """Return a command's words; what stands for something else is one word."""
    plain = text.replace("...", "").replace("…", "")
    plain = re.sub(r"\[(?!\w+\])([^\]]*)\]", r"\1", plain)
    plain = re.sub(r"<[^>]*>", "X", plain)
    return shlex.split(plain.split(" > ")[0].split(" | ")[0])


@pytest.mark.parametrize("one", starting("easytear"), ids=str)
def test_the_command_takes_these_options(one: Shown) -> None:
    first, *rest = words_of(one.text)
    assert first == "easytear"
    if not rest or rest[0].startswith("-") or rest[0].isupper():
        return
    assert isinstance(COMMANDS, click.Group) or hasattr(COMMANDS, "commands")
    known = COMMANDS.commands  # type: ignore[attr-defined]
    assert rest[0] in known, one.text
    options = {
        name
        for parameter in known[rest[0]].params
        for name in (*parameter.opts, *parameter.secondary_opts)
    } | {"--help"}
    used = [word.partition("=")[0] for word in rest[1:] if re.match(r"--?[a-zA-Z]", word)]
    assert set(used) <= options, one.text


@pytest.mark.parametrize("name", sorted(COMMANDS.commands))  # type: ignore[attr-defined]
def test_every_command_says_what_it_is_for_and_is_shown_somewhere(name: str) -> None:
    command = COMMANDS.commands[name]  # type: ignore[attr-defined]
    assert command.help
    said = [
        parameter.help
        for parameter in command.params
        if hasattr(parameter, "help") and not parameter.hidden
    ]
    assert all(said), name
    assert any(one.text.split()[1:2] == [name] for one in starting("easytear")), name


@pytest.mark.parametrize("one", starting("make"), ids=str)
def test_the_make_target_exists(one: Shown) -> None:
    targets = set(re.findall(r"^([\w-]+):", (ROOT / "Makefile").read_text(), re.M))
    named = [word for word in words_of(one.text)[1:] if "=" not in word]
    assert set(named) <= targets


@pytest.mark.parametrize("one", starting("pip", "uv", "pipx"), ids=str)
def test_the_extra_exists(one: Shown) -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    for extras in re.findall(r"(?:easytear|\.)\[([\w,]+)\]", one.text):
        assert set(extras.split(",")) <= set(project["optional-dependencies"])


def python_blocks() -> list[Shown]:
    return [
        Shown(page.relative_to(ROOT).as_posix(), line, block)
        for page in PAGES
        for line, language, block in blocks(page.read_text(encoding="utf-8"))
        if language == "python"
    ]


@pytest.mark.parametrize("one", python_blocks(), ids=str)
def test_a_python_block_is_python_and_what_it_imports_exists(one: Shown) -> None:
    tree = ast.parse(one.text)
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("easytear"):
            module = __import__(str(node.module), fromlist=["*"])
            assert all(hasattr(module, alias.name) for alias in node.names)


CHEAP = (
    "easytear info sample_videos/normal.mp4",
    "easytear doctor --devices",
    "easytear quantities",
    "easytear flags",
    "easytear simulate --list",
    "easytear check-privacy annotations --word nobody",
)


@pytest.mark.parametrize("text", CHEAP)
def test_cheap_commands_run_on_what_the_repository_holds(
    text: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(ROOT)
    ended = CliRunner().invoke(app, text.split()[1:])
    assert ended.exit_code in ((0, 3) if "privacy" in text else (0,)), ended.output
    assert ended.output.strip()
