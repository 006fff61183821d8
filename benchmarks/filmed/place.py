"""Size, place in the picture, borders, apertures, text, turns."""

from __future__ import annotations

from fractions import Fraction

import cv2
import numpy as np

from benchmarks.changes import Film, Plan, change
from benchmarks.filmed.common import SEED, as_bytes, even, moved
from easytear.base.geometry import ByteArray


def _scaled(film: Film, factor: float) -> Plan:
    size = (even(film.width_px * factor), even(film.height_px * factor))
    fx, fy = size[0] / film.width_px, size[1] / film.height_px
    way = cv2.INTER_AREA if factor < 1 else cv2.INTER_CUBIC
    # Pixel centres: old x lies at (x + 0.5) fx - 0.5.
    place = np.array([[fx, 0, (fx - 1) / 2], [0, fy, (fy - 1) / 2]])
    return Plan(size, lambda p, _: np.asarray(cv2.resize(p, size, interpolation=way)), place)


def _cut(film: Film, left: float = 0, top: float = 0, right: float = 0, low: float = 0) -> Plan:
    x0, y0 = round(left * film.width_px), round(top * film.height_px)
    width = even(film.width_px * (1 - left - right))
    height = even(film.height_px * (1 - top - low))
    width, height = min(width, film.width_px - x0), min(height, film.height_px - y0)
    place = np.array([[1.0, 0, -x0], [0, 1.0, -y0]])
    return Plan((width, height), lambda p, _: p[y0 : y0 + height, x0 : x0 + width], place)


@change("copy", "file", "Written anew, nothing changed.")
def _(film: Film) -> Plan:
    return Plan()


@change("larger", "place", "One and a half times as many pixels.")
def _(film: Film) -> Plan:
    return _scaled(film, 1.5)


@change("smaller", "place", "0.6 times as many pixels.")
def _(film: Film) -> Plan:
    return _scaled(film, 0.6)


def _ground(film: Film, *, skin: bool) -> ByteArray:
    """Return black, or a ground with the patches, folds and pores of skin."""
    shape = (even(film.height_px * 1.25), even(film.width_px * 1.25))
    if not skin:
        return np.zeros((*shape, 3), np.uint8)
    rng = np.random.default_rng(SEED)
    rough = np.zeros(shape)
    for sigma, weight in ((1.2, 5.0), (5.0, 6.0), (0.12 * shape[1], 22.0)):
        sheet = cv2.GaussianBlur(rng.standard_normal(shape), (0, 0), sigma)
        rough += weight * sheet / sheet.std()
    grey = float(film.mean.mean())
    colourless = np.ptp(film.mean) < 3.0
    colour = np.full(3, grey) if colourless else grey * np.array([0.75, 0.95, 1.3])
    return as_bytes(np.maximum(colour * 1.3, 40.0) * (1.0 + rough[..., None] / 110.0))


def _on_ground(film: Film, *, skin: bool) -> Plan:
    ground = _ground(film, skin=skin)
    small = _scaled(film, 0.55)
    assert small.size is not None
    width, height = small.size
    x0, y0 = round(0.35 * ground.shape[1]), round(0.25 * ground.shape[0])

    def draw(picture: ByteArray, number: int) -> ByteArray:
        out = ground.copy()
        out[y0 : y0 + height, x0 : x0 + width] = small.draw(picture, number)
        return out

    place = np.asarray(small.place) + np.array([[0, 0, x0], [0, 0, y0]])
    return Plan((ground.shape[1], ground.shape[0]), draw, place)


@change("shrunk_black", "place", "Small, off the middle of a larger black picture.")
def _(film: Film) -> Plan:
    return _on_ground(film, skin=False)


@change("shrunk_skin", "place", "Small, off the middle of a larger picture of skin.")
def _(film: Film) -> Plan:
    return _on_ground(film, skin=True)


@change("borders", "place", "Black bars above, below and beside.")
def _(film: Film) -> Plan:
    x0, y0 = even(0.15 * film.width_px), even(0.1 * film.height_px)

    def draw(picture: ByteArray, _: int) -> ByteArray:
        bordered = cv2.copyMakeBorder(picture, y0, y0, x0, x0, cv2.BORDER_CONSTANT)
        return np.asarray(bordered, dtype=np.uint8)

    size = (film.width_px + 2 * x0, film.height_px + 2 * y0)
    return Plan(size, draw, np.array([[1.0, 0, x0], [0, 1.0, y0]]))


@change("aperture", "place", "Through a round aperture, black around.")
def _(film: Film) -> Plan:
    yy, xx = np.mgrid[: film.height_px, : film.width_px]
    x0, y0 = film.middle
    # As wide as three quarters of the picture: the corners and some of the sides go.
    radius = max(0.375 * film.width_px, 0.49 * film.height_px)
    inside = np.clip((radius - np.hypot(xx - x0, yy - y0)) / 3.0 + 0.5, 0, 1)[..., None]
    return Plan(draw=lambda p, _: as_bytes(p * inside))


@change("mirrored", "place", "Left and right exchanged.")
def _(film: Film) -> Plan:
    place = np.array([[-1.0, 0, film.width_px - 1], [0, 1.0, 0]])
    return Plan(draw=lambda p, _: p[:, ::-1], place=place)


@change("upside_down", "place", "Turned by half a turn, as held the wrong way.", may_flag=True)
def _(film: Film) -> Plan:
    place = np.array([[-1.0, 0, film.width_px - 1], [0, -1.0, film.height_px - 1]])
    return Plan(draw=lambda p, _: p[::-1, ::-1], place=place)


@change("tilted", "place", "Turned by eight degrees.")
def _(film: Film) -> Plan:
    place = np.asarray(cv2.getRotationMatrix2D(film.middle, 8.0, 1.0), np.float64)
    return Plan(draw=moved(film, lambda _: place), place=place)


@change("cut_left", "place", "The left fifth cut off.")
def _(film: Film) -> Plan:
    return _cut(film, left=0.2)


@change("cut_right", "place", "The right fifth cut off.")
def _(film: Film) -> Plan:
    return _cut(film, right=0.2)


@change("cut_top", "place", "The upper fifth cut off.")
def _(film: Film) -> Plan:
    return _cut(film, top=0.2)


@change("cut_low", "place", "The lower fifth cut off.", may_flag=True)
def _(film: Film) -> Plan:
    return _cut(film, low=0.2)


@change("text", "place", "A title and a running clock burnt in.")
def _(film: Film) -> Plan:
    size = film.height_px / 480.0
    thick = max(1, round(1.6 * size))

    def draw(picture: ByteArray, number: int) -> ByteArray:
        white, font = (240, 240, 240), cv2.FONT_HERSHEY_SIMPLEX
        at = (round(12 * size), round(30 * size))
        cv2.putText(picture, "TEAR FILM  OD", at, font, 0.8 * size, white, thick, cv2.LINE_AA)
        clock = f"00:{film.time_s[number]:06.3f}"
        at = (round(film.width_px - 190 * size), round(film.height_px - 14 * size))
        cv2.putText(picture, clock, at, font, 0.8 * size, white, thick, cv2.LINE_AA)
        return picture

    return Plan(draw=draw)


@change("rotation_flag", "place", "Stored on its side with a rotation flag, as phones do.")
def _(film: Film) -> Plan:
    return Plan(writer={"rotation_deg": 90})


@change("wide_pixels", "place", "Stored with pixels twice as wide as high.")
def _(film: Film) -> Plan | None:
    return Plan(writer={"pixel_aspect": Fraction(2)}) if film.width_px % 4 == 0 else None
