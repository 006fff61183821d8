"""Instruments: one TOML file each, with nothing in it that has no source.

A laboratory adds its own by putting files of the same form into a folder and naming that folder
in the environment variable `EASYTEAR_DEVICES`, or by giving a file to `--device`.
"""

from easytear.request.devices.model import (
    DEVICES_VARIABLE,
    FACTS,
    Device,
    Source,
    device,
    devices,
    load,
)

__all__ = ["DEVICES_VARIABLE", "FACTS", "Device", "Source", "device", "devices", "load"]
