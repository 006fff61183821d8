"""A person's decisions as the summary notes them."""

from __future__ import annotations

from easytear.request.corrections import Corrections
from easytear.results import CorrectionNote


def notes_of(corrections: Corrections) -> tuple[CorrectionNote, ...]:
    """Return one note for each decision."""
    notes = []
    for move in corrections.intervals:
        detail = f"frames {move.start_frame} to {move.end_frame}"
        notes.append(("interval", move.interval, detail, move.by, move.when))
    for region in corrections.regions:
        detail = f"{len(region.polygon)} corners"
        notes.append(("region", region.interval, detail, region.by, region.when))
    for what, edits in (("iris", corrections.irises), ("pupil", corrections.pupils)):
        for drawn in edits:
            detail = f"width {2 * drawn.rx_px:.1f} px"
            notes.append((what, drawn.interval, detail, drawn.by, drawn.when))
    for left_out in corrections.excluded:
        notes.append(("exclusion", left_out.interval, left_out.reason, left_out.by, left_out.when))
    return tuple(
        CorrectionNote(what=what, interval=interval, detail=detail, by=by, when=when)
        for what, interval, detail, by, when in notes
    )
