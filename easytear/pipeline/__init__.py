"""The only room that knows all the others: a video in, its analysis out."""

from easytear.pipeline.analyze import analyze, remeasure

__all__ = ["analyze", "remeasure"]
