"""What a seed draws: an ordinary recording, from which presets and instruments start."""

from __future__ import annotations

from typing import Any

import numpy as np

from easytear.simulate.instruments.shot import (
    Fissure,
    Globe,
    Lamp,
    Layer,
    Recorder,
    Shot,
)
from easytear.simulate.scene import BlinkEvent, Spread


class Dice:
    """A generator with the few ways of drawing that presets need."""

    def __init__(self, *seeds: int) -> None:
        self.rng = np.random.default_rng(list(seeds))

    def between(self, low: float, high: float) -> float:
        """Return a number between two."""
        return round(float(self.rng.uniform(low, high)), 4)

    def ratio(self, low: float, high: float) -> float:
        """Return a number between two, evenly in its logarithm."""
        return round(float(np.exp(self.rng.uniform(np.log(low), np.log(high)))), 4)

    def one_of(self, *things: Any) -> Any:
        """Return one of some things."""
        return things[int(self.rng.integers(len(things)))]

    def whole(self, low: int, high: int) -> int:
        """Return a whole number from `low` on and below `high`."""
        return int(self.rng.integers(low, high))


def blink(dice: Dice, start_s: float, closure: float = 1.0) -> BlinkEvent:
    """Draw a blink."""
    return BlinkEvent(
        start_s=start_s,
        closing_s=dice.between(0.07, 0.12),
        closed_s=dice.between(0.02, 0.1),
        opening_s=dice.between(0.15, 0.26),
        closure=closure,
    )


def spread(dice: Dice, **fixed: Any) -> Spread:
    """Draw a law."""
    values: dict[str, Any] = {
        "rho_mm": dice.between(1.8, 3.6),
        "lambda_s": dice.ratio(0.4, 1.5),
        "delay_s": dice.between(0.0, 0.15),
        "lambda_per_mm": dice.between(-0.08, 0.0),
        "plateau_mm": dice.between(0.7, 1.3),
        "decline_per_mm": dice.between(0.02, 0.08),
        "front_mm": dice.between(0.6, 1.2),
        "tilt_per_mm": dice.between(-0.04, 0.04),
        "shear_mm": dice.between(0.0, 0.25),
        "seed": dice.whole(1, 1_000_000),
    }
    return Spread(**{**values, **fixed})


def place(dice: Dice, width_px: int, height_px: int, iris_share: float, hvid_mm: float) -> Recorder:
    """Return a recorder whose picture an iris fills to this share of its width."""
    mm_per_px = hvid_mm / (iris_share * width_px)
    radius = 0.5 * hvid_mm / mm_per_px
    # Of a wide iris the lower rim is in view; a small one lies anywhere inside.
    if iris_share > 0.6:
        y = height_px - dice.between(0.86, 1.0) * radius - dice.between(0.0, 0.06) * height_px
        y = max(y, 0.22 * height_px)
        x = width_px * dice.between(0.43, 0.57)
    else:
        room_x, room_y = 1.25 * radius / width_px, 1.1 * radius / height_px
        x = width_px * dice.between(min(room_x, 0.5), max(1 - room_x, 0.5))
        y = height_px * dice.between(min(room_y, 0.5), max(1 - room_y, 0.5))
    return Recorder(
        width_px=width_px,
        height_px=height_px,
        mm_per_px=round(mm_per_px, 6),
        iris_x_px=round(x, 2),
        iris_y_px=round(y, 2),
    )


def ordinary(name: str, seed: int, difficulty: int) -> tuple[Shot, Dice]:
    """Draw an ordinary recording; `difficulty` makes it 0 easy, 1 usual, 2 hard.

    Harder ones have a softer limbus, a darker iris, less film, more noise, lids further in.
    """
    dice = Dice(seed, difficulty, *name.encode())
    hard = difficulty - 1
    # The order of the draws is part of the scene: whoever changes it changes every recording.
    globe = _globe(dice, hard)
    fissure = _fissure(dice, hard)
    recorder = _recorder(dice, hard, fissure, globe.hvid_mm)
    layer, lamp = _layer(dice), _lamp(dice, hard)
    shot = Shot(
        name=name,
        seed=seed,
        difficulty=difficulty,
        recorder=recorder,
        globe=globe,
        fissure=fissure,
        lamp=lamp,
        layer=layer,
    )
    return shot, dice


