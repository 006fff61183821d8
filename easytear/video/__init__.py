"""Frames with their true times in; videos out."""

from easytear.video.facts import VideoFacts, content_hash
from easytear.video.fields import comb_index, combs, deinterlace
from easytear.video.reader import FrameReader, Picture
from easytear.video.writer import VideoWriter

__all__ = [
    "FrameReader",
    "Picture",
    "VideoFacts",
    "VideoWriter",
    "comb_index",
    "combs",
    "content_hash",
    "deinterlace",
]
