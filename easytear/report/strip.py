"""A strip of frames of one interval with what was found drawn in."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from dataclasses import dataclass

import cv2
import numpy as np

from easytear.base.geometry import ByteArray, FloatArray
from easytear.report.drawing import Finder, draw, frame_matrix, frames_around, scaled
from easytear.report.figures import interval_frames
from easytear.results import IntervalResult, Pictures, Results
from easytear.video import FrameReader, deinterlace

AFTER_S = (0.0, 0.2, 0.5, 1.0, 2.0, 4.0)
"""Times after the eye opened at which frames are shown: close together while the film is fast,
the same for every interval so that they can be compared."""

WIDTH_PX = 420
_JPEG_QUALITY = 82


@dataclass(frozen=True)
class Shot:
    """One frame of the strip: seconds since the eye opened, and the picture as a data address."""

    since_s: float
    uri: str


@dataclass(frozen=True)
class DecodedPictures:
    """Frames out of the video file, for results that keep none; `fields`: rebuilt from one."""

    reader: FrameReader
    fields: bool

    @property
    def ratio(self) -> float:
        """The file's pixels in one of theirs: 1."""
        return 1.0

    def colour(self, frame: int) -> ByteArray:
        """Return a frame in blue, green, red."""
        picture = self.reader.read(frame, colour=True)
        return deinterlace(picture) if self.fields else picture


def shots(results: Results, interval: IntervalResult, pictures: Pictures) -> Iterator[Shot]:
    """Yield the interval's frames with front and tracks drawn in, in order."""
    rows = interval_frames(results, interval)
    chosen = rows.iloc[chosen_rows(rows["time_s"].to_numpy(float))]
    around = frames_around(rows, chosen["frame"].tolist())
    finder = Finder(results.of(interval.index, around.tolist()), interval)
    video = results.summary.video
    factor = WIDTH_PX / video.width_px
    for row in chosen.to_dict("records"):
        frame = int(row["frame"])
        try:
            picture = pictures.colour(frame)
        except IndexError:  # another video than the results are of
            return
        by = factor * pictures.ratio
        small = np.asarray(
            cv2.resize(picture, None, fx=by, fy=by, interpolation=cv2.INTER_AREA), np.uint8
        )
        draw(small, finder.at(frame), scaled(frame_matrix(row, interval), factor))
        # Times in tables have fewer digits than those of the summary: the first frame is not early.
        yield Shot(max(float(row["time_s"]) - interval.start_s, 0.0), _data_uri(small))


def chosen_rows(time_s: FloatArray) -> list[int]:
    """Return the places nearest to the strip's times among an interval's frame times."""
    if not len(time_s):
        return []
    since = time_s - time_s[0]
    return sorted({int(np.abs(since - s).argmin()) for s in AFTER_S if s <= since[-1]})


def _data_uri(picture: ByteArray) -> str:
    _, code = cv2.imencode(".jpg", picture, [cv2.IMWRITE_JPEG_QUALITY, _JPEG_QUALITY])
    return "data:image/jpeg;base64," + base64.b64encode(code.tobytes()).decode("ascii")
