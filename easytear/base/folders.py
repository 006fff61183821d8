"""Folders that EasyTear makes for itself, and the only place that removes a folder."""

from __future__ import annotations

import shutil
from collections.abc import Collection
from contextlib import suppress
from pathlib import Path, PurePosixPath, PureWindowsPath
from typing import Final

from easytear.base.errors import EasyTearError

MARKER: Final = ".made-by-easytear"
"""A file inside says that EasyTear made a folder, and may remove it."""


def is_plain_name(name: str) -> bool:
    """Return whether a text from elsewhere is the name of one file or folder, on any system.

    Names that begin with a dot are not: they are hidden, or lead elsewhere.
    """
    if not name or name.startswith(".") or any(ord(letter) < ord(" ") for letter in name):
        return False
    return PurePosixPath(name).parts == (name,) and PureWindowsPath(name).parts == (name,)


def make_own_folder(folder: Path) -> None:
    """Make a folder that EasyTear may remove again; an earlier one of that kind goes first.

    Raises
    ------
    EasyTearError
        If something stands there that EasyTear did not make.
    OSError
        If it cannot be made.
    """
    remove_own_folder(folder, folder.parent)
    try:
        folder.mkdir(parents=True)
    except FileExistsError as error:
        raise EasyTearError(
            f"{folder}: stands in the way and was not made by EasyTear; move it elsewhere."
        ) from error
    (folder / MARKER).touch()


def make_private_folder(folder: Path) -> None:
    """Make a folder that its owner alone may enter, or make an older one so.

    What stands in it is hidden whatever rights its files have. Where a share knows no rights it is
    an ordinary folder.
    """
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    with suppress(OSError):
        folder.chmod(0o700)


def remove_own_folder(folder: Path, within: Path) -> bool:
    """Remove a folder that EasyTear made, with all that is in it; return whether it did.

    Nothing is removed that is reached through a link, that does not lie directly in the folder
    `within`, or that holds no `MARKER`. Links inside are removed, not followed.
    """
    if folder.name in ("", ".", "..") or folder.parent != within or not within.is_dir():
        return False
    if folder.is_symlink() or not folder.is_dir():
        return False
    marker = folder / MARKER
    if marker.is_symlink() or not marker.is_file():
        return False
    if folder.resolve() != within.resolve() / folder.name:
        return False
    shutil.rmtree(folder, ignore_errors=True)
    # An interrupted removal must be able to go on: without the marker nobody would.
    if folder.is_dir():
        with suppress(OSError):
            marker.touch()
    return True


def remove_known_files(folder: Path, names: Collection[str], within: Path) -> tuple[str, ...]:
    """Remove files of known names from a folder of a study, and the folder once it is empty.

    For folders that may hold something of somebody else: nothing else in it is touched, nothing is
    removed that is reached through a link or does not lie directly in the folder `within`.

    Returns
    -------
    tuple of str
        Names of what is left in the folder.
    """
    if folder.name in ("", ".", "..") or folder.parent != within or not within.is_dir():
        return ()
    if folder.is_symlink() or not folder.is_dir():
        return ()
    if folder.resolve() != within.resolve() / folder.name:
        return ()
    for name in names:
        path = folder / name
        if is_plain_name(name) and (path.is_symlink() or path.is_file()):
            path.unlink()
    left = tuple(sorted(path.name for path in folder.iterdir()))
    if not left:
        folder.rmdir()
    return left
