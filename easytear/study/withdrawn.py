"""People who withdrew from a study: remembered without their names, and left out of later runs."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Final

from pydantic import BaseModel, ConfigDict

from easytear.base.errors import EasyTearError
from easytear.base.folders import make_private_folder
from easytear.base.regular import read_json
from easytear.results import write_text
from easytear.study.hashes import sha256_of
from easytear.study.names import Codes

WITHDRAWN: Final = "withdrawn.json"


class Withdrawn(BaseModel):
    """People who withdrew, by what only the key's secret and the recordings can tell.

    `subjects` and `videos` are codes (HMAC with the study's secret, see
    `easytear.study.names.Codes`); `contents` are sizes and SHA-256 of recordings, which find them
    under another name.
    """

    model_config = ConfigDict(frozen=True)

    subjects: tuple[str, ...] = ()
    videos: tuple[str, ...] = ()
    contents: tuple[tuple[int, str], ...] = ()

    def is_nobody(self) -> bool:
        """Tell whether nobody withdrew."""
        return not (self.subjects or self.videos or self.contents)

    def leaves_out(
        self, codes: Codes, source: Path, parts: Mapping[str, Mapping[str, str | None]]
    ) -> frozenset[str]:
        """Return the paths below `source` that belong to people who withdrew.

        `parts` says for each path what its name tells (`easytear.study.names.read_names`).
        """
        sizes = {size for size, _ in self.contents}
        digests = {digest for _, digest in self.contents}

        def is_out(path: str) -> bool:
            subject = parts[path].get("subject")
            if subject and codes.look("subject", subject) in self.subjects:
                return True
            if codes.look("video", path) in self.videos:
                return True
            try:
                video = source / path
                return video.stat().st_size in sizes and sha256_of(video) in digests
            except OSError:
                return False

        return frozenset(path for path in parts if is_out(path))

    def is_of_them(self, codes: Codes, row: Mapping[str, str]) -> bool:
        """Tell whether a clinical row, by its keys, is of somebody who withdrew."""
        subject, video = row.get("subject"), row.get("video")
        return bool(
            (subject and codes.look("subject", subject) in self.subjects)
            or (video and codes.look("video", video) in self.videos)
        )


def withdrawn(key_folder: Path) -> Withdrawn:
    """Return who withdrew from a study.

    Raises
    ------
    EasyTearError
        If it cannot be read: nobody may come back in by that.
    """
    path = key_folder / WITHDRAWN
    try:
        return Withdrawn.model_validate(read_json(path, "results_mb"))
    except FileNotFoundError:
        return Withdrawn()
    except (OSError, ValueError) as error:
        raise EasyTearError(
            f"{path}: cannot be read, and who withdrew is unknown; restore it."
        ) from error


def remember_withdrawal(
    key_folder: Path,
    subjects: Collection[str],
    videos: Collection[str],
    contents: Collection[tuple[int, str]],
) -> None:
    """Remember a person, so that later runs leave them out; arguments as in `Withdrawn`."""
    known = withdrawn(key_folder)
    make_private_folder(key_folder)
    whole = Withdrawn(
        subjects=tuple(sorted({*known.subjects, *subjects})),
        videos=tuple(sorted({*known.videos, *videos})),
        contents=tuple(sorted({*known.contents, *contents})),
    )
    write_text(key_folder / WITHDRAWN, whole.model_dump_json(indent=1) + "\n")
    (key_folder / WITHDRAWN).chmod(0o600)
