"""Keys that napari uses, too: they are EasyTear's while one of its layers is chosen."""

from __future__ import annotations

from collections import defaultdict

from napari.settings import get_settings

from easytear_napari.keymap import KEYMAP, spelled

_LAYERS = ("image", "points", "shapes", "tracks")
"""Kinds of EasyTear's layers, as napari's actions name them."""


def resting_keys() -> dict[str, set[str]]:
    """Return napari's actions by the key of theirs that EasyTear takes."""
    ours = {_canonical(key): spelled(key) for verb in KEYMAP for key in verb.keys}
    found: dict[str, set[str]] = defaultdict(set)
    for action, keys in get_settings().shortcuts.shortcuts.items():
        kind, _, name = str(action).removeprefix("napari:").partition(":")
        about = next((k for k in _LAYERS if k in f"{kind}{name}"), None)
        words = (name or kind).replace("_", " ")
        if about is None and not _of_the_viewer(str(action)):
            continue
        for key in keys:
            taken = ours.get(_canonical(str(key)))
            if taken is not None:
                found[taken].add(words)
    return dict(found)


def _of_the_viewer(action: str) -> bool:
    """Return whether an action is not one of a layer that EasyTear has none of."""
    return not any(kind in action for kind in ("label", "surface", "vectors", "paint", "brush"))


def _canonical(key: str) -> frozenset[str]:
    words = {"ctrl": "control", "\u2303": "control"}
    parts = key.replace("+", "-").lower().split("-")
    return frozenset(words.get(part, part) for part in parts if part)
