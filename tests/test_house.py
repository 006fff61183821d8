"""What may know whom, and what the repository may say."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
WINDOWS = {"PySide6", "PyQt6", "qtpy", "napari", "pyqtgraph", "superqt", "easytear_gui"}
WINDOWS |= {"easytear_napari"}
ALONE = ("base", "video", "request/settings", "request/scale.py")
STAGES = ("preprocess", "segment", "track", "measure")


def modules(place: Path) -> list[Path]:
    return [place] if place.suffix == ".py" else sorted(place.rglob("*.py"))


def imported(path: Path) -> set[str]:
    names: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            names |= {node.module}
            names |= {f"{node.module}.{alias.name}" for alias in node.names}
    return names


@pytest.mark.parametrize("path", modules(ROOT / "easytear"), ids=lambda p: str(p.name))
def test_the_library_names_no_window(path: Path) -> None:
    roots = {name.split(".")[0] for name in imported(path)}
    lazily = {"launch.py", "gui.py", "annotate.py"} if path.parent.name == "cli" else set()
    assert path.name in lazily or not roots & WINDOWS


def test_importing_the_library_and_its_commands_loads_no_window() -> None:
    code = (
        "import sys, easytear, easytear.cli, easytear.results, easytear.engine;"
        f"print(sorted({WINDOWS!r} & set(sys.modules)))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT
    )
    assert done.stdout.strip() == "[]"


def rooms(names: set[str]) -> set[str]:
    return {name.split(".")[1] for name in names if name.startswith("easytear.")}


@pytest.mark.parametrize("room", ALONE)
def test_ground_rooms_know_no_other_room(room: str) -> None:
    common = {"base", room.split("/")[0]}
    for path in modules(ROOT / "easytear" / room):
        assert rooms(imported(path)) <= common, path


@pytest.mark.parametrize("room", STAGES)
def test_stages_know_neither_files_nor_the_engine(room: str) -> None:
    above = {"engine", "workers", "study", "report", "annotate", "cli", "simulate", "video"}
    for path in modules(ROOT / "easytear" / room):
        names = imported(path)
        assert not rooms(names) & above, path
        for other in set(STAGES) - {room}:
            inner = {n for n in names if n.startswith(f"easytear.{other}.")}
            allowed = f"easytear.{other}.records"
            assert all(n.startswith(allowed) for n in inner), path


@pytest.mark.parametrize("place", ["easytear", "gui", "benchmarks", "tests"])
def test_modules_stay_short_enough_to_read(place: str) -> None:
    long = {
        str(p): n for p in modules(ROOT / place) if (n := len(p.read_text().splitlines())) > 400
    }
    assert not long
