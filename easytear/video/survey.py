"""A look over a whole video: what it holds, whether it is interlaced, what looks wrong."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from easytear.base.progress import SILENT, Progress
from easytear.video.facts import VideoFacts
from easytear.video.fields import comb_index, combs
from easytear.video.reader import FrameReader

LOW_FRAME_RATE = 20.0
"""Frames per second below which an early spread of some tenths of a second has too few frames
for a velocity (three in 0.15 s)."""

LOW_WIDTH_PX = 320
"""Picture width below which an iris of 12 mm has less than about 20 px/mm: the film's fine
texture (0.1 mm) is then two pixels wide."""

_FRAMES_LOOKED_AT = 2000


@dataclass(frozen=True, eq=False)
class Survey:
    """What a look over a video gave.

    Attributes
    ----------
    facts : VideoFacts
        What the file holds.
    comb : float
        Comb index that 3 % of the frames exceed (above 1.25: interlaced); NaN for pictures too
        small to tell.
    interlaced : bool
        True where the frames comb, whatever the file says.
    problems : tuple of str
        Flags of `easytear.show.flags`.
    """

    facts: VideoFacts
    comb: float
    interlaced: bool
    problems: tuple[str, ...]


def survey(path: Path, progress: Progress = SILENT, fps: float | None = None) -> Survey:
    """Look over a video; `fps` and errors as `FrameReader`."""
    with FrameReader(path, fps) as reader:
        facts = reader.facts
        step = max(1, facts.frame_count // _FRAMES_LOOKED_AT)
        index = np.empty(len(range(0, facts.frame_count, step)))
        for place, (frame, grey) in enumerate(reader.frames(step=step)):
            index[place] = comb_index(grey)
            progress.update(frame + 1, facts.frame_count, "looking at the lines")
    interlaced = combs(index)
    wrong = {
        "lost_frames": bool(facts.gaps),
        "interlaced": interlaced,
        "variable_frame_rate": facts.variable_frame_rate,
        "low_frame_rate": facts.fps_mean < LOW_FRAME_RATE,
        "low_resolution": facts.width_px < LOW_WIDTH_PX,
    }
    problems = facts.problems + tuple(word for word, true in wrong.items() if true)
    return Survey(facts, float(np.quantile(index, 0.97)), interlaced, problems)
