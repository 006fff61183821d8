"""The only room that knows all the others: a video in, its analysis out."""

from easytear.pipeline.again import remeasure
from easytear.pipeline.analyze import analyze, analyze_into

__all__ = ["analyze", "analyze_into", "remeasure"]
