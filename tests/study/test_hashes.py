"""The memory of hashes."""

import hashlib
import os
from pathlib import Path

from easytear.study.hashes import HashMemory


def test_a_changed_file_is_hashed_again(tmp_path: Path) -> None:
    video = tmp_path / "a.mp4"
    memory = HashMemory(tmp_path / "hashes")
    for content in (b"one", b"two"):
        video.write_bytes(content)
        os.utime(video, ns=(len(content), hash(content) % 10**9))
        assert memory.get(video) == hashlib.sha256(content).hexdigest()


def test_it_is_only_a_memory_and_survives_a_torn_line(tmp_path: Path) -> None:
    video = tmp_path / "a.mp4"
    video.write_bytes(b"one")
    digest = HashMemory(tmp_path / "hashes").get(video)
    with (tmp_path / "hashes").open("a") as file:
        file.write('["half a li')
    torn = HashMemory(tmp_path / "hashes")
    other = tmp_path / "b.mp4"
    other.write_bytes(b"other")
    torn.get(other)
    again = HashMemory(tmp_path / "hashes")
    for path in (video, other):  # known without a look at the content
        stat = path.stat()
        path.write_bytes(b"x" * stat.st_size)
        os.utime(path, ns=(stat.st_atime_ns, stat.st_mtime_ns))
    assert again.get(video) == digest


def test_nothing_is_written_when_it_shall_not_be_kept(tmp_path: Path) -> None:
    video = tmp_path / "a.mp4"
    video.touch()
    HashMemory(tmp_path / "hashes", keep=False).get(video)
    assert not (tmp_path / "hashes").exists()
