"""Instruments state nothing without a source, and tell the scale where one is known."""

from __future__ import annotations

from pathlib import Path

import pytest
from typer.testing import CliRunner

from easytear.base.errors import EasyTearError
from easytear.cli import app
from easytear.request.devices import DEVICES_VARIABLE, device, devices, load, user_folder

OWN = """
name = "Our slit lamp"
kind = "slit-lamp attachment"
mm_per_px = 0.02
mm_per_px_sd = 0.0002
picture_width_px = 640
picture_height_px = 480
fps = 25
[[sources]]
title = "a ruler, filmed"
tells = ["mm_per_px", "mm_per_px_sd", "picture_width_px", "picture_height_px", "fps"]
"""


@pytest.fixture
def own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    path = tmp_path / "ours.toml"
    path.write_text(OWN, encoding="utf-8")
    monkeypatch.setenv(DEVICES_VARIABLE, str(tmp_path))
    return path


def test_the_users_configuration_folder_holds_profiles(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    user_folder().mkdir(parents=True)
    (user_folder() / "ours.toml").write_text(OWN, encoding="utf-8")
    assert device("Our slit lamp").mm_per_px == 0.02
    listed = CliRunner().invoke(app, ["doctor", "--devices"])
    assert "Our slit lamp" in listed.output
    assert str(user_folder()) in listed.output.replace("\n", "")


def test_the_kinds_of_instruments_that_clinics_own_are_there() -> None:
    known = devices()
    named = {"easytear_view_plus", "polaris", "keratograph_5m", "lipiview", "dr_1", "dr_1_alpha"}
    assert named | {"osdx", "icp", "idra", "lipid_microscope"} <= set(known)
    assert len({one.kind for one in known.values()}) >= 6


def test_every_stated_fact_has_a_source_with_an_address() -> None:
    for one in devices().values():
        told = {name for source in one.sources if source.url for name in source.tells}
        assert set(one.facts) <= told, one.key


def test_a_fact_without_a_source_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "guess.toml"
    path.write_text('name = "Guess"\nfps = 30\n', encoding="utf-8")
    with pytest.raises(EasyTearError, match=r"guess\.toml.*no source tells fps"):
        load(path)


@pytest.mark.parametrize("text", ['name = "A', 'name = "Ab"\nfpss = 3', "name = 'Ab'\nfps = -1"])
def test_a_file_that_is_no_profile_is_told_by_name(tmp_path: Path, text: str) -> None:
    path = tmp_path / "broken.toml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(EasyTearError, match=r"broken\.toml"):
        load(path)


def test_the_scale_follows_the_width_of_the_video(own: Path) -> None:
    ours = device("ours")
    assert device(str(own)) == device("our SLIT lamp") == ours
    scale = ours.scale(1280)
    assert scale is not None
    assert (scale.mm_per_px, scale.mm_per_px_sd, scale.source) == (0.01, 0.0001, "device")
    assert ours.remarks(640, 480, 25.0) == []
    assert len(ours.remarks(640, 360, 50.0)) == 2


def test_an_instrument_without_a_published_scale_gives_none() -> None:
    one = device("DR-1")
    assert one.scale(640) is None
    assert "iris" in one.remarks(640, 480, 30.0)[-1]


def test_an_unknown_instrument_is_wrong_use_and_names_the_known_ones(tmp_path: Path) -> None:
    video = tmp_path / "none.mp4"
    done = CliRunner().invoke(app, ["analyze", str(video), "--device", "gizmo"])
    assert done.exit_code == 2
    assert "gizmo" in done.stderr
    assert "keratograph_5m" in done.stderr


def test_doctor_lists_instruments_with_their_sources(own: Path) -> None:
    done = CliRunner().invoke(app, ["doctor", "--devices"])
    assert done.exit_code == 0
    for words in ("lipiview", "ours", "10.1186/s12886-015-0036-9", "frames per second: 28.6"):
        assert words in done.stdout
