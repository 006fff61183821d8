import re
import sys
import tomllib
from pathlib import Path

import pytest
from typer.testing import CliRunner

from easytear.cli.app import app
from easytear.cli.checks import EXTRAS, NEEDED, QT_LIBRARIES, loads, packages, windows

needs_qt_on_linux = pytest.mark.skipif(
    not sys.platform.startswith("linux"), reason="Qt's system libraries are a matter of Linux"
)


def test_doctor_is_content_with_this_installation() -> None:
    result = CliRunner().invoke(app, ["doctor"], catch_exceptions=False)
    assert "Videos read" in result.stdout
    assert "h264" in result.stdout
    assert ("MISSING" in result.stdout) == (result.exit_code == 1)


def test_a_missing_package_is_named_with_its_remedy() -> None:
    found, absent = packages(["numpy", "no-such-package"])
    assert (found.state, found.remedy) == ("ok", "")
    assert (absent.state, absent.remedy) == ("missing", "pip install no-such-package")


@needs_qt_on_linux
def test_missing_qt_libraries_are_named_with_their_packages() -> None:
    pytest.importorskip("PySide6")
    *_, libraries, _ = windows({"DISPLAY": ":1"}, lambda name: "cursor" not in name)
    assert libraries.state == "missing"
    assert libraries.remedy == "sudo apt install libxcb-cursor0"


@needs_qt_on_linux
def test_no_display_is_a_note_not_a_failure() -> None:
    pytest.importorskip("PySide6")
    *_, libraries, display = windows({}, lambda name: name in QT_LIBRARIES)
    assert (libraries.state, display.state) == ("ok", "note")


def test_a_library_that_does_not_exist_does_not_load() -> None:
    assert not loads("libno-such-thing.so.9")


def test_doctor_looks_for_what_the_project_asks_for() -> None:
    project = tomllib.loads((Path(__file__).parents[2] / "pyproject.toml").read_text())["project"]
    asked = [re.split(r"[<>=!\[; ]", line)[0] for line in project["dependencies"]]
    assert sorted(NEEDED) == sorted(asked)
    extras = project["optional-dependencies"]
    for extra, modules in EXTRAS.items():
        text = " ".join(extras[extra]).lower()
        assert all(module.lower() in text for module in modules)
