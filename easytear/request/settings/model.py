"""All settings of one analysis."""

from easytear.request.settings._base import Group, Stage
from easytear.request.settings.film import FrontSettings, TrackSettings
from easytear.request.settings.measure import QualitySettings, SpreadSettings, ThicknessSettings
from easytear.request.settings.preprocess import (
    BlinkSettings,
    CorneaSettings,
    EnhanceSettings,
    EyeSettings,
)
from easytear.request.settings.video import VideoSettings


class Settings(Group):
    """Every setting of an analysis, grouped by stage in the order of the work."""

    video: VideoSettings = VideoSettings()
    blinks: BlinkSettings = BlinkSettings()
    eye: EyeSettings = EyeSettings()
    cornea: CorneaSettings = CorneaSettings()
    enhance: EnhanceSettings = EnhanceSettings()
    tracks: TrackSettings = TrackSettings()
    front: FrontSettings = FrontSettings()
    spread: SpreadSettings = SpreadSettings()
    thickness: ThicknessSettings = ThicknessSettings()
    quality: QualitySettings = QualitySettings()


def with_fps(settings: Settings, fps: float | None) -> Settings:
    """Return the settings with the rate that a person gave, if one was given."""
    if fps is None:
        return settings
    return settings.model_copy(update={"video": settings.video.model_copy(update={"fps": fps})})


def stage_of(group: str, name: str) -> Stage:
    """Return the stage that a setting touches: what runs again when it changes."""
    kind = type(Settings.model_fields[group].default)
    extra = kind.model_fields[name].json_schema_extra
    own: Stage = extra.get("stage", kind.stage) if isinstance(extra, dict) else kind.stage
    return own
