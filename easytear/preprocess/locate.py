"""Is there an eye in a video, and which part of it: pupil and limbus from pictures spread over it.

A pupil and a dark iris look alike: round, and darker than what is about them. They are therefore
judged together, over many pictures: the pupil is the disc that is even within, whose edge is seen
all round, and that is there in picture after picture in one size; the limbus is concentric with
it, brighter beyond, and within what anatomy allows.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from easytear.base.geometry import BoolArray, Ellipse, FloatArray
from easytear.preprocess.discs import LEAST_SCORE, Disc, dark_discs
from easytear.preprocess.limbus import (
    ASPECT,
    LEAST_EVIDENCE,
    USUAL_RATIO,
    USUAL_RATIO_SD,
    Limbus,
    limbus_in,
)
from easytear.preprocess.orientation import upside_down
from easytear.preprocess.picture_mask import picture_mask
from easytear.preprocess.polar import polar_of
from easytear.preprocess.pupil import soft_edge
from easytear.preprocess.reflections import without_reflections
from easytear.preprocess.rim_first import discs_within, limbus_first

MANY_PICTURES = 24
"""How many pictures, spread over the video, the search wants."""

_SEARCHED_WIDELY = 4
"""In every fourth picture discs of any size are looked for."""

_FAIR_SCORE = 0.3
"""Score of a pupil partly behind lashes."""

_FAINT_SCORE = 0.1
"""The same within a limbus that is seen: film may shine over the pupil, nothing else is there."""

_OFTEN = 0.5
"""It is then looked for in its place, and seen in most pictures."""

_FLAT = 1.0 + 0.7 * (ASPECT - 1.0)
"""Width over height from which a dark disc is more likely an iris (1.11, spread 0.05) than a pupil
(1.0, spread 0.04)."""

_RIVAL_SHARE = 0.6
"""A pupil is the only one of its kind; dark spots of a texture are not."""

_REFLECTING = 0.04
"""Share of a band about the pupil's edge; lashes and noise change less."""

_LEAST_IRIS = 0.04
"""Half the width of the smallest iris that is looked for, as a share of the picture's longer side:
a film could not be followed on it, and specks are everywhere."""

_TRIES = 5
"""Sizes that are tried, the likeliest first."""

_PUPIL_WEIGHT, _CLEAR_SCORE = 10.0, 2.0
"""What a pupil's score is worth beside the evidence for a limbus (a logarithm), and the score of a
pupil that could not be clearer."""

_MISSING_WEIGHT = 5.0
"""What it counts against a pupil that no limbus is found where all of it would be in view."""

_LEAST_BELIEF = 9.0
"""A pupil of about `LEAST_SCORE`, or a limbus beyond doubt about a faint one, in every picture."""

_SURE = 25.0
"""Enough not to look for another: a clear pupil with a limbus, or a limbus seen all round."""

_SIZE_SPREAD = 0.18
"""Spread of the logarithm of one pupil's radius over a video."""

WANDER = 4.0
"""An eye that looks about moves its pupil by this many of its radii (6 mm) at most."""


