"""Videos to give away: with writing covered, or as recorded but for what the file tells."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Final

import av
import cv2
import numpy as np
from av.bitstream import BitStreamFilterContext

from easytear.base.errors import VideoError
from easytear.base.geometry import BoolArray
from easytear.sharing.burnt_in import Box
from easytear.video import FrameReader, VideoWriter
from easytear.video.dicom import as_video, is_dicom

FILL: Final = 16
"""Grey value of what is covered: dark, and nobody takes it for film."""
_CRF: Final = 17.0
"""Hardly visible loss; results are those of the original."""
_NOTES: Final = {"h264": "filter_units=remove_types=6", "hevc": "filter_units=remove_types=39-40"}
"""Filters that drop supplementary messages (SEI): cameras write time and place into them."""


def with_boxes(mask: BoolArray, boxes: Sequence[Box]) -> BoolArray:
    """Return a mask with rectangles (x, y, width, height) added."""
    out = mask.copy()
    for x, y, w, h in boxes:
        out[max(y, 0) : y + h, max(x, 0) : x + w] = True
    return out


def write_masked(video: Path, out: Path, mask: BoolArray) -> None:
    """Write a video with the same frames at the same times, and `mask` covered in each.

    Sound, metadata and everything else beside the pictures is left out.
    """
    with FrameReader(video) as reader:
        facts = reader.facts
        with VideoWriter(
            out, facts.width_px, facts.height_px, fps=max(facts.fps_mean, 1.0), crf=_CRF
        ) as writer:
            for number, picture in reader.frames(colour=True):
                picture[mask] = FILL
                writer.write(picture, float(facts.time_s[number]))


def write_bare(video: Path, out: Path) -> None:
    """Write a video's pictures as they are stored, without sound, metadata and messages.

    Raises
    ------
    VideoError
        If the container cannot be written so.
    """
    try:
        with (
            av.open(f"file:{as_video(video) if is_dicom(video) else video}") as source,
            av.open(f"file:{out}", "w", container_options={"fflags": "+bitexact"}) as target,
        ):
            stream = source.streams.video[0]
            copy = target.add_stream_from_template(stream)
            copy.metadata.clear()
            codec = stream.codec_context.name
            only = BitStreamFilterContext(_NOTES.get(codec, "null"), stream, copy)
            for packet in source.demux(stream):
                for kept in only.filter(packet if packet.dts is not None else None):
                    kept.stream = copy
                    target.mux(kept)
    except (av.error.FFmpegError, ValueError, IndexError) as error:
        raise VideoError(
            f"{video}: cannot be passed on as it is ({error}); give --videos masked."
        ) from error


def thumbnails(video: Path, count: int, width_px: int) -> list[bytes]:
    """Return frames spread over a video as JPEG, `width_px` wide."""
    with FrameReader(video) as reader:
        places = np.unique(np.linspace(0, len(reader) - 1, count).round().astype(int))
        out = []
        for place in places:
            picture = reader.read(int(place), colour=True)
            factor = width_px / picture.shape[1]
            small = cv2.resize(picture, None, fx=factor, fy=factor, interpolation=cv2.INTER_AREA)
            out.append(cv2.imencode(".jpg", small, [cv2.IMWRITE_JPEG_QUALITY, 80])[1].tobytes())
    return out
