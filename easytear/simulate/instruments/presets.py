"""Presets: what each recording stresses, and the instruments of `easytear.request.devices`."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from pydantic import ValidationError

from easytear.base.errors import EasyTearError
from easytear.base.text import said
from easytear.simulate.instruments.draw import Dice, blink, ordinary, place, spread
from easytear.simulate.instruments.shot import EventKind, LightEvent, Recorder, Shot

Change = Callable[[Shot, Dice], Shot]


def changed(shot: Shot, part: str, **values: Any) -> Shot:
    """Return a shot with some values of a part replaced."""
    return shot.model_copy(update={part: getattr(shot, part).model_copy(update=values)})


def seen_at(shot: Shot, dice: Dice, width_px: int, height_px: int, iris_share: float) -> Shot:
    """Return a shot in which the iris has this share of the picture's width."""
    new = place(dice, width_px, height_px, iris_share, shot.globe.hvid_mm)
    names = ("width_px", "height_px", "mm_per_px", "iris_x_px", "iris_y_px")
    return changed(shot, "recorder", **{n: getattr(new, n) for n in names})


def with_blinks(shot: Shot, dice: Dice, closures: list[float], every_s: float = 2.4) -> Shot:
    """Return a shot with these blinks, each with a spread of its own."""
    blinks = tuple(blink(dice, 0.6 + every_s * k, c) for k, c in enumerate(closures))
    law = shot.layer.spreads[0]
    spreads = tuple(
        law.model_copy(
            update={
                "lambda_s": law.lambda_s * dice.between(0.8, 1.25),
                "seed": dice.whole(1, 1_000_000),
            }
        )
        for _ in closures
    )
    shot = changed(shot, "fissure", blinks=blinks)
    shot = changed(shot, "layer", spreads=spreads)
    return changed(shot, "recorder", duration_s=round(0.6 + every_s * len(closures) + 1.2, 2))


def with_event(shot: Shot, *events: LightEvent) -> Shot:
    """Return a shot with events of light or focus."""
    return shot.model_copy(update={"events": (*shot.events, *events)})


def _middle(shot: Shot) -> float:
    return round(shot.fissure.blinks[-1].end_s + 1.6, 2)


def _whole(shot: Shot, dice: Dice) -> Shot:
    shot = seen_at(shot, dice, 640, 480, dice.between(0.28, 0.4))
    return with_blinks(shot, dice, [1.0, 1.0])


def _infra_red(shot: Shot, dice: Dice) -> Shot:
    shot = changed(_whole(shot, dice), "recorder", grey=True)
    shot = changed(shot, "lamp", film=0.0, mirror="dots")
    return with_blinks(shot, dice, [1.0, dice.between(0.4, 0.8), 1.0])


def _phone(shot: Shot, dice: Dice) -> Shot:
    turned = dice.one_of(0, 90, 180, 270)
    size = (1080, 1920) if turned in (90, 270) else (1920, 1080)
    shot = seen_at(shot, dice, *size, dice.between(0.55, 0.8))
    shot = changed(
        shot,
        "recorder",
        fps=60.0,
        jitter=0.2,
        rotation_deg=turned,
        shake_mm=0.05,
        duration_s=round(shot.fissure.blinks[0].end_s + 1.7, 2),
        noise_dn=2.0,
    )
    return changed(shot, "layer", spreads=(spread(dice, lambda_s=dice.between(0.3, 0.6)),))


def _shake(shot: Shot, dice: Dice) -> Shot:
    return changed(shot, "recorder", shake_mm=dice.between(0.1, 0.3))


def _late(shot: Shot, dice: Dice) -> Shot:
    late = shot.layer.spreads[0].model_copy(update={"delay_s": dice.between(0.4, 0.9)})
    shot = changed(shot, "layer", spreads=(late,))
    opened = shot.fissure.blinks[0].end_s
    hunt = LightEvent(kind="focus", start_s=opened - 0.1, duration_s=0.9, size=5.0)
    shot = changed(shot, "recorder", duration_s=round(opened + 4.2, 2))
    return with_event(shot, hunt)


def _small(shot: Shot, dice: Dice) -> Shot:
    shot = seen_at(shot, dice, 960, 720, dice.between(0.1, 0.2))
    return with_blinks(shot, dice, [1.0, 1.0])


def _rate(fps: float) -> Change:
    def change(shot: Shot, dice: Dice) -> Shot:
        return with_blinks(changed(shot, "recorder", fps=fps), dice, [1.0, 1.0], 3.0)

    return change


