"""What both programs of the desktop build run: the window, or the command line.

`EasyTear` opens the window with the files that it is given; `easytear` is the command line and
runs the parts of EasyTear that do the work in the background.
"""

from __future__ import annotations

import runpy
import sys
from pathlib import Path

from easytear.workers.child import FROZEN_CHILD, OURS


def main() -> None:
    """Run what this program is named for."""
    if sys.argv[1:2] == [FROZEN_CHILD]:
        module = sys.argv[2]
        if module.partition(".")[0] not in OURS:
            sys.exit(f"{module}: is no part of EasyTear.")
        sys.argv[:] = [module, *sys.argv[3:]]
        runpy.run_module(module, run_name="__main__", alter_sys=True)
        return
    if Path(sys.executable).stem == "EasyTear":  # the other is easytear-command
        from easytear_gui.app import run

        sys.exit(run([Path(name) for name in sys.argv[1:]]))
    from easytear.__main__ import main as command

    command()


if __name__ == "__main__":
    main()
