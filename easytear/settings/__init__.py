"""Every setting, with unit, bounds, default and reason."""

from easytear.settings._base import Group, setting
from easytear.settings.files import SettingInfo, describe_settings, dump_settings, load_settings
from easytear.settings.model import Settings, with_fps

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
