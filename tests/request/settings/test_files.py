from pathlib import Path

import pytest

from easytear.base.errors import SettingsError
from easytear.request.settings import Settings, describe_settings, dump_settings, load_settings


def test_written_settings_read_back_as_they_were(tmp_path: Path) -> None:
    settings = Settings.model_validate({"blinks": {"min_interval_s": 1.25}})
    path = tmp_path / "settings.toml"
    path.write_text(dump_settings(settings), encoding="utf-8")
    assert load_settings(path) == settings


def test_every_setting_is_described_with_a_unit() -> None:
    infos = list(describe_settings())
    assert infos
    for info in infos:
        assert info.unit
        assert len(info.description) > 15, info.name


def test_numbers_have_bounds() -> None:
    numbers = [i for i in describe_settings() if type(i.default) in (int, float)]
    assert numbers
    assert [i.name for i in numbers if None in i.bounds] == []


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("[blinks]\nmin_interval_s = 99.0\n", "blinks.min_interval_s"),
        ("[blinks]\nno_such = 1\n", "no_such"),
        ("this is not toml", "TOML"),
    ],
)
def test_what_cannot_be_used_is_named(tmp_path: Path, text: str, says: str) -> None:
    path = tmp_path / "bad.toml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(SettingsError, match=says) as caught:
        load_settings(path)
    assert str(path) in str(caught.value)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match=r"absent\.toml"):
        load_settings(tmp_path / "absent.toml")