def _empty(subject: str) -> Change:
    def change(shot: Shot, dice: Dice) -> Shot:
        shot = changed(shot, "recorder", duration_s=2.0)
        if subject == "shut":
            shot = seen_at(shot, dice, 640, 480, dice.between(0.3, 0.9))
        return shot.model_copy(update={"subject": subject})

    return change


def _event(kind: EventKind, low: float, high: float, lasts_s: float) -> Change:
    def change(shot: Shot, dice: Dice) -> Shot:
        size = dice.between(low, high) * (dice.one_of(-1, 1) if kind != "exposure" else 1)
        start = 0.0 if kind == "exposure" else _middle(shot)
        event = LightEvent(kind=kind, start_s=start, duration_s=lasts_s, size=size)
        if kind != "exposure":
            return with_event(shot, event)
        again = LightEvent(kind=kind, start_s=_middle(shot), duration_s=lasts_s, size=-0.4)
        return with_event(shot, event, again)

    return change


def _frame(**values: Any) -> Change:
    return lambda shot, dice: changed(shot, "frame", **values)


def _aperture(kind: str) -> Change:
    def change(shot: Shot, dice: Dice) -> Shot:
        shot = seen_at(shot, dice, 640, 480, dice.between(0.45, 0.7))
        recorder = shot.recorder
        shot = changed(
            shot,
            "recorder",
            iris_x_px=0.5 * recorder.width_px + dice.between(-20, 20),
            iris_y_px=0.5 * recorder.height_px + dice.between(-30, 20),
        )
        return changed(shot, "frame", aperture=kind, aperture_share=dice.between(0.85, 1.0))

    return change


SHOTS: Mapping[str, tuple[str, Change]] = {
    "whole_eye": ("a whole eye with lids, lashes and skin, two blinks", _whole),
    "whole_eye_infrared": ("the same in infra-red without film, a partial blink", _infra_red),
    "soft_iris": (
        "iris wider than the picture, dark, its limbus soft",
        lambda s, d: changed(
            seen_at(s, d, 640, 480, d.between(1.05, 1.3)),
            "globe",
            iris_light=d.ratio(0.01, 0.03),
            iris_warmth=0.8,
            limbus_mm=d.between(0.8, 1.3),
        ),
    ),
    "small_eye": ("iris a tenth to a fifth of the picture's width", _small),
    "round_aperture": ("seen through a round aperture", _aperture("round")),
    "cut_aperture": ("seen through an aperture cut above and below", _aperture("cut")),
    "black_borders": ("black borders on all sides", _aperture("bars")),
    "burnt_text": ("a name and a running clock burnt in", _frame(text=True)),
    "mirrored_rings": (
        "the rings of a topographer mirrored in the cornea",
        lambda s, d: changed(s, "lamp", mirror="rings", mirror_light=d.between(0.3, 0.8)),
    ),
    "lamp_step": ("the lamp jumps in mid-interval", _event("light", 0.25, 0.45, 0.03)),
    "exposure_settles": ("exposure settles, twice", _event("exposure", 0.5, 1.0, 0.9)),
    "colour_step": ("the white balance jumps", _event("white_balance", 0.12, 0.25, 0.1)),
    "lamp_flickers": ("a lamp flickers for a second", _event("flicker", 0.06, 0.12, 1.0)),
    "focus_hunts": (
        "focus is lost for a second in mid-interval",
        lambda s, d: with_event(
            s, LightEvent(kind="focus", start_s=_middle(s), duration_s=1.0, size=4.0)
        ),
    ),
    "late_onset": ("film starts late, while the focus hunts", _late),
    "phone_1080p60": ("a phone: 1080p, 60/s, rotation flag, rate that varies", _phone),
    "ten_per_s": ("10 frames a second", _rate(10.0)),
    "fifteen_per_s": ("15 frames a second", _rate(15.0)),
    "doubled": (
        "every frame twice",
        lambda s, d: changed(s, "recorder", doubled=True),
    ),
    "hand_held": ("held by hand", _shake),
    "half_closed": (
        "blinks that are complete, partial, and hardly one",
        lambda s, d: with_blinks(s, d, [1.0, d.between(0.55, 0.8), d.between(0.3, 0.5), 1.0], 1.6),
    ),
    "bare": (
        "an eye without a visible lipid layer",
        lambda s, d: changed(s, "layer", present=False),
    ),
    "no_eye_skin": ("skin and brow, no eye", _empty("skin")),
    "no_eye_shut": ("lids that never open", _empty("shut")),
    "no_eye_dark": ("a cap on the lens", _empty("dark")),
    "no_eye_white": ("too bright to see anything", _empty("white")),
    "no_eye_noise": ("noise", _empty("noise")),
    "no_eye_room": ("a room, with dark round things in it", _empty("scene")),
}
"""What each shows, and how it changes an ordinary recording."""


