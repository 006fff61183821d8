"""The only room that knows all the stages: a request and a video in, results out."""

from easytear.engine.run import run, run_into

__all__ = ["run", "run_into"]
