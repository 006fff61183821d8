"""Scenes for film breaks: films that open, and films that only seem to."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

import numpy as np

from easytear.simulate.scene import BlinkEvent, Hole, Saccade, Scene

LENGTH_S: Final = 11.0
"""Open time of these scenes: as long as fluorescein break-up times of normal eyes."""


def _in(rng: np.random.Generator, low: float, high: float) -> float:
    return round(float(rng.uniform(low, high)), 4)


def _with(scene: Scene, part: str, **values: Any) -> Scene:
    changed = getattr(scene, part).model_copy(update=values)
    return scene.model_copy(update={part: changed})


def _long(scene: Scene) -> Scene:
    """Return the scene with one blink, then the eye open for long, and a blink at the end."""
    first = scene.lids.blinks[0]
    last = BlinkEvent(start_s=first.end_s + LENGTH_S)
    scene = _with(scene, "camera", duration_s=last.end_s + 0.3)
    return _with(scene, "lids", blinks=(first, last))


def _hole(rng: np.random.Generator, taken: list[tuple[float, float, float]]) -> Hole:
    """Return a hole of any kind in the lower half of the cornea, apart from those there."""
    kind = ("spot", "line", "area")[int(rng.integers(3))]
    half = {"spot": (0.2, 0.45), "line": (0.6, 1.1), "area": (0.7, 1.2)}[kind]
    a = _in(rng, *half)
    b = a * _in(rng, 0.75, 1.0) if kind != "line" else _in(rng, 0.12, 0.2)
    for _ in range(60):
        x, y = _in(rng, -3.2, 3.2), _in(rng, 2.4, 4.2)
        if all(np.hypot(x - p, y - q) > a + r + 0.6 for p, q, r in taken):
            break
    taken.append((x, y, a))
    return Hole(
        kind=kind,  # type: ignore[arg-type]
        x_mm=x,
        y_mm=y,
        after_s=_in(rng, 2.5, 8.5),
        grow_s=_in(rng, 0.4, 2.5),
        half_x_mm=a,
        half_y_mm=b,
        angle_deg=_in(rng, 0.0, 180.0),
        ragged=_in(rng, 0.03, 0.15),
        left_nm=_in(rng, 0.0, 8.0),
    )


def _breaks(scene: Scene, rng: np.random.Generator) -> Scene:
    taken: list[tuple[float, float, float]] = []
    holes = tuple(_hole(rng, taken) for _ in range(int(rng.integers(1, 4))))
    return _with(_long(scene), "film", holes=holes)


def _thin(scene: Scene, rng: np.random.Generator) -> Scene:
    return _with(
        _long(scene),
        "film",
        sheet_nm=20.0,
        sheet_texture_nm=5.0,
        ahead_nm=12.0,
        ahead_texture_nm=3.0,
    )


def _dark(scene: Scene, rng: np.random.Generator) -> Scene:
    return _with(_with(_long(scene), "eye", iris="dark"), "camera", illumination=0.6)


def _defocus(scene: Scene, rng: np.random.Generator) -> Scene:
    return _with(_long(scene), "camera", blur_px=3.0, defocus_px=5.0, focus_time_s=0.5)


def _patch(scene: Scene, rng: np.random.Generator) -> Scene:
    """Return a film in which thick patches pass by."""
    patches = tuple(
        Hole(
            x_mm=_in(rng, -3.0, 3.0),
            y_mm=_in(rng, 3.0, 4.4),
            after_s=_in(rng, 2.0, 7.0),
            grow_s=0.2,
            half_x_mm=_in(rng, 0.3, 0.8),
            half_y_mm=_in(rng, 0.2, 0.5),
            left_nm=_in(rng, 160.0, 200.0),
            vx_mm_s=_in(rng, -0.4, 0.4),
            vy_mm_s=-_in(rng, 0.4, 1.0),
            lasts_s=_in(rng, 1.5, 3.0),
            decoy=True,
        )
        for _ in range(3)
    )
    return _with(_long(scene), "film", holes=patches)


def _lashes(scene: Scene, rng: np.random.Generator) -> Scene:
    jumps = tuple(
        Saccade(time_s=t, dx_mm=_in(rng, -0.3, 0.3), dy_mm=_in(rng, -0.3, 0.3))
        for t in (3.0, 5.5, 8.0)
    )
    scene = _with(_long(scene), "eye", saccades=jumps)
    return _with(scene, "lids", comb=0.5, lashes=80, lash_length_mm=3.4)


def _glare(scene: Scene, rng: np.random.Generator) -> Scene:
    jumps = tuple(
        Saccade(time_s=t, dx_mm=_in(rng, -0.4, 0.4), dy_mm=_in(rng, -0.3, 0.3))
        for t in (3.5, 6.0, 8.5)
    )
    scene = _with(_long(scene), "eye", saccades=jumps)
    return _with(scene, "camera", glare_spots=9, glare_strength=1.6)


def _tremor(scene: Scene, rng: np.random.Generator) -> Scene:
    return _with(
        _long(scene), "lids", tremor_mm=_in(rng, 0.2, 0.5), tremor_hz=_in(rng, 3.0, 9.0), lashes=70
    )


BREAK_PRESETS: Final[Mapping[str, tuple[str, Callable[[Scene, np.random.Generator], Scene]]]] = {
    "film_breaks": ("a film that breaks: spots, lines, areas", _breaks),
    "whole_thin": ("a film of 20 nm that does not break", _thin),
    "whole_dark": ("a dark iris in little light, no break", _dark),
    "whole_defocus": ("out of focus, no break", _defocus),
    "whole_patches": ("thick patches pass by, no break", _patch),
    "whole_lashes": ("lashes and their mirror images on a moving eye, no break", _lashes),
    "whole_glare": ("reflections on a moving eye, no break", _glare),
    "whole_tremor": ("a lid that trembles, no break", _tremor),
}
"""What each shows, and how it changes the ordinary scene."""