def _device(
    size: tuple[int, int], share: tuple[float, float], recorder: dict[str, Any], **parts: Any
) -> Change:
    def change(shot: Shot, dice: Dice) -> Shot:
        shot = seen_at(shot, dice, *size, dice.between(*share))
        shot = changed(shot, "recorder", **recorder) if recorder else shot
        for part, values in parts.items():
            shot = changed(shot, part, **values)
        return shot

    return change


DEVICE_SHOTS: Mapping[str, Change] = {
    "easytear_view_plus": _device((668, 438), (0.95, 1.15), {"fps": 29.97}),
    "polaris": _device((800, 600), (0.6, 0.9), {"fps": 25.0}, lamp={"mirror": "ring"}),
    "slit_lamp_camera": _device((640, 480), (0.6, 1.0), {}, lamp={"mirror": "panel"}),
    "phone_slit_lamp": _phone,
    "keratograph_5m": _device(
        (680, 512), (0.5, 0.75), {"fps": 16.0}, lamp={"mirror": "rings", "mirror_light": 0.35}
    ),
    "lipiview": _device(
        (640, 480), (0.55, 0.8), {}, lamp={"mirror": "panel", "lit": "below", "lit_mm": 5.0}
    ),
    "dr_1": _device(
        (640, 480),
        (0.9, 1.1),
        {},
        lamp={"mirror": "none", "lit": "disc", "lit_mm": 8.0},
        frame={"aperture": "round", "aperture_share": 1.0},
    ),
    "dr_1_alpha": _device(
        (720, 540), (0.8, 1.1), {}, lamp={"mirror": "none", "lit": "disc", "lit_mm": 9.0}
    ),
    "osdx": _device(
        (640, 480),
        (0.6, 0.9),
        {"fps": 10.0},
        lamp={"mirror": "ring", "lit": "disc", "lit_mm": 5.5},
        frame={"text": True},
    ),
    "icp": _device((800, 600), (0.6, 0.9), {"fps": 25.0}, lamp={"mirror": "ring"}),
    "idra": _device((960, 720), (0.5, 0.8), {"fps": 25.0}, lamp={"mirror": "rings"}),
    "lipid_microscope": _device(
        (640, 480), (1.9, 2.4), {"fps": 100.0, "grey": True, "duration_s": 3.0}
    ),
    "twyman_green": _device(
        (480, 480),
        (1.3, 1.6),
        {"fps": 28.6, "grey": True},
        lamp={"mirror": "none", "lit": "disc", "lit_mm": 6.0},
        frame={"aperture": "round", "aperture_share": 0.98},
    ),
}
"""How each instrument of `easytear.request.devices` is imagined.

Frame rate, field and light are those of its profile where that states them; everything else is
imagined, and says nothing about the instrument.
"""


def make_shot(name: str, seed: int = 0, difficulty: int = 1) -> Shot:
    """Return the shot of a preset or an instrument; the seed draws what is left open.

    Raises
    ------
    EasyTearError
        If there is none of that name.
    """
    if name in SHOTS:
        change = SHOTS[name][1]
    elif name in DEVICE_SHOTS:
        change = DEVICE_SHOTS[name]
    else:
        raise EasyTearError(f"No preset {name!r}; 'easytear simulate --list' shows them all.")
    shot, dice = ordinary(name, seed, difficulty)
    return Shot.model_validate(change(shot, dice).model_dump())


def resized(
    shot: Shot,
    *,
    duration_s: float | None = None,
    width_px: int | None = None,
    height_px: int | None = None,
    fps: float | None = None,
) -> Shot:
    """Return a shot of another length, size or rate; a wider picture shows the same field.

    Raises
    ------
    EasyTearError
        If a value cannot be used.
    """
    old = shot.recorder
    width, height = width_px or old.width_px, height_px or old.height_px
    values = {
        **old.model_dump(),
        "duration_s": duration_s or old.duration_s,
        "fps": fps or old.fps,
        "width_px": width,
        "height_px": height,
        "mm_per_px": old.mm_per_px * old.width_px / width,
        "iris_x_px": old.iris_x_px * width / old.width_px,
        "iris_y_px": old.iris_y_px * height / old.height_px,
    }
    try:
        return shot.model_copy(update={"recorder": Recorder.model_validate(values)})
    except ValidationError as error:
        first = error.errors()[0]
        raise EasyTearError(f"The recorder's {first['loc'][0]}: {said(first['msg'])}.") from error
