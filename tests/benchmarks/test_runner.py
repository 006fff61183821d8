"""The suite runs in several processes, goes on from where it was stopped, and reports."""

import json
import shutil
from pathlib import Path

import pytest

from benchmarks.report import write_report
from benchmarks.runner import run_suite
from easytear.simulate import make_scene, simulate
from easytear.simulate.presets import with_camera

METHODS = ["original", "annotator"]
SEEDS = [3, 4]


def _rendered(work: Path, seed: int) -> None:
    """Put a small video where the suite finds it for the scene of this seed."""
    scene = make_scene("from_open", seed)
    small = with_camera(scene, width_px=240, height_px=180, duration_s=1.0)
    video = work / "videos" / f"from_open-{seed}.mp4"
    video.parent.mkdir(exist_ok=True)
    simulate(small, video)
    video.with_suffix(".scene.json").write_text(scene.model_dump_json(), encoding="utf-8")


@pytest.fixture(scope="module")
def ran(tmp_path_factory: pytest.TempPathFactory) -> Path:
    work = tmp_path_factory.mktemp("suite")
    for seed in SEEDS:
        _rendered(work, seed)
    run_suite(work, ["from_open"], SEEDS, METHODS, jobs=2)
    return work


@pytest.fixture
def work(ran: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(ran, tmp_path / "work"))


def _change(work: Path, method: str, **values: object) -> None:
    kept = work / "scores" / method / "from_open-3.json"
    stored = json.loads(kept.read_text(encoding="utf-8"))
    kept.write_text(json.dumps(stored | values), encoding="utf-8")


def test_several_processes_score_every_case_in_order(work: Path) -> None:
    scores = json.loads((work / "scores.json").read_text(encoding="utf-8"))
    assert list(scores) == ["easytear", *METHODS]
    for part in scores.values():
        assert [one["seed"] for one in part] == SEEDS
        assert all(one["intervals"][0]["found"] for one in part)
    assert scores["original"][0]["intervals"][0]["pupil_px"] is not None
    assert not list(work.rglob("*.json-*")), "nothing half-written is left"


def test_resumed_run_scores_only_what_is_missing(work: Path) -> None:
    before = json.loads((work / "scores.json").read_text(encoding="utf-8"))
    _change(work, "easytear", numbers=before["easytear"][0] | {"blink_f1": 0.25})
    (work / "scores" / "original" / "from_open-4.json").unlink()
    after = run_suite(work, ["from_open"], SEEDS, METHODS, resume=True)
    assert after["easytear"][0]["blink_f1"] == 0.25
    assert after["original"] == before["original"]


def test_scores_of_other_code_are_not_kept(work: Path) -> None:
    _change(work, "annotator", code="another", numbers={"intervals": []})
    after = run_suite(work, ["from_open"], SEEDS, ["annotator"], resume=True)
    assert after["annotator"][0]["intervals"]


def test_report_is_written_whole(work: Path) -> None:
    docs = work / "docs" / "benchmark.md"
    write_report(work, docs)
    text = docs.read_text(encoding="utf-8")
    for title in ("Accuracy", "Rows that are missed", "Claimed against observed", "Quality score"):
        assert f"## {title}" in text
    assert "original: 200 corners" in text
    assert len(list((work / "docs" / "benchmark").glob("figure*.png"))) == 3
    assert "data:image/png" in (work / "page.html").read_text(encoding="utf-8")
