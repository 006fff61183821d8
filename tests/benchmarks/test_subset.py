"""A small part of the benchmark, end to end: EasyTear's command on scenes with known truth."""

from pathlib import Path

from benchmarks.running import run_command
from benchmarks.score import score
from benchmarks.suite import SUBSET
from easytear.simulate import make_scene, simulate
from easytear.simulate.presets import with_camera


def test_command_against_truth(tmp_path: Path) -> None:
    truths = {}
    for preset in SUBSET:
        scene = with_camera(make_scene(preset, 11), width_px=320, height_px=240, duration_s=1.7)
        truths[preset] = simulate(scene, tmp_path / f"{preset}.mp4")
    videos = [str(tmp_path / f"{preset}.mp4") for preset in SUBSET]
    run = run_command(["analyze", *videos, "-o", str(tmp_path / "out"), "-q"])
    assert run.exit_code == 0, run.told
    assert run.memory_mb > 50
    last = {
        preset: score(tmp_path / "out" / preset, truth)["intervals"][-1]
        for preset, truth in truths.items()
    }
    assert all(one["found"] and one["eye_rms_px"] < 1.0 for one in last.values())
    assert not last["no_film"]["false_spread"]
    assert not last["no_film"]["false_front"]
    assert last["from_open"]["limbus_iou"] > 0.9
    assert abs(last["from_open"]["lambda_error"]) < 0.25
