"""Settings of how the video file is read."""

from easytear.request.settings._base import Group, setting


class VideoSettings(Group):
    """What a person knows of the recording and the file does not tell."""

    stage = "eye"

    fps: float = setting(
        0.0,
        label="Frame rate",
        unit="1/s",
        ge=0.0,
        le=100_000.0,
        description="Frames per second at which the camera took the video, where the file does "
        "not tell it (raw streams, slow motion); 0 takes the file's own times.",
    )
    working_px_per_mm: float = setting(
        57.0,
        label="Finest working picture",
        unit="px/mm",
        ge=20.0,
        le=500.0,
        advanced=True,
        description="Scale of the pictures in which eye and film are looked for. Those of a file "
        "with more pixels in a millimetre are brought down to it: optics and codecs keep little "
        "finer detail, and time and memory go with the number of pixels.",
    )
