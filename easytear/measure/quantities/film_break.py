"""Film breaks: where the lipid layer opens and stays so."""

from __future__ import annotations

from typing import Final

from easytear.measure.quantities.base import Quantity

_GROUP: Final = "Film breaks"
_METHOD: Final = "docs/method.md, Film breaks"

QUANTITIES: Final = (
    Quantity("film_break.first_s", "s", "First film break", "first break",
             "from the end of a complete blink's upstroke to the first film break", _GROUP,
             overview=True, source=_METHOD),
    Quantity("film_break.censored_at_s", "s", "No break for", "no break for",
             "no film break up to this time: the first one takes longer (right-censored)", _GROUP,
             source=_METHOD),
    Quantity("film_break.mean_s", "s", "Mean break time", "mean break",
             "mean over the film breaks of their times", _GROUP, source=_METHOD),
    Quantity("film_break.count", "", "Film breaks", "breaks",
             "number of film breaks", _GROUP, kind="integer", source=_METHOD),
    Quantity("film_break.area_end_mm2", "mm²", "Broken area", "broken area",
             "cornea on which the film is broken when the interval ends", _GROUP, digits=2,
             source=_METHOD),
    Quantity("film_break.area_end_share", "", "Broken share", "broken share",
             "the same as a share of the cornea that was watched", _GROUP, digits=2,
             source=_METHOD),
    Quantity("film_break.protection_index", "", "Ocular protection index", "OPI",
             "first film break over the time to the next blink", _GROUP, digits=2,
             source="Ousler et al. 2008, Ann Allergy Asthma Immunol 101:A58"),
)  # fmt: skip
