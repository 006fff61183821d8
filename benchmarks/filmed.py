"""The changes themselves: place, light, signal and time of a film, each by itself.

Amounts are those that happen between instruments and recordings: another lens, an aperture, a
lamp, a camera's automatic exposure, a codec, a hand.
"""

from __future__ import annotations

from fractions import Fraction

import cv2
import numpy as np

from benchmarks.changes import Draw, Film, Place, Plan, change
from easytear.geometry import BoolArray, ByteArray, FloatArray

SEED = 20


def _even(length: float) -> int:
    return max(16, 2 * round(length / 2.0))


def _bytes(picture: FloatArray) -> ByteArray:
    return np.asarray(np.clip(np.rint(picture), 0, 255), dtype=np.uint8)


def _scaled(film: Film, factor: float) -> Plan:
    size = (_even(film.width_px * factor), _even(film.height_px * factor))
    fx, fy = size[0] / film.width_px, size[1] / film.height_px
    way = cv2.INTER_AREA if factor < 1 else cv2.INTER_CUBIC
    # Pixel centres: old x lies at (x + 0.5) fx - 0.5.
    place = np.array([[fx, 0, (fx - 1) / 2], [0, fy, (fy - 1) / 2]])
    return Plan(size, lambda p, _: np.asarray(cv2.resize(p, size, interpolation=way)), place)


def _cut(film: Film, left: float = 0, top: float = 0, right: float = 0, low: float = 0) -> Plan:
    x0, y0 = round(left * film.width_px), round(top * film.height_px)
    width = _even(film.width_px * (1 - left - right))
    height = _even(film.height_px * (1 - top - low))
    width, height = min(width, film.width_px - x0), min(height, film.height_px - y0)
    place = np.array([[1.0, 0, -x0], [0, 1.0, -y0]])
    return Plan((width, height), lambda p, _: p[y0 : y0 + height, x0 : x0 + width], place)


def _light(gain: Draw) -> Plan:
    return Plan(draw=gain)


def _table(curve: FloatArray) -> Plan:
    table = _bytes(curve)
    return Plan(draw=lambda p, _: np.asarray(cv2.LUT(p, table), dtype=np.uint8))


def _gain(film: Film, by_time: FloatArray) -> Plan:
    return Plan(draw=lambda p, n: _bytes(p.astype(np.float64) * by_time[n]))


# --- place ------------------------------------------------------------------------------------


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
    shape = (_even(film.height_px * 1.25), _even(film.width_px * 1.25))
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
    return _bytes(np.maximum(colour * 1.3, 40.0) * (1.0 + rough[..., None] / 110.0))


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
    x0, y0 = _even(0.15 * film.width_px), _even(0.1 * film.height_px)

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
    return Plan(draw=lambda p, _: _bytes(p * inside))


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
    return Plan(draw=_moved(film, lambda _: place), place=place)


def _moved(film: Film, place: Place) -> Draw:
    size = (film.width_px, film.height_px)

    def draw(picture: ByteArray, number: int) -> ByteArray:
        moved = cv2.warpAffine(
            picture, place(number), size, flags=cv2.INTER_CUBIC, borderMode=cv2.BORDER_REFLECT_101
        )
        return np.asarray(moved, dtype=np.uint8)

    return draw


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


# --- light ------------------------------------------------------------------------------------


@change("darker", "light", "Half as bright.")
def _(film: Film) -> Plan:
    return _table(np.arange(256) * 0.5)


@change("brighter", "light", "1.3 times as bright; what is too bright is white.")
def _(film: Film) -> Plan:
    return _table(np.arange(256) * 1.3)


@change("light_steps", "light", "The lamp jumps: down, up, down again.")
def _(film: Film) -> Plan:
    share = (film.time_s - film.time_s[0]) / (film.time_s[-1] - film.time_s[0])
    return _gain(film, np.select([share < 0.15, share < 0.4, share < 0.7], [0.8, 1.1, 0.65], 0.9))


