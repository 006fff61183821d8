"""What a study remembers, apart and private: the datasets that were made from it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Final

from pydantic import BaseModel, ConfigDict

from easytear.base.errors import EasyTearError
from easytear.base.folders import make_private_folder
from easytear.base.regular import read_json
from easytear.results import write_text

SHARED: Final = "shared.json"


class Copy(BaseModel):
    """A dataset made from a study: its random name, and where it was put."""

    model_config = ConfigDict(frozen=True)

    dataset: str
    place: str


def copies(key_folder: Path) -> list[Copy]:
    """Return the datasets that were made from a study."""
    try:
        data = read_json(key_folder / SHARED, "results_mb")
        return [Copy.model_validate(one) for one in data]
    except FileNotFoundError:
        return []
    except (OSError, ValueError, TypeError) as error:
        raise EasyTearError(
            f"{key_folder / SHARED}: cannot be read: where copies of this study are is unknown; "
            "restore it, or withdraw in each copy by itself and remove the file."
        ) from error


def remember_copy(key_folder: Path, copy: Copy) -> None:
    """Remember a dataset that was made from a study."""
    known = [one for one in copies(key_folder) if one.place != copy.place]
    make_private_folder(key_folder)
    text = json.dumps([one.model_dump() for one in (*known, copy)], indent=1)
    write_text(key_folder / SHARED, text + "\n")
    (key_folder / SHARED).chmod(0o600)
