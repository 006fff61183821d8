"""A paragraph for the methods section of a paper, from what a study says of itself."""

from __future__ import annotations

from easytear.study.record import StudyRecord
from easytear.study.statistics import Statistics
from easytear.study.words import several


def methods(record: StudyRecord, said: Statistics) -> str:
    """Return the paragraph: versions, what was analysed and left out, statistics used."""
    return " ".join(
        [
            *_analysis(record),
            *_left_out(record, said),
            *_averages(said),
            *_statistics(said),
        ]
    )


def _analysis(record: StudyRecord) -> list[str]:
    software = record.software
    if record.mm_per_px:
        scale = f"The scale was {record.mm_per_px} mm per pixel."
    elif record.hvid_mm:
        scale = f"The scale was taken from an iris width of {record.hvid_mm} mm."
    else:
        scale = "The scale was taken from each iris's width, set to the population mean."
    return [
        f"{several(record.counts.get('done', 0), 'video')} of the tear-film lipid layer were "
        f"analysed with EasyTear {record.analysed_with} (Python {software.get('python')}, NumPy "
        f"{software.get('numpy')}, SciPy {software.get('scipy')}, statsmodels "
        f"{software.get('statsmodels')}, OpenCV {software.get('opencv')}).",
        f"Settings have the SHA-256 {record.settings_sha256[:12]}.",
        scale,
        "The rise of the film after a blink was described by H(t) = rho (1 - exp(-t / lambda)).",
    ]


def _left_out(record: StudyRecord, said: Statistics) -> list[str]:
    failed = record.counts.get("failed", 0)
    reasons = "; ".join(f"{reason}, {count}" for reason, count in said.left_out.items())
    quality = record.options.get("min_quality")
    return [
        f"{several(failed, 'video')} could not be analysed." if failed else "",
        f"Inter-blink intervals entered if the fit converged, the quality score was at least "
        f"{quality}, and nobody had excluded them: {said.used} of {said.intervals}"
        + (f" (left out: {reasons})." if reasons else "."),
    ]


def _averages(said: Statistics) -> list[str]:
    unit = "subject" if said.values.has_subjects else "video"
    return [
        "Lambda, rho and rho / lambda were averaged and compared as logarithms.",
        f"Means over intervals, videos, visits and eyes were formed in this order; the {unit} was "
        "the unit of analysis.",
    ]


def _statistics(said: Statistics) -> list[str]:
    parts: list[str] = []
    if any(c.mixed for c in said.comparisons):
        parts.append(
            "Groups were compared by linear mixed-effects models of visits (restricted maximum "
            "likelihood; random effects of subject, eye and visit within subject as far as the "
            "data identified them; Satterthwaite's degrees of freedom; Bonferroni intervals for "
            "more than two groups)."
        )
    tests = dict.fromkeys(c.simple.name for c in said.comparisons if c.simple)
    if tests:
        parts.append(f"Beside them, means of subjects were compared by {'; '.join(tests)}.")
    if any(c.simple and c.simple.contrasts[0].hedges for c in said.comparisons):
        parts.append("Effect sizes are Hedges' g with intervals of the noncentral t distribution.")
    if said.intervals_repeat or said.visits_repeat or said.eyes_agree:
        parts.append(
            "Repeatability is the within-unit standard deviation, the coefficient 1.96 sqrt(2) SD, "
            "and the intraclass correlation of single measurements, with 95 % intervals of the "
            "jackknife over subjects (for the correlation on ln(1 - ICC))."
        )
    if said.visits_agree:
        parts.append("Visits were compared by Bland and Altman's limits, clustered in subjects.")
    if said.correlations:
        parts.append(
            "Correlations are Spearman's over subjects, with Bonett and Wright's intervals from "
            f"ten subjects on, and Holm's correction for {len(said.correlations)} of them."
        )
    parts.append("Two-sided p values below 0.05 were called significant.")
    return parts
