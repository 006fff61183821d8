"""Light, focus and lost frames are events of their own, and no blinks."""

from functools import cache

import cv2
import numpy as np
import pytest

from easytear.preprocess.events import visibility_flags, visible_s
from easytear.preprocess.records import Blink, Event
from easytear.preprocess.watcher import EyeWatcher
from tests.preprocess.eyes import DrawnEye, closure_of

FPS = 25.0
COUNT = 95
TIME_S = np.arange(COUNT) / FPS
EYE = DrawnEye(width=240, height=180, px_per_mm=19.0, pupil_x=118.0, pupil_y=63.0)
ACROSS = np.linspace(0.0, 1.0, 240)[None, :]
DOWN = np.linspace(0.0, 1.0, 180)[:, None]


@cache
def drawn() -> list[np.ndarray]:
    """A complete blink at 1 s, half of one at 3 s, film that rises after the first."""
    closure = closure_of(TIME_S, [(1.0, 1.0), (3.0, 0.5)])
    film = 20.0 * (1.0 - np.exp(-np.arange(COUNT) / 15.0))
    return [EYE.draw(closure=closure[k], frame=k, film=film[k]) for k in range(COUNT)]


def seen(change) -> tuple[list[Blink], list[Event]]:
    watcher = EyeWatcher((180, 240))
    for number, frame in enumerate(drawn()):
        changed = change(number, frame.astype(float))
        watcher.add(np.clip(changed, 0, 255).astype(np.uint8))
    return watcher.blinks(TIME_S), watcher.events(TIME_S)


def on(number: int) -> bool:
    return 55 <= number < 62


CHANGES = {
    "lamp_on": (lambda n, f: f * (1.6 if n >= 58 else 1.0), "light"),
    "lamp_at_the_side": (lambda n, f: f * (1 + 0.8 * ACROSS if n >= 58 else 1.0), "light"),
    "lamp_above_flashes": (lambda n, f: f * (1 + 1.2 * (1 - DOWN) if on(n) else 1.0), "light"),
    "saturated_flash": (lambda n, f: f * (4.0 if on(n) else 1.0), "light"),
    "veil": (lambda n, f: f * 0.8 + 50.0 if n >= 58 else f, "light"),
    "steps": (lambda n, f: f * (1 + 0.15 * (n // 20)), "light"),
    "gamma": (lambda n, f: 255 * (f / 255) ** (0.6 if n >= 58 else 1.0), "light"),
    "flicker": (lambda n, f: f * (1 + 0.12 * np.sin(0.8 * n)), "light"),
    "exposure": (lambda n, f: f * (1 + 0.4 * np.clip((n - 52) / 10, 0, 1)), "exposure"),
    "focus": (
        lambda n, f: cv2.GaussianBlur(f, (0, 0), 1e-3 + 4 * np.exp(-(((n - 56) / 5) ** 2))),
        "focus",
    ),
    "black": (lambda n, f: f * (0.0 if on(n) else 1.0), "lost_frames"),
    "white": (lambda n, f: f + (255.0 if on(n) else 0.0), "lost_frames"),
    "frozen": (lambda n, f: drawn()[55].astype(float) if on(n) else f, "lost_frames"),
}


@pytest.mark.parametrize("name", CHANGES)
def test_events_are_told_and_are_no_blinks(name):
    change, kind = CHANGES[name]
    blinks, events = seen(change)
    assert [(blink.kind) for blink in blinks] == ["complete", "50"]
    for blink, (first, last) in zip(blinks, [(26, 31), (76, 80)], strict=True):
        assert abs(blink.start_frame - first) <= 1
        assert abs(blink.end_frame - last) <= 1
    kinds = {event.kind for event in events}
    # A saturated picture has lost its fine contrast too.
    assert kinds - ({"focus"} if name == "saturated_flash" else set()) == {kind}
    assert any(event.start_frame <= 60 and event.end_frame >= 55 for event in events)


def test_nothing_happens_to_steady_light():
    blinks, events = seen(lambda number, frame: frame)
    assert len(blinks) == 2
    assert events == []


def test_a_recorder_that_writes_every_frame_twice_loses_none():
    watcher = EyeWatcher((180, 240))
    for frame in drawn()[32:72]:
        watcher.add(frame)
        watcher.add(frame)
    assert watcher.events(np.arange(80) / 50.0) == []


@pytest.mark.parametrize(
    ("events", "flags"),
    [
        ([], ()),
        ([Event("light", 120, 121)], ("light_changed",)),
        ([Event("light", 20, 40)], ()),
        ([Event("focus", 95, 102)], ()),
        ([Event("focus", 100, 115)], ("out_of_focus",)),
        ([Event("focus", 100, 130)], ("out_of_focus", "film_watched_briefly")),
        ([Event("lost_frames", 105, 140)], ("film_watched_briefly",)),
    ],
)
def test_events_say_how_long_film_could_be_seen(events, flags):
    # Two seconds from frame 100 on.
    assert visibility_flags(events, 100, TIME_S[:50]) == flags


def test_what_hides_film_is_taken_off_the_time_it_was_looked_for():
    events = [Event("focus", 90, 109), Event("lost_frames", 120, 129), Event("light", 130, 149)]
    assert visible_s(events, 100, TIME_S[:50]) == pytest.approx(1.2, abs=0.03)


def blocks(frame: np.ndarray) -> np.ndarray:
    """Return what a codec short of bits makes of its first picture."""
    few = cv2.resize(frame, (15, 11), interpolation=cv2.INTER_AREA)
    return cv2.resize(few, (240, 180), interpolation=cv2.INTER_NEAREST)


POOR = {
    "blocks": blocks,
    "blur": lambda f: cv2.GaussianBlur(f, (0, 0), 6.0),
    "veil": lambda f: 0.25 * f + 70.0,
    "grains": lambda f: f + np.random.default_rng(7).normal(0, 25, f.shape),
}


def watched(frames: list[np.ndarray], time_s: np.ndarray) -> list[Blink]:
    watcher = EyeWatcher((180, 240))
    for frame in frames:
        watcher.add(np.clip(frame, 0, 255).astype(np.uint8))
    return watcher.blinks(time_s)


@pytest.mark.parametrize("name", POOR)
def test_poor_pictures_at_the_ends_and_after_lost_ones_are_no_blink(name):
    frames = [frame.astype(float) for frame in drawn()[34:74]]
    poor = {0, 1, 2, 20, 21, 22, 38, 39}
    shown = [POOR[name](frame) if k in poor else frame for k, frame in enumerate(frames)]
    time_s = TIME_S[:40] + np.where(np.arange(40) >= 20, 0.5, 0.0)
    assert watched(shown, time_s) == []


def test_a_video_that_begins_and_ends_in_a_blink_tells_both():
    (first, last) = watched(drawn()[28:79], TIME_S[:51])
    assert (first.start_frame, first.complete) == (0, True)
    assert (last.end_frame, last.kind) == (50, "50")
