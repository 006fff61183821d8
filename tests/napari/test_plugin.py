"""What napari knows of EasyTear: manifest, reader, samples, keys."""

from __future__ import annotations

from importlib import import_module
from pathlib import Path

import easytear_napari
import numpy as np
import pytest
from easytear_napari.keymap import KEYMAP, key_table
from easytear_napari.panel import AnnotatePanel
from easytear_napari.reader import get_reader
from easytear_napari.verbs import Verbs
from npe2 import PluginManifest

from easytear.video import FrameReader
from tests.napari.hands import PATIENCE_MS

ROOT = Path(__file__).resolve().parents[2]


def test_the_manifest_is_valid_and_everything_it_names_is_there():
    manifest = PluginManifest.from_file(Path(easytear_napari.__file__).with_name("napari.yaml"))
    manifest.validate_imports()


def test_every_key_has_its_verb_and_no_two_share_one():
    keys = [key for verb in KEYMAP for key in verb.keys]
    assert len(keys) == len(set(keys))
    for verb in KEYMAP:
        assert callable(getattr(Verbs, verb.name))
        assert getattr(Verbs, verb.name).__doc__


def test_the_guide_shows_the_keys_that_are_bound():
    assert key_table() in (ROOT / "docs" / "annotate.md").read_text(encoding="utf-8")


def test_only_videos_and_results_are_read(tmp_path, video, results):
    junk = tmp_path / "junk"
    junk.mkdir()
    assert get_reader(str(junk)) is None
    assert get_reader(str(tmp_path / "nowhere.mp4")) is None
    assert get_reader([str(video)]) is None
    layers = get_reader(str(results))(str(results))
    assert [kind for _, _, kind in layers] == ["image", "tracks"]
    assert get_reader(str(results / "summary.json")) is not None
    data, known, _ = get_reader(str(video))(str(video))[0]
    with FrameReader(video) as reader:
        np.testing.assert_array_equal(data[7], reader.read(7, colour=True)[..., ::-1])
    assert known["metadata"]["easytear"]["video"] == str(video)


def test_opening_in_napari_just_works(make_napari_viewer, qtbot, results, tmp_path, monkeypatch):
    monkeypatch.setenv("LOGNAME", "berta")
    viewer = make_napari_viewer()
    viewer.open(str(results), plugin="easytear")
    assert [layer.name for layer in viewer.layers] == ["film", "tracks"]
    panel = AnnotatePanel(viewer)
    qtbot.addWidget(panel)
    qtbot.waitUntil(lambda: not panel.work.busy, timeout=PATIENCE_MS)
    assert panel.annotator.document.annotator == "berta"
    assert panel.annotator.session.path.parent == results
    assert len(viewer.layers) == 6
    panel.close()


@pytest.mark.parametrize("key", ["normal", "dry", "difficult"])
def test_samples_open(key):
    manifest = PluginManifest.from_file(Path(easytear_napari.__file__).with_name("napari.yaml"))
    sample = next(s for s in manifest.contributions.sample_data if s.key == key)
    command = next(c for c in manifest.contributions.commands if c.id == sample.command)
    module, name = command.python_name.split(":")
    data, _, kind = getattr(import_module(module), name)()[0]
    assert kind == "image"
    assert data[0].shape == data.shape[1:]
