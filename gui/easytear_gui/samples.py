"""The sample videos: those of a checkout, or one simulated on the spot."""

from __future__ import annotations

from pathlib import Path

from easytear_gui import paths


def sample_videos() -> list[Path]:
    """Return the sample videos of this checkout; none where EasyTear was installed."""
    folder = Path(__file__).resolve().parents[2] / "sample_videos"
    return sorted(folder.glob("*.mp4"))


def simulate_sample() -> Path:
    """Simulate a sample video below the app's own folder, once; return it."""
    from easytear.simulate import make_scene, simulate

    video = paths.default_results_folder().parent / "samples" / "normal.mp4"
    if not video.is_file():
        video.parent.mkdir(parents=True, exist_ok=True)
        simulate(make_scene("normal", 0), video)
    return video