@change("exposure", "light", "Automatic exposure settles in the first half second and once more.")
def _(film: Film) -> Plan:
    since = film.time_s - film.time_s[0]
    gain = 0.9 - 0.35 * np.exp(-since / 0.2)
    later = since - 0.6 * since[-1]
    return _gain(film, gain + np.where(later > 0, 0.3 * np.exp(-np.maximum(later, 0) / 0.25), 0))


@change("flicker", "light", "A lamp that flickers by five per cent.")
def _(film: Film) -> Plan:
    return _gain(film, 0.93 + 0.05 * np.sin(2 * np.pi * 7.3 * film.time_s))


@change("uneven", "light", "Light from one side.")
def _(film: Film) -> Plan:
    across = np.linspace(0.6, 1.05, film.width_px)[None, :, None]
    down = np.linspace(1.0, 0.85, film.height_px)[:, None, None]
    return Plan(draw=lambda p, _: _bytes(p * across * down))


@change("warm", "light", "A yellow lamp.")
def _(film: Film) -> Plan:
    return Plan(draw=lambda p, _: _bytes(p * np.array([0.7, 0.95, 1.15])))


@change("white_balance", "light", "The white balance jumps in mid-film.")
def _(film: Film) -> Plan:
    half = 0.5 * (film.time_s[0] + film.time_s[-1])
    cool, warm = np.array([1.1, 1.0, 0.85]), np.array([0.8, 0.97, 1.1])
    return Plan(draw=lambda p, n: _bytes(p * (cool if film.time_s[n] < half else warm)))


@change("grey", "light", "Without colour.")
def _(film: Film) -> Plan:
    def draw(picture: ByteArray, _: int) -> ByteArray:
        grey = cv2.cvtColor(picture, cv2.COLOR_BGR2GRAY)
        return np.asarray(cv2.cvtColor(grey, cv2.COLOR_GRAY2BGR), dtype=np.uint8)

    return Plan(draw=draw)


@change("gamma_low", "light", "Gamma 0.7: shadows lifted.")
def _(film: Film) -> Plan:
    return _table(255.0 * (np.arange(256) / 255.0) ** 0.7)


@change("gamma_high", "light", "Gamma 1.4: shadows deepened.")
def _(film: Film) -> Plan:
    return _table(255.0 * (np.arange(256) / 255.0) ** 1.4)


@change("flat", "light", "Contrast lowered to 0.6.")
def _(film: Film) -> Plan:
    return _table(128.0 + 0.6 * (np.arange(256) - 128.0))


# --- signal -----------------------------------------------------------------------------------


@change("noise", "signal", "Noise of 5 grey levels.")
def _(film: Film) -> Plan:
    rng = np.random.default_rng(SEED)

    def draw(picture: ByteArray, _: int) -> ByteArray:
        noise = rng.standard_normal(picture.shape[:2], dtype=np.float32)
        return _bytes(picture + 5.0 * noise[..., None].astype(np.float64))

    return Plan(draw=draw)


@change("blur", "signal", "Out of focus by a five-hundredth of the width.")
def _(film: Film) -> Plan:
    sigma = film.width_px / 500.0
    return Plan(draw=lambda p, _: np.asarray(cv2.GaussianBlur(p, (0, 0), sigma), np.uint8))


@change("sharpened", "signal", "Sharpened by the camera.")
def _(film: Film) -> Plan:
    def draw(picture: ByteArray, _: int) -> ByteArray:
        soft = cv2.GaussianBlur(picture, (0, 0), 1.5)
        return np.asarray(cv2.addWeighted(picture, 1.8, soft, -0.8, 0.0), dtype=np.uint8)

    return Plan(draw=draw)


@change("compressed", "signal", "H.264 at a third of the usual bit rate.")
def _(film: Film) -> Plan:
    return Plan(writer={"crf": 32.0})


