"""What is known of a video file before its pictures are looked at."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path

from easytear.base.errors import VideoError
from easytear.base.geometry import FloatArray

_BLOCK_BYTES = 1 << 20


@dataclass(frozen=True, eq=False)
class VideoFacts:
    """What a video file holds, found by decoding it once.

    Attributes
    ----------
    path : Path
        The file.
    size_bytes : int
        Size of the file.
    width_px, height_px : int
        Size of the pictures that the reader gives: rotation flag applied, pixels square.
    frame_count : int
        Pictures that can really be shown, in order, the lost ones not among them.
    time_s : (frame_count,) float array
        Presentation time of each; 0 at the first, rising.
    duration_s : float
        From the first picture's start to the last one's end.
    fps_mean : float
        Pictures per second over the whole video.
    fps_given : float or None
        The rate at which frames were taken, where a person told it: times follow from it.
    capture_fps : float or None
        That rate as the recorder notes it.
    variable_frame_rate : bool
        True where the times between pictures differ by more than the container's clock explains,
        gaps of lost pictures apart.
    codec : str
        Short name, for example "h264".
    container : str
        Short name of the file's format, for example "mov,mp4,m4a,3gp,3g2,mj2".
    pixel_format : str
        FFmpeg's name, for example "yuv420p".
    rotation_deg : int
        Rotation that was applied: 0, 90, 180 or 270, anticlockwise; after
        mirroring.
    mirrored : bool
        True where pictures were mirrored left to right before they were turned.
    pixel_aspect : float
        Width over height of a stored pixel; where it is not 1 the pictures are widened or
        narrowed by it (each line for itself, so that interlaced fields stay apart).
    bit_depth : int
        Bits of a sample in the file; pictures are given with 8.
    interlaced : bool
        What the file says. Many interlaced recordings do not say so: see `fields.comb_index`.
    lost_frames : int
        Pictures that the file announces, or that its steady rate leaves room for, and that
        cannot be read whole, or are of another size than most.
    gaps : tuple of int
        Numbers of the pictures before which more time is missing than dropped ones explain: a
        blink may hide there.
    problems : tuple of str
        Short stable words: "damaged" (pictures broken or cut off), "frames_missing" (lost ones,
        by damage or by the camera), "frame_times_repaired", "frame_sizes_differ",
        "rate_assumed" (no times in the file), "rate_unknown" (no rate either),
        "capture_rate_used", "capture_rate_differs", "non_square_pixels".
    """

    path: Path
    size_bytes: int
    width_px: int
    height_px: int
    frame_count: int
    time_s: FloatArray
    duration_s: float
    fps_mean: float
    fps_given: float | None
    capture_fps: float | None
    variable_frame_rate: bool
    codec: str
    container: str
    pixel_format: str
    rotation_deg: int
    mirrored: bool
    pixel_aspect: float
    bit_depth: int
    interlaced: bool
    lost_frames: int
    gaps: tuple[int, ...]
    problems: tuple[str, ...] = ()


def content_hash(path: Path) -> str:
    """Return the SHA-256 of a file's content as 64 hexadecimal digits, read in small blocks.

    Raises
    ------
    VideoError
        If the file cannot be read.
    """
    digest = hashlib.sha256()
    try:
        if not path.is_file() and path.exists():  # a pipe would be waited for without end
            raise VideoError(f"{path}: is no regular file but a pipe or device; name a video file.")
        with path.open("rb") as file:
            while block := file.read(_BLOCK_BYTES):
                digest.update(block)
    except OSError as error:
        raise VideoError(f"{path}: cannot be read ({error.strerror}).") from error
    return digest.hexdigest()
