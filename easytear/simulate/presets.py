"""Named scenes: what each stresses, and the ranges from which a seed draws everything else."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from pydantic import ValidationError

from easytear.base.errors import EasyTearError
from easytear.base.text import said
from easytear.simulate.break_scenes import BREAK_PRESETS
from easytear.simulate.scene import (
    BlinkEvent,
    Camera,
    Eye,
    Film,
    IrisColour,
    Lids,
    Saccade,
    Scene,
    Spread,
)

Change = Callable[[Scene, np.random.Generator], Scene]

IRISES: tuple[IrisColour, ...] = ("dark", "dark", "brown", "hazel", "grey", "blue")
FIRST_BLINK_S = 0.4
LENGTH_S = 5.0


def _base(name: str, seed: int) -> Scene:
    """Return an ordinary scene: open eye, a blink, one interval to the end.

    Ranges: rho 2 to 3.8 mm, lambda 0.5 to 1.6 s, onset 0 to 0.15 s after the lid's rest, front
    at 0.7 to 1.1 mm, sheet 95 to 116 nm below a film of 34 to 48 nm, iris of any colour, iris
    width 11 to 12.4 mm in a field of 11.8 to 13.2 mm, pupil 2.2 to 3.8 mm.
    """
    rng = np.random.default_rng([seed, *name.encode()])
    # The order of the draws is part of the scene: whoever changes it changes every video.
    camera, eye, lids, film = _camera(rng), _eye(rng), _lids(rng), _film(rng)
    return Scene(name=name, seed=seed, camera=camera, eye=eye, lids=lids, film=film)


def _camera(rng: np.random.Generator) -> Camera:
    return Camera(
        duration_s=FIRST_BLINK_S + 0.31 + LENGTH_S,
        field_width_mm=_in(rng, 11.8, 13.2),
        noise_dn=_in(rng, 0.8, 1.4),
        gradient=(_in(rng, -0.15, 0.15), _in(rng, -0.1, 0.1)),
        flicker=_in(rng, 0.0, 0.008),
        defocus_px=_in(rng, 1.0, 2.5),
        focus_time_s=_in(rng, 0.08, 0.16),
        illumination=_in(rng, 0.85, 1.2),
        glare_spots=int(rng.integers(0, 4)),
    )


def _eye(rng: np.random.Generator) -> Eye:
    return Eye(
        iris=IRISES[int(rng.integers(len(IRISES)))],
        hvid_mm=_in(rng, 11.0, 12.4),
        limbus_aspect=_in(rng, 1.04, 1.14),
        centre_x=_in(rng, 0.43, 0.55),
        centre_y=_in(rng, 0.26, 0.36),
        pupil_dx_mm=_in(rng, -0.25, 0.25),
        pupil_dy_mm=_in(rng, -0.2, 0.1),
        pupil_diameter_mm=_in(rng, 2.2, 3.8),
        pupil_aspect=_in(rng, 0.98, 1.08),
        pupil_change=_in(rng, 0.0, 0.06),
        pupil_shift=_in(rng, -0.3, 0.3),
        settle_dx_mm=_in(rng, -0.3, 0.3),
        settle_dy_mm=_in(rng, 0.1, 0.45),
        settle_s=_in(rng, 0.1, 0.25),
        drift_mm_s=_in(rng, 0.02, 0.09),
        microsaccades_hz=_in(rng, 0.4, 1.5),
        microsaccade_mm=_in(rng, 0.02, 0.07),
        rotation_deg=_in(rng, 0.0, 0.2),
    )


def _lids(rng: np.random.Generator) -> Lids:
    return Lids(
        lower_gap_mm=_in(rng, -0.15, 0.5),
        lower_curve_per_mm=_in(rng, 0.02, 0.045),
        lower_tilt=_in(rng, -0.06, 0.06),
        upper_rest_mm=_in(rng, 0.0, 0.8),
        lashes=int(rng.integers(35, 80)),
        lash_length_mm=_in(rng, 1.8, 2.8),
        comb=_in(rng, 0.2, 0.5),
        blinks=(_blink(rng, FIRST_BLINK_S),),
    )


def _film(rng: np.random.Generator) -> Film:
    return Film(
        sheet_nm=_in(rng, 95.0, 116.0),
        sheet_texture_nm=_in(rng, 17.0, 27.0),
        ahead_nm=_in(rng, 34.0, 48.0),
        ahead_texture_nm=_in(rng, 8.0, 13.0),
        ragged_mm=_in(rng, 0.07, 0.14),
        texture_life_s=_in(rng, 3.5, 8.0),
        spreads=(_spread(rng),),
    )


def _in(rng: np.random.Generator, low: float, high: float) -> float:
    return round(float(rng.uniform(low, high)), 4)


def _blink(rng: np.random.Generator, start_s: float, closure: float = 1.0) -> BlinkEvent:
    return BlinkEvent(
        start_s=start_s,
        closing_s=_in(rng, 0.07, 0.11),
        closed_s=_in(rng, 0.03, 0.08),
        opening_s=_in(rng, 0.14, 0.2),
        closure=closure,
    )


def _spread(rng: np.random.Generator, **fixed: Any) -> Spread:
    values: dict[str, Any] = {
        "rho_mm": _in(rng, 2.0, 3.8),
        "lambda_s": round(float(np.exp(rng.uniform(np.log(0.5), np.log(1.6)))), 4),
        "delay_s": _in(rng, 0.0, 0.15),
        "lambda_per_mm": _in(rng, -0.06, 0.0),
        "plateau_mm": _in(rng, 0.7, 1.1),
        "decline_per_mm": _in(rng, 0.02, 0.06),
        "front_mm": _in(rng, 0.7, 1.1),
        "tilt_per_mm": _in(rng, -0.03, 0.03),
        "shear_mm": _in(rng, 0.0, 0.2),
        "seed": int(rng.integers(1, 1_000_000)),
    }
    return Spread(**{**values, **fixed})


def _with(scene: Scene, part: str, **values: Any) -> Scene:
    changed = getattr(scene, part).model_copy(update=values)
    return scene.model_copy(update={part: changed})


def _law(scene: Scene, **values: Any) -> Scene:
    spreads = tuple(s.model_copy(update=values) for s in scene.film.spreads)
    return _with(scene, "film", spreads=spreads)


def _repeat(
    scene: Scene,
    rng: np.random.Generator,
    starts: list[float],
    closures: list[float] | None = None,
    **law: Any,
) -> Scene:
    """Return the scene with these blinks, each followed by a spread of its own."""
    closures = closures or [1.0] * len(starts)
    blinks = tuple(_blink(rng, t, c) for t, c in zip(starts, closures, strict=True))
    own = scene.film.spreads[0].model_dump()
    spreads = []
    for _ in starts:
        scale = {
            "rho_mm": own["rho_mm"] * _in(rng, 0.85, 1.15),
            "lambda_s": own["lambda_s"] * _in(rng, 0.8, 1.25),
            "delay_s": _in(rng, 0.0, 0.15),
            "seed": int(rng.integers(1, 1_000_000)),
        }
        spreads.append(Spread(**{**own, **scale, **law}))
    return _with(_with(scene, "lids", blinks=blinks), "film", spreads=tuple(spreads))


def _normal(scene: Scene, rng: np.random.Generator) -> Scene:
    scene = _with(scene, "camera", duration_s=9.6)
    return _repeat(scene, rng, [0.4, 5.0], lambda_s=_in(rng, 0.7, 1.1))


def _dry(scene: Scene, rng: np.random.Generator) -> Scene:
    scene = _with(scene, "film", sheet_nm=74.0, sheet_texture_nm=16.0, ahead_nm=32.0)
    scene = _with(scene, "camera", duration_s=11.4)
    rho, lam = _in(rng, 1.4, 2.0), _in(rng, 1.8, 2.6)
    return _repeat(scene, rng, [0.4, 6.0], rho_mm=rho, lambda_s=lam, front_mm=0.8)


def _difficult(scene: Scene, rng: np.random.Generator) -> Scene:
    scene = _with(
        scene,
        "camera",
        contrast=0.7,
        noise_dn=2.2,
        defocus_px=3.0,
        glare_spots=5,
        duration_s=9.5,
        crf=23,
    )
    scene = _with(scene, "eye", iris="blue", drift_mm_s=0.1, microsaccades_hz=1.5)
    jump = Saccade(time_s=3.4, dx_mm=0.25, dy_mm=-0.1)
    scene = _with(scene, "eye", saccades=(jump,), rotation_deg=0.4)
    scene = _with(scene, "lids", comb=0.45, lashes=60, lash_length_mm=2.4)
    return _repeat(scene, rng, [0.4, 4.8], [1.0, 0.7])


def _saccades(scene: Scene, rng: np.random.Generator) -> Scene:
    jumps = tuple(
        Saccade(time_s=t, dx_mm=_in(rng, -0.5, 0.5), dy_mm=_in(rng, -0.2, 0.2))
        for t in (1.3, 2.1, 3.0, 4.2)
    )
    return _with(scene, "eye", saccades=jumps, microsaccades_hz=2.0)


def _many(scene: Scene, rng: np.random.Generator) -> Scene:
    starts = [0.4 + 1.35 * k for k in range(11)]
    scene = _with(scene, "camera", duration_s=16.4)
    return _repeat(scene, rng, starts, lambda_s=_in(rng, 0.4, 0.6))


def _partial(scene: Scene, rng: np.random.Generator) -> Scene:
    scene = _with(scene, "camera", duration_s=9.5)
    return _repeat(scene, rng, [0.4, 3.4, 6.4], [1.0, _in(rng, 0.5, 0.65), _in(rng, 0.6, 0.8)])


def _starts_closed(scene: Scene, rng: np.random.Generator) -> Scene:
    blink = BlinkEvent(start_s=-0.12, closing_s=0.09, closed_s=0.12, opening_s=0.17)
    last = BlinkEvent(start_s=5.0)
    scene = _with(scene, "camera", duration_s=5.12)
    return _with(scene, "lids", blinks=(blink, last))


def _closed_long(scene: Scene, rng: np.random.Generator) -> Scene:
    long = BlinkEvent(start_s=1.2, closed_s=2.5)
    scene = _with(scene, "camera", duration_s=8.5)
    return _with(scene, "lids", blinks=(long,))


def _from_open(scene: Scene, rng: np.random.Generator) -> Scene:
    scene = _with(scene, "lids", blinks=())
    scene = _with(scene, "film", before=scene.film.spreads[0])
    return _with(scene, "camera", duration_s=LENGTH_S)


def _twin(scene: Scene, rng: np.random.Generator) -> Scene:
    """Return an eye recorded as the published clip was; `benchmarks/twin.py` compares the two."""
    scene = _with(
        scene,
        "camera",
        width_px=668,
        height_px=440,
        fps=29.97,
        duration_s=6.0,
        field_width_mm=_in(rng, 10.0, 10.6),
        interlaced=True,
        noise_dn=_in(rng, 1.0, 1.6),
        contrast=_in(rng, 0.6, 0.9),
        defocus_px=_in(rng, 2.5, 4.0),
        focus_time_s=_in(rng, 0.15, 0.25),
        crf=27,
    )
    scene = _with(
        scene,
        "eye",
        iris="dark",
        settle_dy_mm=_in(rng, 0.3, 0.5),
        settle_s=_in(rng, 0.15, 0.25),
        drift_mm_s=_in(rng, 0.06, 0.1),
    )
    lashes = {"comb": _in(rng, 0.4, 0.6), "lashes": 70, "lash_length_mm": _in(rng, 2.2, 3.0)}
    scene = _with(_with(scene, "lids", **lashes), "film", texture_life_s=_in(rng, 1.5, 3.0))
    scene = _law(
        scene,
        rho_mm=_in(rng, 2.6, 3.4),
        lambda_s=_in(rng, 0.6, 0.95),
        delay_s=0.0,
        lambda_per_mm=_in(rng, -0.28, -0.16),
        plateau_mm=_in(rng, 1.5, 1.9),
        front_mm=_in(rng, 1.1, 1.35),
        drift_mm_s=_in(rng, 0.05, 0.12),
    )
    scene = _with(scene, "lids", blinks=())
    return _with(scene, "film", before=scene.film.spreads[0])


PRESETS: dict[str, tuple[str, Change]] = {
    "normal": ("an ordinary eye, two blinks", _normal),
    "dry": ("thin lipid, slow and short spread", _dry),
    "difficult": ("weak film, noise, glare, lashes, a saccade, a partial blink", _difficult),
    "dark_iris": ("dark iris", lambda s, r: _with(s, "eye", iris="dark")),
    "bright_iris": (
        "bright blue iris with a strong pattern",
        lambda s, r: _with(s, "eye", iris="blue", iris_contrast=1.4),
    ),
    "brown_iris": ("brown iris", lambda s, r: _with(s, "eye", iris="brown")),
    "fast": (
        "fast spread",
        lambda s, r: _law(s, rho_mm=_in(r, 3.2, 4.0), lambda_s=_in(r, 0.35, 0.55)),
    ),
    "slow": ("slow spread", lambda s, r: _law(s, lambda_s=_in(r, 1.8, 2.4))),
    "short_way": ("little movement", lambda s, r: _law(s, rho_mm=_in(r, 0.8, 1.2))),
    "steep_profile": (
        "speed that changes much with height",
        lambda s, r: _law(s, plateau_mm=1.7, decline_per_mm=0.12, tilt_per_mm=0.05),
    ),
    "lambda_by_height": (
        "time constant that falls with height, as on a real eye",
        lambda s, r: _law(s, lambda_per_mm=_in(r, -0.22, -0.12), plateau_mm=1.3),
    ),
    "drift": ("late upward drift", lambda s, r: _law(s, drift_mm_s=_in(r, 0.05, 0.1))),
    "late_focus": (
        "late onset, focus settles slowly",
        lambda s, r: _with(
            _law(s, delay_s=_in(r, 0.25, 0.35)), "camera", defocus_px=5.0, focus_time_s=0.25
        ),
    ),
    "saccades": ("many saccades", _saccades),
    "rotation": ("torsion of the eye", lambda s, r: _with(s, "eye", rotation_deg=0.7)),
    "pupil_size": (
        "pupil that narrows and shifts",
        lambda s, r: _with(s, "eye", pupil_change=0.18, pupil_shift=0.5, hippus=0.03),
    ),
    "interlaced": ("interlaced fields", lambda s, r: _with(s, "camera", interlaced=True)),
    "vfr": ("variable frame rate", lambda s, r: _with(s, "camera", frame_jitter=0.35)),
    "fps45": ("45 frames/s", lambda s, r: _with(s, "camera", fps=45.0)),
    "fps60": ("60 frames/s", lambda s, r: _with(s, "camera", fps=60.0)),
    "hd720": (
        "1280 x 720",
        lambda s, r: _with(
            s, "camera", width_px=1280, height_px=720, field_width_mm=_in(r, 15.4, 16.6)
        ),
    ),
    "glare": (
        "bright reflections",
        lambda s, r: _with(s, "camera", glare_spots=9, glare_strength=1.6),
    ),
    "noisy": (
        "noise and coarse compression",
        lambda s, r: _with(s, "camera", noise_dn=4.0, crf=30),
    ),
    "low_contrast": ("weak film", lambda s, r: _with(s, "camera", contrast=0.45)),
    "partial_blinks": ("partial blinks", _partial),
    "no_film": ("no lipid to be seen", lambda s, r: _with(s, "film", present=False)),
    "many_blinks": ("twelve short intervals", _many),
    "starts_in_blink": ("begins and ends in a blink", _starts_closed),
    "from_open": ("begins just after a blink, as the published clip", _from_open),
    "twin": ("recorded as the published clip was: what to believe on a real eye", _twin),
    "long_closure": ("lids shut for seconds", _closed_long),
    **BREAK_PRESETS,
}
"""What each preset stresses, and how it changes the ordinary scene."""


def make_scene(preset: str = "normal", seed: int = 0) -> Scene:
    """Return the scene of a preset; the seed draws everything that the preset leaves open.

    Raises
    ------
    EasyTearError
        If there is no preset of that name.
    """
    if preset not in PRESETS:
        raise EasyTearError(f"No preset {preset!r}; 'easytear simulate --list' shows them all.")
    rng = np.random.default_rng([seed, 1, *preset.encode()])
    changed = PRESETS[preset][1](_base(preset, seed), rng)
    return Scene.model_validate(changed.model_dump())


def with_camera(scene: Scene, **values: Any) -> Scene:
    """Return the scene with some of its camera's values replaced; None leaves one as it is.

    Raises
    ------
    EasyTearError
        If a value cannot be used.
    """
    camera = {**scene.camera.model_dump(), **{n: v for n, v in values.items() if v is not None}}
    try:
        return scene.model_copy(update={"camera": Camera.model_validate(camera)})
    except ValidationError as error:
        first = error.errors()[0]
        raise EasyTearError(f"The camera's {first['loc'][0]}: {said(first['msg'])}.") from error
