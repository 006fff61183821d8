"""The one table of keys: bound from it, shown from it, and documented from it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True)
class Verb:
    """Something an annotator does with a key.

    Attributes
    ----------
    name : str
        Method of `easytear_napari.verbs.Verbs`.
    keys : tuple of str
        Keys in napari's spelling.
    group : str
        Heading in the list of keys.
    text : str
        What it does, for a person.
    """

    name: str
    keys: tuple[str, ...]
    group: str
    text: str


MOVE, POINTS, REVIEW, EVENTS, FRONT, VIEW, UNDO = (
    "Move",
    "Points",
    "Review",
    "Intervals and blinks",
    "Front and eye",
    "View",
    "Undo",
)

KEYMAP: Final[tuple[Verb, ...]] = (
    Verb(
        "forward",
        ("E",),
        MOVE,
        "10 frames on (or as the protocol says), to the interval's end at most",
    ),
    Verb("backward", ("Q",), MOVE, "as many back, to its start at most"),
    Verb("to_start", ("Home",), MOVE, "to the interval's first frame"),
    Verb("to_end", ("End",), MOVE, "to the interval's last frame"),
    Verb("next_point", ("Down",), MOVE, "next point"),
    Verb("previous_point", ("Up",), MOVE, "previous point"),
    Verb("add", ("A",), POINTS, "add a point under the pointer"),
    Verb(
        "place",
        ("W",),
        POINTS,
        "place the current point under the pointer, and go to the next; "
        "after the last one, 10 frames on",
    ),
    Verb("keep", ("K",), POINTS, "keep or extend the point: set it where it is shown"),
    Verb(
        "retrack",
        ("T",),
        POINTS,
        "follow the point on from here with the program's tracker, up to where you set it",
    ),
    Verb(
        "retrack_over",
        ("Shift-T",),
        POINTS,
        "follow it to the interval's end, in place of what is set there",
    ),
    Verb("lost", ("L",), POINTS, "lost: not seen from this frame on, until it is set again"),
    Verb(
        "occluded", ("Shift-L",), POINTS, "occluded: something hides it here; the place is a guess"
    ),
    Verb("delete_keyframe", ("D",), POINTS, "delete what is selected: its keyframe in this frame"),
    Verb("delete_point", ("Shift-D",), POINTS, "delete the whole point"),
    Verb("break_point", ("B",), POINTS, "break the point in two here"),
    Verb("connect", ("C",), POINTS, "connect the point with the one under the pointer"),
    Verb("places", ("Shift-A",), POINTS, "where points begin by the protocol: show or hide"),
    Verb("interpolation", ("I",), POINTS, "between keyframes: straight, or along the film"),
    Verb("next_doubt", ("R",), REVIEW, "next to review: what moves λ most comes first"),
    Verb("accept", ("Y",), REVIEW, "accept the program's track, front or numbers"),
    Verb("reject", ("X",), REVIEW, "reject the program's track"),
    Verb("adopt", ("Shift-X",), REVIEW, "take the program's track over to correct it"),
    Verb("alone", ("Shift-R",), REVIEW, "show the track under review alone, or all"),
    Verb("done", ("Shift-E",), REVIEW, "this interval is done; tells what was looked at"),
    Verb("program", ("P",), REVIEW, "show or hide the program's result"),
    Verb("start_here", ("[",), EVENTS, "the interval starts at this frame"),
    Verb("end_here", ("]",), EVENTS, "the interval ends at this frame"),
    Verb("blink", ("J",), EVENTS, "a blink: press at its first and at its last frame"),
    Verb(
        "exclude", ("Shift-N",), EVENTS, "leave the interval out, for a reason; or take it in again"
    ),
    Verb("note", ("N",), EVENTS, "a note on this frame"),
    Verb("front", ("F",), FRONT, "draw the front, or take over the program's; Enter ends it"),
    Verb(
        "straighten",
        ("S",),
        FRONT,
        "straighten the front about the vertex nearest to the pointer",
    ),
    Verb("limbus", ("U",), FRONT, "limbus: take over and move"),
    Verb("pupil", ("V",), FRONT, "pupil: take over and move"),
    Verb("region", ("O",), FRONT, "region: take over and move its corners"),
    Verb("scale", ("G",), FRONT, "scale: press at both ends of a known length"),
    Verb("stabilised", ("M",), VIEW, "eye held still, or as recorded"),
    Verb("enhanced", ("H",), VIEW, "film enhanced, or as recorded"),
    Verb("undo", ("Z", "Control-Z"), UNDO, "undo, without limit"),
    Verb("redo", ("Shift-Z", "Control-Shift-Z"), UNDO, "redo"),
)
"""Every key of the plugin. Arrow left and right are napari's own: one frame."""


def spelled(key: str) -> str:
    """Return a key as people know it."""
    named = {"Control": "Ctrl"}
    return "+".join(named.get(part, part) for part in key.split("-"))


KEYS: Final = {verb.name: spelled(verb.keys[0]) for verb in KEYMAP}
"""The first key of each verb, as people know it."""


def key_table() -> str:
    """Return the keys as the Markdown table that stands in docs/annotate.md."""
    lines = ["| Key | What it does |", "|---|---|"]
    group = ""
    for verb in KEYMAP:
        if verb.group != group:
            group = verb.group
            lines.append(f"| | **{group}** |")
        lines.append(f"| {' or '.join(f'`{spelled(k)}`' for k in verb.keys)} | {verb.text} |")
    return "\n".join(lines) + "\n"
