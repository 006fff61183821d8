from pathlib import Path

from typer.testing import CliRunner

from easytear.base.errors import SettingsError
from easytear.cli.app import app
from easytear.request.settings import Settings, describe_settings, load_settings


def test_every_setting_is_listed() -> None:
    text = CliRunner().invoke(app, ["settings"], catch_exceptions=False).stdout
    for info in describe_settings():
        assert f"[{info.group}]" in text
        assert info.name in text


def test_the_written_file_holds_the_defaults(tmp_path: Path) -> None:
    path = tmp_path / "mine.toml"
    result = CliRunner().invoke(app, ["settings", "--write", str(path)], catch_exceptions=False)
    assert result.exit_code == 0
    assert load_settings(path) == Settings()


def test_an_existing_file_is_not_overwritten(tmp_path: Path) -> None:
    path = tmp_path / "mine.toml"
    path.write_text("[blinks]\nmin_interval_s = 2.0\n")
    result = CliRunner().invoke(app, ["settings", "--write", str(path)])
    assert isinstance(result.exception, SettingsError)
    assert "exists already" in str(result.exception)
    assert load_settings(path).blinks.min_interval_s == 2.0