@dataclass(frozen=True)
class EyeLocation:
    """Where the eye is in a video, and how large.

    Attributes
    ----------
    valid : (height, width) bool array
        What of the frames is picture: False on borders, an aperture's surround, burnt-in text.
    pupil : Ellipse or None
        The pupil: its median place and size, image coordinates.
    iris : Ellipse or None
        The limbus about that pupil; None where no arc of it is in view.
    iris_radius_px : float
        Half the limbus' width; where no arc is in view, what the pupil lets expect. NaN: no eye.
    iris_radius_sd_px : float
        One standard deviation of it.
    upside_down : bool or None
        Whether the upper lid is below; None where that cannot be told.
    confidence : float
        Share of the pictures that show this very eye, 0 to 1; blinks lower it.
    flags : tuple of str
        "no_eye", "eye_without_pupil" (a limbus with nothing in it that is a pupil), "upside_down",
        "limbus_not_found".
    reflections : bool
        Whether reflections of lamps lie on the pupil's edge.
    """

    valid: BoolArray
    pupil: Ellipse | None
    iris: Ellipse | None
    iris_radius_px: float
    iris_radius_sd_px: float
    upside_down: bool | None
    confidence: float
    flags: tuple[str, ...] = ()
    reflections: bool = False

    @property
    def limbus(self) -> Limbus | None:
        """Return the limbus with its deviation, as `find_limbus` takes it."""
        if self.iris is None:
            return None
        return Limbus(self.iris, 2.0 * self.iris_radius_sd_px, 360.0)

    @property
    def window(self) -> tuple[int, int, int, int]:
        """(x0, y0, x1, y1): the eye with its lids in whole pixels, x1 and y1 not included."""
        rows = np.flatnonzero(self.valid.any(axis=1))
        columns = np.flatnonzero(self.valid.any(axis=0))
        if not len(rows):
            return 0, 0, self.valid.shape[1], self.valid.shape[0]
        x0, x1, y0, y1 = columns[0], columns[-1] + 1, rows[0], rows[-1] + 1
        centre = self.iris or self.pupil
        if centre is not None:
            across, down = 1.6 * self.iris_radius_px, 1.3 * self.iris_radius_px
            x0, x1 = max(x0, centre.x_px - across), min(x1, centre.x_px + across + 1)
            y0, y1 = max(y0, centre.y_px - down), min(y1, centre.y_px + down + 1)
        return int(x0), int(y0), int(x1), int(y1)


def locate_eye(pictures: NDArray[np.uint8]) -> EyeLocation:
    """Return where the eye is in a video, and how large.

    Parameters
    ----------
    pictures : (k, height, width) uint8 array
        Grey frames spread over the whole video, about `MANY_PICTURES` of them.
    """
    if not pictures.size:
        raise ValueError("no picture to look for an eye in")
    valid = picture_mask(pictures)
    clear = np.stack([without_reflections(picture, valid) for picture in pictures])
    found = _discs(clear, valid)
    best: tuple[float, EyeLocation, dict[int, Disc]] | None = None
    for _ in range(_TRIES):
        chosen = _same_pupil(found)
        if not chosen:
            break
        eye, limbus = _described(clear, valid, chosen)
        belief = _belief(found, chosen, eye, limbus)
        if best is None or belief > best[0]:
            best = belief, eye, chosen
        if limbus is not None and belief > _SURE:
            break
        size = float(np.median([disc.radius_px for disc in chosen.values()]))
        found = [[d for d in ds if abs(np.log(d.radius_px / size)) > _SIZE_SPREAD] for ds in found]
    rim: Limbus | None = None
    if best is None or best[0] < _SURE or best[1].iris is None:
        rim = limbus_first(list(clear), valid)
        best = _within(rim, clear, valid, best)
    taken = best is not None and rim is not None and _is_iris(best[1], rim)
    if best is not None and best[0] > _LEAST_BELIEF and not taken:
        return replace(best[1], reflections=_on_the_edge(pictures, clear, best[2]))
    if rim is not None:
        half, sd = rim.ellipse.rx_px, 0.5 * rim.width_sd_px
        return EyeLocation(valid, None, rim.ellipse, half, sd, None, 0.0, ("eye_without_pupil",))
    return EyeLocation(valid, None, None, np.nan, np.nan, None, 0.0, ("no_eye",))


def _is_iris(eye: EyeLocation, rim: Limbus) -> bool:
    """Return whether what passes for a pupil is the iris itself, whose pupil cannot be seen.

    It has no limbus about it, and is not as round as a pupil.
    """
    if eye.pupil is None or eye.iris is not None:
        return False
    e, size = rim.ellipse, float(np.sqrt(rim.ellipse.rx_px * rim.ellipse.ry_px))
    apart = float(np.hypot(e.x_px - eye.pupil.x_px, e.y_px - eye.pupil.y_px))
    alike = abs(float(np.log(eye.pupil.rx_px / size))) < _SIZE_SPREAD and apart < 0.2 * size
    return alike and e.rx_px / e.ry_px > _FLAT


