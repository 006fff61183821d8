"""Every setting, with unit, bounds, default and reason."""

from easytear.request.settings._base import Group, Stage, setting
from easytear.request.settings.files import (
    SettingInfo,
    check_installed,
    describe_settings,
    dump_settings,
    load_settings,
)
from easytear.request.settings.model import Settings, stage_of, with_fps

__all__ = [
    "Group",
    "SettingInfo",
    "Settings",
    "Stage",
    "check_installed",
    "describe_settings",
    "dump_settings",
    "load_settings",
    "setting",
    "stage_of",
    "with_fps",
]
