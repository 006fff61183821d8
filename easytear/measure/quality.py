"""How far an interval's numbers can be trusted: a score made of measured uncertainty, and flags."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from easytear.measure.film import FilmSpread
from easytear.request.settings.measure import QualitySettings
from easytear.results.model import Fit, Quality
from easytear.results.records import Pair
from easytear.segment.records import FilmFront
from easytear.show.flags import SENTENCES
from easytear.show.quality import GOOD_SCORE, score_of
from easytear.track.records import FilmTracks

LEAST_OBSERVED = 0.5
LEAST_FRONT = 0.5


_AT_REST = ("no_film", "film_not_moving")
"""Flags that say of the film that it does not move."""


def assess_quality(
    film: FilmSpread,
    tracks: FilmTracks,
    front: FilmFront,
    settings: QualitySettings,
    *,
    mm_per_px: float | None,
    eye_sd_px: float | None = None,
    other_flags: Iterable[str] = (),
) -> Quality:
    """Return the score and all flags of one interval.

    Parameters
    ----------
    film : FilmSpread
        What was measured.
    tracks, front : FilmTracks, FilmFront
        What it was measured from.
    settings : QualitySettings
        Limits of the flags.
    mm_per_px : float or None
        Scale.
    eye_sd_px : float, optional
        Typical standard deviation of the eye's motion.
    other_flags : iterable of str
        Flags of earlier stages, taken over.

    Notes
    -----
    The score is 1 / (1 + e / 0.1), where e is the expected relative error: half the relative
    widths of the 95 % intervals of lambda and rho as standard deviations, the eye's motion
    against the film's, half the disagreement of front and film, added in squares, over the
    share of positions that were measured. It is 0 where there is no headline law.
    """
    flags = [*other_flags, *film.flags, *front.flags, *_fit_flags(film, settings)]
    flags += _observation_flags(film, tracks, front, settings)
    if mm_per_px is None:
        flags.append("scale_unknown")
    # "Does not move" may be said only of a film that was looked at for long enough.
    if "film_watched_briefly" in flags:
        flags = ["film_not_seen" if word in _AT_REST else word for word in flags]
    score = 0.0
    fit = film.spread.y
    if fit is not None and film.headline is not None:
        error = expected_error(film, tracks, mm_per_px=mm_per_px, eye_sd_px=eye_sd_px)
        score = score_of(error)
        if not fit.converged:
            score *= 0.5
    if score < settings.low_score:
        flags.append("low_quality")
    if score < GOOD_SCORE:
        flags += _limit(film, mm_per_px, eye_sd_px)
    order = {name: number for number, name in enumerate(SENTENCES)}
    return Quality(
        score=round(score, 4), flags=tuple(sorted(set(flags), key=lambda f: (order.get(f, 999), f)))
    )


def _limit(film: FilmSpread, mm_per_px: float | None, eye_sd_px: float | None) -> list[str]:
    """Return the flag of what limits the numbers most; none where the parts are not known."""
    if film.headline is None or not film.limits:
        return []
    parts = dict(film.limits)
    if eye_sd_px is not None and np.isfinite(eye_sd_px) and mm_per_px is not None:
        parts["limited_by_eye"] = eye_sd_px * mm_per_px / max(abs(film.headline.rho_mm), 1e-6)
    return [max(parts, key=lambda name: parts[name])]


def expected_error(
    film: FilmSpread, tracks: FilmTracks, *, mm_per_px: float | None, eye_sd_px: float | None
) -> float:
    """Return the expected relative error of the headline law; see `assess_quality`."""
    law, fit = film.headline, film.spread.y
    assert law is not None
    assert fit is not None
    squares = _relative_sd(fit.lambda_s_ci95) ** 2
    draws = law.draws
    if draws is not None:
        low, high = np.quantile(draws.rho_mm, (0.025, 0.975))
        squares += ((high - low) / 3.92 / max(abs(law.rho_mm), 1e-6)) ** 2
    if eye_sd_px is not None and np.isfinite(eye_sd_px) and mm_per_px is not None:
        squares += (eye_sd_px * mm_per_px / max(abs(law.rho_mm), 1e-6)) ** 2
    squares += (0.5 * _disagreement(fit, film.spread.front)) ** 2
    return float(np.sqrt(squares) / max(observed_share(tracks), 0.1))


def observed_share(tracks: FilmTracks) -> float:
    """Return the share of track positions that were measured, among frames looked at.

    Frames in which nothing at all was measured were not looked at: a program may look at every
    second frame, a person at every tenth.
    """
    looked = np.isin(tracks.frame, np.unique(tracks.frame[tracks.observed]))
    return float(tracks.observed[looked].mean()) if looked.any() else 0.0


def _relative_sd(pair: Pair) -> float:
    low, high = pair
    if low is None or high is None or low <= 0:
        return 0.5
    return float(np.log(high / low)) / 3.92


def _disagreement(fit: Fit, front: Fit | None) -> float:
    if front is None or fit.lambda_s is None or front.lambda_s is None or not front.converged:
        return 0.0
    return abs(float(np.log(front.lambda_s / fit.lambda_s)))


def _fit_flags(film: FilmSpread, settings: QualitySettings) -> list[str]:
    law, fit = film.headline, film.spread.y
    if law is None or fit is None:
        return []
    found = {
        "lambda_unresolved": law.window_s < settings.min_window_lambdas * law.fit.lambda_s,
        "lambda_uncertain": _ratio(fit.lambda_s_ci95) > settings.max_ci_ratio,
        "lambda_at_bound": law.fit.at_bound,
        "onset_extrapolated": not law.onset_known,
        "rho_beyond_view": film.visible_mm is not None and abs(law.rho_mm) > film.visible_mm,
        "drift": law.fit.has_drift,
        "front_and_film_disagree": _apart(fit, film.spread.front),
    }
    return [flag for flag, raised in found.items() if raised]


def _ratio(pair: Pair) -> float:
    low, high = pair
    return high / low if low and high else 1.0


def _apart(fit: Fit, front: Fit | None) -> bool:
    """Return whether the 95 % intervals of lambda do not meet and differ by a fifth."""
    if front is None or _disagreement(fit, front) < np.log(1.2):
        return False
    (low, high), (other_low, other_high) = fit.lambda_s_ci95, front.lambda_s_ci95
    if low is None or high is None or other_low is None or other_high is None:
        return False
    return high < other_low or other_high < low


def _observation_flags(
    film: FilmSpread, tracks: FilmTracks, front: FilmFront, settings: QualitySettings
) -> list[str]:
    flags = []
    if film.headline is not None and len(film.headline.samples) < settings.min_tracks:
        flags.append("few_tracks")
    if len(tracks) and observed_share(tracks) < LEAST_OBSERVED:
        flags.append("tracks_predicted")
    seen = np.isfinite(front.y_px)
    if not seen.any():
        flags.append("front_not_visible")
    elif seen.mean() < LEAST_FRONT:
        flags.append("front_incomplete")
    return flags