def _within(
    rim: Limbus | None,
    clear: NDArray[np.uint8],
    valid: BoolArray,
    best: tuple[float, EyeLocation, dict[int, Disc]] | None,
) -> tuple[float, EyeLocation, dict[int, Disc]] | None:
    """Return the likelier of an eye found by its pupil and one found by its limbus, `rim`."""
    if rim is None:
        return best
    found = discs_within(list(clear), rim)
    chosen = _same_pupil(found, _FAINT_SCORE)
    if len(chosen) < _OFTEN * len(clear):
        return best
    eye, limbus = _described(clear, valid, chosen)
    if limbus is None or abs(np.log(limbus.ellipse.rx_px / rim.ellipse.rx_px)) > _SIZE_SPREAD:
        return best
    belief = _belief(found, chosen, eye, limbus)
    return best if best is not None and best[0] >= belief else (belief, eye, chosen)


def _on_the_edge(
    pictures: NDArray[np.uint8], clear: NDArray[np.uint8], chosen: dict[int, Disc]
) -> bool:
    """Return whether reflections usually lie on the pupil's edge."""
    shares = []
    for k, disc in chosen.items():
        e = disc.ellipse
        ring = e.scaled(1.3).mask(pictures[k].shape) & ~e.scaled(0.75).mask(pictures[k].shape)
        shares.append(float((pictures[k] != clear[k])[ring].mean()) if ring.any() else 0.0)
    return float(np.median(shares)) > _REFLECTING


def _belief(
    found: Sequence[Sequence[Disc]],
    chosen: dict[int, Disc],
    eye: EyeLocation,
    limbus: Limbus | None,
) -> float:
    """Return how much speaks for an eye there: pupil and limbus together, over all pictures.

    A pupil counts by as much as its score is above that of the best disc elsewhere, less where its
    limbus ought to be in view and is not. What is seen in a few pictures only counts as little.
    """
    if eye.pupil is None or eye.iris_radius_px < _LEAST_IRIS * max(eye.valid.shape):
        return 0.0
    scores = np.array([disc.score for disc in chosen.values()])
    rivals = np.array([_rival(found[k], disc) for k, disc in chosen.items()])
    score = float(np.median(scores))
    apart = _PUPIL_WEIGHT * min(max(float(np.median(scores - rivals)), 0.0), _CLEAR_SCORE)
    share = len(chosen) / len(found)
    if limbus is not None:
        # An eye that is nearly always shut is still an eye: one picture in three is enough.
        often = min(1.0, 3.0 * share) if score > LEAST_SCORE else share
        return often * (apart + limbus.evidence - LEAST_EVIDENCE)
    if float(np.median(rivals / scores)) >= _RIVAL_SHARE:
        return 0.0
    outline = eye.pupil.scaled(USUAL_RATIO).points(90).round().astype(int)
    height, width = eye.valid.shape
    inside = [0 <= x < width and 0 <= y < height and eye.valid[y, x] for x, y in outline]
    missing = _MISSING_WEIGHT * float(np.mean(inside))
    return share * (apart - missing)


def _rival(discs: Sequence[Disc], chosen: Disc) -> float:
    """Return the score of the best disc elsewhere in the same picture."""
    a, reach = chosen.ellipse, 2.0 * chosen.radius_px
    apart = [np.hypot(d.ellipse.x_px - a.x_px, d.ellipse.y_px - a.y_px) > reach for d in discs]
    return max((d.score for d, far in zip(discs, apart, strict=True) if far), default=0.0)