@change("mjpeg", "signal", "Motion JPEG in AVI.")
def _(film: Film) -> Plan:
    options = {"codec": "mjpeg", "pixel_format": "yuvj420p", "options": {"qscale": "4"}}
    return Plan(suffix=".avi", time_s=_steady(film), writer=options)


@change("mpeg4", "signal", "MPEG-4 in AVI.")
def _(film: Film) -> Plan:
    return Plan(suffix=".avi", time_s=_steady(film), writer={"codec": "mpeg4", "options": _RATE})


_RATE = {"b": "4000000"}


def _steady(film: Film) -> FloatArray:
    return np.asarray(np.arange(len(film.time_s)) / film.fps)


@change("hevc", "signal", "H.265.")
def _(film: Film) -> Plan:
    return Plan(writer={"codec": "libx265"})


@change("vp9", "signal", "VP9 in WebM.")
def _(film: Film) -> Plan:
    return Plan(suffix=".webm", writer={"codec": "libvpx-vp9"})


# --- time -------------------------------------------------------------------------------------


@change("half_rate", "time", "Every second frame.")
def _(film: Film) -> Plan | None:
    return Plan(frames=np.arange(0, len(film.time_s), 2)) if film.fps > 16 else None


@change("ten_per_s", "time", "About ten frames a second.", may_flag=True)
def _(film: Film) -> Plan | None:
    step = round(film.fps / 10.0)
    return Plan(frames=np.arange(0, len(film.time_s), step)) if step >= 2 else None


@change("doubled", "time", "Every frame twice, at twice the rate.")
def _(film: Film) -> Plan:
    twice = np.repeat(np.arange(len(film.time_s)), 2)
    times = film.time_s[twice] + np.tile([0.0, 0.5 / film.fps], len(film.time_s))
    return Plan(frames=twice, time_s=times)


def _lost(film: Film) -> BoolArray:
    """Return which frames are lost: one in twenty, and once four in a row."""
    rng = np.random.default_rng(SEED)
    lost = rng.random(len(film.time_s)) < 0.05
    lost[len(lost) // 3 : len(lost) // 3 + 4] = True
    lost[:2] = lost[-1:] = False
    return lost


@change("lost", "time", "One frame in twenty lost, four in a row once; times are right.")
def _(film: Film) -> Plan:
    return Plan(frames=np.flatnonzero(~_lost(film)))


@change("frozen", "time", "The same frames replaced by the one before them.")
def _(film: Film) -> Plan:
    shown = np.where(_lost(film), -1, np.arange(len(film.time_s)))
    return Plan(frames=np.maximum.accumulate(shown))


@change("shake", "time", "Hand-held: two per cent of the width to and fro, and half a degree.")
def _(film: Film) -> Plan:
    rng = np.random.default_rng(SEED)
    rates, phases = rng.uniform(1.0, 6.0, (3, 4)), rng.uniform(0, 2 * np.pi, (3, 4))
    since = film.time_s[:, None, None]
    sway = np.sin(2 * np.pi * rates * since + phases).mean(axis=2)
    sway -= sway[0]

    def place(number: int) -> FloatArray:
        x, y, turn = sway[number]
        turned = cv2.getRotationMatrix2D(film.middle, 0.5 * float(turn), 1.05)
        out = np.asarray(turned, dtype=np.float64)
        out[:, 2] += 0.01 * film.width_px * np.array([x, y])
        return out

    return Plan(draw=_moved(film, place), place=place)


@change("slower", "time", "A clock that runs half as fast: everything takes twice as long.")
def _(film: Film) -> Plan:
    return Plan(time_s=film.time_s * 2.0, clock=2.0)


@change("faster", "time", "A clock that runs one and a half times as fast.")
def _(film: Film) -> Plan:
    return Plan(time_s=film.time_s / 1.5, clock=1.0 / 1.5)
