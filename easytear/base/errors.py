"""The errors that a person may see: each one is a sentence that says what to do."""

from easytear.base.text import printable


class EasyTearError(Exception):
    """Something the user can mend. The message is one sentence and names the file.

    What a terminal would obey instead of show (a file's name may hold anything) is spelt out.
    """

    def __init__(self, message: str = "") -> None:
        super().__init__(printable(message))


class VideoError(EasyTearError):
    """A video that cannot be opened, holds no picture, or is too short."""


class SettingsError(EasyTearError):
    """A settings file or value that cannot be used."""


class ResultsError(EasyTearError):
    """A results folder that is absent, incomplete, or of an unknown version."""


class AnnotationError(EasyTearError):
    """An annotation file that cannot be read, or belongs to another video."""


class MissingExtraError(EasyTearError):
    """A part of EasyTear whose optional packages are not installed."""


class UsageError(EasyTearError):
    """What was asked for cannot be meant; nothing was done."""
