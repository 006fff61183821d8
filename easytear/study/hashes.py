"""Hashes of file contents, remembered by path, size and time so that a resume is quick."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Collection
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from easytear.base.atomic import atomic_write
from easytear.base.folders import make_private_folder
from easytear.base.regular import read_regular

LONGEST: Final = 1_000_000_000
"""Bytes: millions of videos."""


def sha256_of(path: Path) -> str:
    """Return the SHA-256 of a file's content as hexadecimal text."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


@dataclass
class HashMemory:
    """Hashes computed before, in a file to which lines are added.

    It only saves time: an entry counts while the file's path, size and modification time are
    what they were, and without the memory every hash is computed anew. A line that a killed run
    left unfinished is passed over. With `keep` false nothing is added to the file. With `private`
    nobody else may enter its folder: it is the key's.
    """

    file: Path
    keep: bool = True
    private: bool = False
    _known: dict[str, tuple[int, int, str]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Read what is remembered."""
        try:
            text = read_regular(self.file, LONGEST).decode(errors="replace")
        except OSError:
            return
        for line in text.splitlines():
            try:
                path, size, mtime_ns, digest = json.loads(line)
                self._known[path] = (size, mtime_ns, digest)
            except (ValueError, TypeError, RecursionError):
                continue

    def get(self, video: Path, stat: os.stat_result | None = None) -> str:
        """Return the hash of the file's present content, whose `stat` may be known already."""
        stat = stat or video.stat()
        known = self._known.get(str(video))
        if known is not None and known[:2] == (stat.st_size, stat.st_mtime_ns):
            return known[2]
        digest = sha256_of(video)
        self.add(video, stat.st_size, stat.st_mtime_ns, digest)
        return digest

    def add(self, video: Path, size: int, mtime_ns: int, digest: str) -> None:
        """Remember the hash of a file that had this size and time before it was read."""
        if self._known.get(str(video)) == (size, mtime_ns, digest) or not digest:
            return
        self._known[str(video)] = (size, mtime_ns, digest)
        if not self.keep:
            return
        if self.private:
            make_private_folder(self.file.parent)
        else:
            self.file.parent.mkdir(parents=True, exist_ok=True)
        with open(self.file, "a", encoding="utf-8", opener=_for_me_alone) as file:
            file.write("\n" * _torn(self.file))
            file.write(json.dumps([str(video), size, mtime_ns, digest]) + "\n")


def _for_me_alone(path: str, flags: int) -> int:
    """Open a file that nobody else may read: it holds the real names of videos."""
    return os.open(path, flags, 0o600)


def _torn(path: Path) -> bool:
    """Tell whether the file's last line was left unfinished."""
    with path.open("rb") as file:
        if file.seek(0, 2) == 0:
            return False
        file.seek(-1, 2)
        return file.read(1) != b"\n"


def forget(file: Path, digests: Collection[str]) -> None:
    """Take the lines of these contents out of a memory's file, if it is there."""
    if not file.exists():
        return
    rights = file.stat().st_mode & 0o777
    lines = file.read_text(encoding="utf-8", errors="replace").splitlines()
    kept = [line for line in lines if not any(digest in line for digest in digests)]
    with atomic_write(file) as aside:
        aside.write_text("".join(f"{line}\n" for line in kept), encoding="utf-8")
    with suppress(OSError):
        file.chmod(rights)
