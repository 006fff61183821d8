"""A real viewer with the real panel, and hands: keys and a mouse that aims at film."""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
from contextlib import suppress
from pathlib import Path

import pytest

_folder = tempfile.mkdtemp(prefix="napari-config-")
os.environ["NAPARI_CONFIG"] = str(Path(_folder) / "settings.yaml")

pytest.importorskip("napari")
if sys.platform.startswith("linux") and not os.environ.get("DISPLAY"):
    collect_ignore_glob = ["test_*.py"]


@pytest.fixture(scope="session")
def video(tmp_path_factory):
    from tests.napari.hands import film_video

    return film_video(tmp_path_factory.mktemp("film") / "film.mp4")


@pytest.fixture
def results(tmp_path, video):
    from tests.napari.hands import film_results

    return film_results(tmp_path / "film", video)


@pytest.fixture
def person(make_napari_viewer, qtbot, tmp_path, video, results):
    """Return somebody who opens a video and works with keys and mouse."""
    from tests.napari.hands import Person

    people = []

    def begin(**request):
        viewer = make_napari_viewer(show=True)
        one = Person(viewer, qtbot)
        wanted = {"results": results, "annotator": "anna", **request}
        # Annotations stand beside the video: each test has a video of its own, as each may write.
        film = Path(shutil.copy(video, tmp_path / "film.mp4"))
        one.open(wanted.pop("video", film), **wanted)
        people.append(one)
        return one

    yield begin
    for one in people:
        with suppress(RuntimeError):  # gone with its window
            one.panel.close()
