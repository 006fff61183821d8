"""Files of state are files, and short."""

import os
import sys
from pathlib import Path

import pytest

from easytear.base.regular import read_regular


@pytest.mark.skipif(sys.platform == "win32", reason="of POSIX systems")
def test_a_pipe_or_device_is_not_waited_for_and_a_long_file_is_not_read(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "link").symlink_to("/dev/zero")
    (tmp_path / "long").write_bytes(b"x" * 11)
    (tmp_path / "good").write_bytes(b"x" * 10)
    for name in ("pipe", "link", "long", "absent", "."):
        with pytest.raises(OSError, match=r"regular|longer|absent|directory"):
            read_regular(tmp_path / name, 10)
    assert read_regular(tmp_path / "good", 10) == b"x" * 10
