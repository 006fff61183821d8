"""Nothing is removed that EasyTear did not make, or that is reached through a link."""

from pathlib import Path

import pytest

from easytear.base.errors import EasyTearError
from easytear.base.folders import MARKER, is_plain_name, make_own_folder, remove_own_folder


def precious(folder: Path) -> Path:
    folder.mkdir(parents=True)
    (folder / "thesis.txt").write_text("ten years")
    return folder


def test_what_easytear_made_is_removed(tmp_path: Path) -> None:
    own = tmp_path / ".running-a"
    make_own_folder(own)
    (own / "inner").mkdir()
    assert remove_own_folder(own, tmp_path)
    assert not own.exists()


def test_a_folder_without_the_marker_stays(tmp_path: Path) -> None:
    mine = precious(tmp_path / "mine")
    assert not remove_own_folder(mine, tmp_path)
    assert (mine / "thesis.txt").exists()
    with pytest.raises(EasyTearError, match="was not made by EasyTear"):
        make_own_folder(mine)


def test_links_are_neither_followed_nor_removed(tmp_path: Path) -> None:
    victim = precious(tmp_path / "victim")
    (victim / MARKER).touch()
    here = tmp_path / "results"
    here.mkdir()
    (here / "link").symlink_to(victim)
    assert not remove_own_folder(here / "link", here)
    (tmp_path / "way").symlink_to(tmp_path)
    assert not remove_own_folder(tmp_path / "way" / "victim", here)
    assert (victim / "thesis.txt").exists()


def test_a_link_inside_goes_without_what_it_points_to(tmp_path: Path) -> None:
    victim = precious(tmp_path / "victim")
    own = tmp_path / "own"
    make_own_folder(own)
    (own / "link").symlink_to(victim)
    assert remove_own_folder(own, tmp_path)
    assert (victim / "thesis.txt").exists()


def test_a_marker_that_is_a_link_says_nothing(tmp_path: Path) -> None:
    mine = precious(tmp_path / "mine")
    (mine / MARKER).symlink_to(mine / "thesis.txt")
    assert not remove_own_folder(mine, tmp_path)


def test_a_path_that_leads_out_is_refused(tmp_path: Path) -> None:
    victim = precious(tmp_path / "victim")
    (victim / MARKER).touch()
    (tmp_path / "results").mkdir()
    assert not remove_own_folder(tmp_path / "results" / ".." / "victim", tmp_path / "results")
    assert victim.exists()


@pytest.mark.parametrize("name", ["P07", "a b", "séance", "a..b", "x.y-2"])
def test_names_of_one_file_are_plain(name: str) -> None:
    assert is_plain_name(name)


@pytest.mark.parametrize(
    "name", ["", ".", "..", ".hidden", "a/b", "../a", "/a", "a\\b", "C:a", "a\n", "a\0b", "\x1b[1m"]
)
def test_names_that_lead_elsewhere_are_not(name: str) -> None:
    assert not is_plain_name(name)
