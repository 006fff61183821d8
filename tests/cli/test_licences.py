"""Licences are told of all that EasyTear needs, on the command line and in the document."""

import re
import tomllib
from pathlib import Path

from typer.testing import CliRunner

from easytear.cli.app import app
from easytear.cli.licences import licences

ROOT = Path(__file__).resolve().parents[2]


def needed(*extras: str) -> set[str]:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    lists = [project["dependencies"], *(project["optional-dependencies"][one] for one in extras)]
    names = {re.split(r"[<>=!\[]", one)[0].lower() for members in lists for one in members}
    return names - {"easytear"}


def test_every_dependency_and_theirs_is_listed_with_a_licence() -> None:
    told = {re.sub("[-_.]+", "-", one.package).lower(): one.licence for one in licences()}
    assert needed() <= set(told)
    assert "kiwisolver" in told  # what a dependency needs
    assert all(told.values())
    assert "BSD" in told["numpy"]


def test_the_command_says_what_the_gpl_means_for_bundles() -> None:
    ended = CliRunner().invoke(app, ["doctor", "--licences"])
    assert ended.exit_code == 0
    assert re.search(r"^av .*x264", ended.output, re.M)
    assert "owes its receivers the GPL's terms" in ended.output


def test_the_document_names_every_dependency() -> None:
    page = (ROOT / "docs/licences.md").read_text(encoding="utf-8").lower()
    missing = {one for one in needed("study", "gui", "napari", "cluster") if one not in page}
    assert not missing


def test_no_dependency_for_users_is_gpl() -> None:
    gpl = {
        one.package.lower()
        for one in licences()
        if re.search(r"(?<!L)GPL|(?<!Lesser )General Public", one.licence)
    }
    assert not gpl & needed("study", "gui", "napari", "cluster") - {"pyside6-essentials"}
