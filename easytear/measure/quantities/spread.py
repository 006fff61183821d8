"""The spread law of film and front."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from easytear.measure.quantities.base import Quantity

_YOKOI: Final = "Yokoi et al. 2008, Invest Ophthalmol Vis Sci 49:5319"

_FIT: Final = (
    Quantity("lambda_s", "s", "Time constant λ", "λ",
             "time in which 63 % of the rise is done", log=True, ci95=True,
             settled="converged", studied=True, overview=True, source=_YOKOI),
    Quantity("rho_mm", "mm", "Rise ρ", "ρ",
             "how far the film rises in the end", log=True, ci95=True, given_scale=True,
             settled="converged", studied=True, overview=True, source=_YOKOI),
    Quantity("initial_velocity_mm_s", "mm/s", "Initial velocity ρ/λ", "ρ/λ",
             "the law's velocity at its onset", log=True, ci95=True, given_scale=True,
             settled="converged", studied=True, overview=True, source=_YOKOI),
    Quantity("onset_s", "s", "Onset (video time)", "onset",
             "video time at which the spread starts"),
    Quantity("drift_mm_s", "mm/s", "Drift", "drift",
             "steady drift beside the exponential; empty without drift", digits=2,
             source="King-Smith et al. 2009, Invest Ophthalmol Vis Sci 50:2747"),
    Quantity("window_over_lambda", "λ", "Fitted window", "window",
             "length of the fitted window in time constants", digits=2),
    Quantity("r2", "", "R²", "R²", "coefficient of determination"),
    Quantity("rmse_mm", "mm", "Residual", "residual", "root mean square residual", digits=2),
    Quantity("n", "", "Tracks or samples", "n", "tracks, or front samples, in the fit",
             kind="integer"),
    Quantity("model", "", "Model", "model", "model that was fitted", kind="text"),
    Quantity("law.best", "", "Law that suits best", "law",
             "which family of laws the film follows best", kind="text"),
    Quantity("law.misfit", "", "Misfit of the exponential", "misfit",
             "how far the film leaves the exponential, as a share of its rise", digits=2),
    Quantity("converged", "", "Settled", "settled",
             "whether the fit settled; if not, it is shown and never averaged", kind="yes/no"),
)  # fmt: skip

FITS: Final = (
    ("y", "Film just below the front", "", "film just below the front"),
    ("front", "Front", "front ", "mean height of the lipid front"),
    ("x", "Film sideways", "sideways ", "horizontal displacement, which has no physical basis"),
)
"""Key, heading, words before a short label, and what it is of, for each fitted law."""


def fit_quantities(prefix: str, group: str, before: str, what: str) -> tuple[Quantity, ...]:
    """Return the quantities of one fitted law; `before` goes before the short labels.

    Of other laws than the headline's only the time constant is studied, and only the front's.
    """
    headline = prefix == "spread.y"
    return tuple(
        replace(
            one,
            key=f"{prefix}.{one.key}",
            group=group,
            short=f"{before}{one.short}",
            label=one.label if headline or not before else f"{one.label} ({before.strip()})",
            meaning=f"{one.meaning} ({what})",
            settled=f"{prefix}.{one.settled}" if one.settled else "",
            overview=one.overview and headline,
            studied=one.studied
            and (headline or (prefix == "spread.front" and one.key == "lambda_s")),
        )
        for one in _FIT
    )


_RISE: Final = tuple(
    Quantity(f"spread.rise.{key}", unit, label, short, f"{meaning}, without a law",
             "Without a model", ci95=True, given_scale=unit == "mm", studied=key == "rise_2s_mm")
    for key, unit, label, short, meaning in (
        ("rise_1s_mm", "mm", "Rise in the first second", "1 s rise",
         "rise of the film just below the front in the first second after onset"),
        ("rise_2s_mm", "mm", "Rise in the first 2 s", "2 s rise",
         "rise of the film just below the front in the first two seconds after onset"),
        ("rise_5s_mm", "mm", "Rise in the first 5 s", "5 s rise",
         "rise of the film just below the front in the first five seconds after onset"),
        ("half_rise_s", "s", "Half-rise time", "half rise",
         "time from onset to half of the rise"),
    )
)  # fmt: skip

QUANTITIES: Final = (
    *(
        one
        for key, group, before, what in FITS
        for one in fit_quantities(f"spread.{key}", group, before, what)
    ),
    *_RISE,
)