def _discs(pictures: NDArray[np.uint8], valid: BoolArray) -> list[list[Disc]]:
    """Return each picture's discs: of any size in some, in the rest like what those agree on."""
    found: list[list[Disc]] = [[] for _ in pictures]
    some = range(0, len(pictures), _SEARCHED_WIDELY)
    for k in some:
        found[k] = dark_discs(pictures[k], valid)
    agreed = _same_pupil([found[k] for k in some])
    sizes = [d.radius_px for d in agreed.values()]
    few = len(agreed) < 0.5 * len(some)
    between = None if few else (0.65 * float(min(sizes)), 1.5 * float(max(sizes)))
    for k in sorted(set(range(len(pictures))) - set(some)):
        found[k] = dark_discs(pictures[k], valid, between)
    return found


def _same_pupil(found: Sequence[Sequence[Disc]], fair: float = _FAIR_SCORE) -> dict[int, Disc]:
    """Return the pupil in each picture that shows it: the disc that recurs in one size.

    Every disc is supported by the best disc like it in every other picture. By chance alone a
    round dark spot is found now and then, but not again in the same size near the same place.
    """
    every = [disc for discs in found for disc in discs if disc.score > 0.5 * fair]
    best: tuple[float, Disc] | None = None
    for one in every:
        total = sum(
            max((_like(one, d) * min(d.score, 3.0) for d in ds), default=0.0) for ds in found
        )
        if best is None or total > best[0]:
            best = (total, one)
    if best is None:
        return {}
    chosen = {}
    for k, discs in enumerate(found):
        likely = max(discs, key=lambda d: _like(best[1], d) * d.score, default=None)
        if likely is not None and _like(best[1], likely) * likely.score >= 0.5 * fair:
            chosen[k] = likely
    return chosen


def _like(one: Disc, other: Disc) -> float:
    """Return how well two discs can be the same pupil, 0 to 1."""
    size = float(np.log(other.radius_px / one.radius_px)) / _SIZE_SPREAD
    a, b = one.ellipse, other.ellipse
    apart = float(np.hypot(a.x_px - b.x_px, a.y_px - b.y_px)) / (0.5 * WANDER * one.radius_px)
    return float(np.exp(-0.5 * (size**2 + apart**2)))


def _described(
    pictures: NDArray[np.uint8], valid: BoolArray, chosen: dict[int, Disc]
) -> tuple[EyeLocation, Limbus | None]:
    discs = list(chosen.values())
    radius = float(np.median([d.radius_px for d in discs]))
    middle = np.median([soft_edge(pictures[k], d.ellipse)[1] for k, d in chosen.items()])
    pupil = _usual([d.ellipse for d in discs]).scaled(float(middle))
    polar = polar_of([pictures[k] for k in chosen], [d.ellipse for d in discs], valid)
    limbus = limbus_in(polar, radius * float(middle))
    confidence = len(chosen) / len(pictures)
    if limbus is None:
        half, sd, iris = USUAL_RATIO * radius, USUAL_RATIO_SD * USUAL_RATIO * radius, None
    else:
        first = discs[0].ellipse
        iris = limbus.ellipse.moved(pupil.x_px - first.x_px, pupil.y_px - first.y_px)
        half, sd = iris.rx_px, 0.5 * limbus.width_sd_px
    turned = upside_down(polar, iris, pupil)
    flags = (
        *(("limbus_not_found",) if iris is None else ()),
        *(("upside_down",) if turned else ()),
    )
    return EyeLocation(valid, pupil, iris, half, sd, turned, confidence, flags), limbus


def _usual(pupils: Sequence[Ellipse]) -> Ellipse:
    table: FloatArray = np.array([[p.x_px, p.y_px, 0.5 * (p.rx_px + p.ry_px)] for p in pupils])
    x, y, radius = np.median(table, axis=0)
    return Ellipse(float(x), float(y), float(radius), float(radius))
