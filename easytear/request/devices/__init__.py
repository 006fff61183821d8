"""Instruments: one TOML file each, with nothing in it that has no source.

A laboratory adds its own by putting files of the same form into the folder `devices` of the user's
configuration folder, or into one that the environment variable `EASYTEAR_DEVICES` names, or by
giving a file to `--device`.
"""

from easytear.request.devices.model import (
    DEVICES_VARIABLE,
    FACTS,
    Device,
    Source,
    device,
    devices,
    load,
    user_folder,
)

__all__ = [
    "DEVICES_VARIABLE",
    "FACTS",
    "Device",
    "Source",
    "device",
    "devices",
    "load",
    "user_folder",
]