def _globe(dice: Dice, hard: int) -> Globe:
    hvid = dice.between(10.9, 12.6)
    warmth = dice.one_of(-0.6, -0.2, 0.2, 0.6, 0.7, 0.8)
    light = dice.ratio(0.012, 0.05) if warmth > 0.4 else dice.ratio(0.05, 0.16)
    return Globe(
        hvid_mm=hvid,
        aspect=dice.between(1.02, 1.12),
        pupil_mm=dice.between(2.0, 4.6),
        pupil_dx_mm=dice.between(-0.3, 0.3),
        pupil_dy_mm=dice.between(-0.25, 0.1),
        pupil_change=dice.between(0.0, 0.08),
        iris_light=round(light * (1 - 0.15 * hard), 4),
        iris_warmth=warmth,
        iris_contrast=dice.between(0.15, 0.5),
        limbus_mm=dice.between(0.25, 0.7) * (1 + 0.4 * hard),
        ring=dice.between(0.0, 0.4),
        sclera_light=dice.between(0.22, 0.38),
        drift_mm_s=dice.between(0.02, 0.1) * (1 + 0.4 * hard),
        saccades_hz=dice.between(0.3, 1.5),
        saccade_mm=dice.between(0.02, 0.08),
        settle_mm=dice.between(0.1, 0.5),
        rotation_deg=dice.between(0.0, 0.25),
    )


def _fissure(dice: Dice, hard: int) -> Fissure:
    return Fissure(
        upper_mm=dice.between(3.2, 5.6) - 0.5 * hard,
        lower_gap_mm=dice.between(-0.3, 0.6) - 0.2 * hard,
        half_width_mm=dice.between(12.5, 15.5),
        slant=dice.between(-0.08, 0.08),
        skin_light=dice.ratio(0.06, 0.4),
        skin_warmth=dice.between(0.15, 0.55),
        brow_mm=dice.between(16.0, 24.0),
        lashes=dice.whole(40, 110),
        lash_mm=dice.between(3.5, 7.0),
        blinks=(blink(dice, dice.between(0.5, 0.9)),),
    )


def _recorder(dice: Dice, hard: int, fissure: Fissure, hvid: float) -> Recorder:
    return place(dice, 640, 480, dice.between(0.75, 1.05), hvid).model_copy(
        update={
            "duration_s": round(fissure.blinks[0].end_s + 3.6, 2),
            "blur_px": dice.between(0.5, 1.1),
            "edge_blur_px": dice.between(0.5, 2.5),
            "noise_dn": dice.between(1.0, 2.4) * (1 + 0.5 * hard),
            "tone": dice.between(0.0, 0.8),
            "exposure": dice.between(0.8, 1.3),
            "vignette": dice.between(0.1, 0.5),
            "white": (dice.between(0.85, 1.15), 1.0, dice.between(0.8, 1.25)),
            "crf": dice.whole(17, 24) + 2 * hard,
        }
    )


def _layer(dice: Dice) -> Layer:
    return Layer(
        pattern=dice.one_of("worms", "spots", "waves", "clouds"),
        sheet_nm=dice.between(65.0, 120.0),
        pattern_nm=dice.between(14.0, 26.0),
        ahead_nm=dice.between(28.0, 50.0),
        ahead_pattern_nm=dice.between(5.0, 12.0),
        grain_mm=dice.between(0.09, 0.2),
        drawn_at=dice.between(0.25, 0.6),
        life_s=dice.between(4.0, 9.0),
        ragged_mm=dice.between(0.06, 0.18),
        n_lipid=dice.between(1.45, 1.51),
        spreads=(spread(dice),),
    )


def _lamp(dice: Dice, hard: int) -> Lamp:
    return Lamp(
        mirror=dice.one_of("dots", "ring", "panel", "dots"),
        mirror_light=dice.between(0.4, 1.2),
        film=round(dice.ratio(0.035, 0.08) * (1 - 0.2 * hard), 4),
        over_pupil=dice.ratio(0.15, 0.8),
    )
