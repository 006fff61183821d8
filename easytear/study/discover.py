"""The videos below a folder."""

from __future__ import annotations

import os
import stat
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path

from easytear.base.suffixes import VIDEO_SUFFIXES
from easytear.study.trips import at_once


@dataclass(frozen=True)
class Found:
    """What a folder holds.

    Attributes
    ----------
    videos : tuple of str
        Paths relative to the folder with `/` between the parts, sorted.
    skipped : tuple of (str, str)
        Path and reason of every other file, sorted.
    """

    videos: tuple[str, ...]
    skipped: tuple[tuple[str, str], ...]


def find_videos(folder: Path, globs: Sequence[str] = (), leave_out: Iterable[Path] = ()) -> Found:
    """Find the videos in the tree below `folder`.

    Parameters
    ----------
    folder : Path
        Where to look; links to folders are not followed.
    globs : sequence of str
        Patterns such as `*.avi` or `visit1/**/*.bin`, matched against the path below `folder`
        regardless of case. With patterns, exactly the files that match one are videos, whatever
        their ending; without, the ending decides, in any case.
    leave_out : iterable of Path
        Folders not to look into, such as the study itself.
    """
    outside = {path.resolve() for path in leave_out}
    videos: list[str] = []
    skipped: list[tuple[str, str]] = []

    def tell(path: Path, reason: str) -> None:
        skipped.append((_below(path, folder), reason))

    paths = list(_files(folder, outside, tell))
    reasons = at_once(lambda path: _why_not(path, _below(path, folder), globs), paths)
    for path, reason in zip(paths, reasons, strict=True):
        if reason:
            tell(path, reason)
        else:
            videos.append(_below(path, folder))
    return Found(tuple(sorted(videos)), tuple(sorted(skipped)))


def _below(path: Path, folder: Path) -> str:
    return path.relative_to(folder).as_posix()


def _files(folder: Path, outside: set[Path], tell: Callable[[Path, str], None]) -> Iterator[Path]:
    """Yield the files in the tree, and tell which folders are not looked into."""

    def closed(error: OSError) -> None:
        if Path(error.filename) == folder:
            raise error
        tell(Path(error.filename), f"a folder that cannot be read ({error.strerror})")

    for place, folders, names in os.walk(folder, onerror=closed):
        here = Path(place)
        inside: list[str] = []
        for name in sorted(folders):
            if name.startswith("."):
                tell(here / name, "a hidden folder")
            elif (here / name).is_symlink():
                tell(here / name, "a link to a folder; links are not followed")
            elif (here / name).resolve() not in outside:
                inside.append(name)
        folders[:] = inside
        for name in names:
            yield here / name


def _why_not(path: Path, relative: str, globs: Sequence[str]) -> str:
    """Return why this file is not taken as a video, or an empty string."""
    if path.name.startswith("."):
        return "a hidden file"
    try:
        if not stat.S_ISREG(path.stat().st_mode):
            return "not a regular file"  # a pipe or a device would be waited for without end
    except FileNotFoundError:
        return "a link to nothing"
    except OSError as error:  # a loop of links, a place that cannot be read
        return f"cannot be looked at ({error.strerror})"
    if globs:
        return "" if any(matches(relative, pattern) for pattern in globs) else "not in --glob"
    if path.suffix.lower() not in VIDEO_SUFFIXES:
        return f"not a video ({path.suffix.lower() or 'no ending'})"
    if path.name == "overlay.mp4" and (path.parent / "summary.json").exists():
        return "an overlay that EasyTear made"
    return ""


def matches(relative: str, pattern: str) -> bool:
    """Tell whether a path matches a pattern; `**` stands for any folders, case is ignored.

    A pattern without `/` is matched against the file's name alone.
    """
    parts = relative.lower().split("/")
    wanted = pattern.lower().removeprefix("./").split("/")
    return _match(parts[-1:] if len(wanted) == 1 else parts, wanted)


def _match(parts: list[str], wanted: list[str]) -> bool:
    if not wanted:
        return not parts
    if wanted[0] == "**":
        return _match(parts, wanted[1:]) or (bool(parts) and _match(parts[1:], wanted))
    return bool(parts) and fnmatchcase(parts[0], wanted[0]) and _match(parts[1:], wanted[1:])
