"""The command line: thin, calls the rooms.

Each command stands in a module of its own that has a function `register(app)`.
"""

from easytear.cli.app import app, main

__all__ = ["app", "main"]
