"""Which video an annotation file is of."""

from __future__ import annotations

from pathlib import Path

from easytear.annotate.model import VideoRef
from easytear.results import Analysis
from easytear.video import FrameReader, content_hash


def video_ref(reader: FrameReader) -> VideoRef:
    """Return the identity of an open video: name, content, size and frame times."""
    facts = reader.facts
    return VideoRef(
        name=facts.path.name,
        sha256=content_hash(facts.path),
        width_px=facts.width_px,
        height_px=facts.height_px,
        frame_count=facts.frame_count,
        time_s=tuple(round(float(t), 6) for t in facts.time_s),
    )


def analysed_video(analysis: Analysis) -> VideoRef:
    """Return the identity of the video that was analysed."""
    video = analysis.summary.video
    times = analysis.frames.sort_values("frame")["time_s"]
    return VideoRef(
        name=Path(video.path).name,
        sha256=video.sha256,
        width_px=video.width_px,
        height_px=video.height_px,
        frame_count=video.frame_count,
        time_s=tuple(round(float(t), 6) for t in times),
    )


def find_video(analysis: Analysis, folder: Path) -> Path | None:
    """Return the analysed video: where the results say, or beside their folder, else None."""
    said = Path(analysis.summary.video.path)
    for place in (said, folder / said, folder.parent / said.name, folder / said.name):
        if place.is_file():
            return place
    return None
