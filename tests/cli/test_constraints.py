"""constraints.txt names everything that EasyTear with all its extras installs."""

import re
import runpy
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def test_every_installed_package_is_pinned() -> None:
    script = runpy.run_path(str(ROOT / ".ci" / "write-constraints"))
    lines = (ROOT / "constraints.txt").read_text(encoding="utf-8").split()
    pinned = {re.sub(r"[-_.]+", "-", line.split("==")[0]).lower() for line in lines}
    needed = script["needed"]()
    assert {"numpy", "pydantic", "napari", "hatchling"} <= needed.keys() | pinned
    assert not needed.keys() - pinned
    assert all("==" in line for line in lines)
