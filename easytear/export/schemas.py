"""The JSON Schema of every JSON format that EasyTear writes."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from pydantic import BaseModel


def _results() -> type[BaseModel]:
    from easytear.results import Summary

    return Summary


def _request() -> type[BaseModel]:
    from easytear.request.request import Request

    return Request


def _settings() -> type[BaseModel]:
    from easytear.request.settings import Settings

    return Settings


def _comparison() -> type[BaseModel]:
    from easytear.compare import Comparison

    return Comparison


def _annotations() -> type[BaseModel]:
    from easytear.annotate import Annotations

    return Annotations


def _agreement() -> type[BaseModel]:
    from easytear.annotate.agreement.records import Agreement

    return Agreement


FORMATS: Final[dict[str, tuple[str, Callable[[], type[BaseModel]]]]] = {
    "results": ("summary.json of a video", _results),
    "request": ("what was asked for, inside summary.json", _request),
    "settings": ("all settings, inside the request", _settings),
    "comparison": ("compare.json of two results", _comparison),
    "annotations": ("an annotation file", _annotations),
    "agreement": ("agreement.json", _agreement),
}
"""Name, what it is, and its model."""


def schema(name: str) -> dict[str, Any]:
    """Return the JSON Schema (2020-12) of a format; raises KeyError if there is none."""
    meaning, model = FORMATS[name]
    found = model().model_json_schema(by_alias=True, mode="serialization")
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        **found,
        "description": meaning,
    }
