"""The only room that knows all the others: a video in, its analysis out."""

from easytear.pipeline.again import remeasure
from easytear.pipeline.analyze import analyze

__all__ = ["analyze", "remeasure"]
