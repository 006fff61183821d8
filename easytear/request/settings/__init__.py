"""Every setting, with unit, bounds, default and reason."""

from easytear.request.settings._base import Group, setting
from easytear.request.settings.files import (
    SettingInfo,
    describe_settings,
    dump_settings,
    load_settings,
)
from easytear.request.settings.model import Settings, with_fps

__all__ = [
    "Group",
    "SettingInfo",
    "Settings",
    "describe_settings",
    "dump_settings",
    "load_settings",
    "setting",
    "with_fps",
]
