"""convert, agree and annotate on the command line."""

from __future__ import annotations

import json
import sys
from itertools import pairwise

import pytest
from typer.testing import CliRunner

from easytear.annotate import read_annotations, read_any, write_annotations
from easytear.base.errors import AnnotationError, MissingExtraError
from easytear.cli import app
from easytear.results import Analysis, write_results
from tests.annotate import scene


def run(*arguments):
    return CliRunner().invoke(app, [str(a) for a in arguments], catch_exceptions=True)


def test_convert_goes_round(tmp_path):
    start = tmp_path / "a.json"
    write_annotations(scene.annotated(), start)
    chain = [start, tmp_path / "b.xml", tmp_path / "c.csv", tmp_path / "d.json"]
    for source, target in pairwise(chain):
        result = run("convert", source, "-o", target)
        assert result.exit_code == 0
        assert "5 marks" in result.output
    assert read_any(chain[-1]) == scene.annotated()


def test_convert_names_the_person(tmp_path):
    start, end = tmp_path / "a.json", tmp_path / "b.json"
    write_annotations(scene.annotated(), start)
    run("convert", start, "-o", end, "--annotator", "berta")
    assert read_any(end).annotator == "berta"


@pytest.mark.parametrize("name", ["a.txt", "a.json", "a.csv", "a.xml", "a.zip"])
def test_what_cannot_be_converted_is_said_and_nothing_is_written(tmp_path, name):
    source, target = tmp_path / name, tmp_path / "out.json"
    source.write_text("nothing of use")
    result = run("convert", source, "-o", target)
    assert isinstance(result.exception, AnnotationError)
    assert str(source) in str(result.exception)
    assert not target.exists()


def test_agree_takes_a_folder_of_results(tmp_path):
    write_results(scene.analysis(), tmp_path / "out" / "film")
    write_annotations(scene.annotated(), tmp_path / "anna.json")
    result = run("agree", tmp_path / "out", tmp_path / "anna.json", "-o", tmp_path / "page")
    assert result.exit_code == 0, result.output
    assert (tmp_path / "page" / "agreement.html").is_file()
    assert "EasyTear and anna" in result.output


def test_agree_says_which_annotations_have_no_results(tmp_path):
    write_results(scene.analysis(), tmp_path / "out" / "film")
    document = scene.annotated()
    video = document.video.model_copy(update={"sha256": "cd" * 32})
    write_annotations(document.model_copy(update={"video": video}), tmp_path / "anna.json")
    result = run("agree", tmp_path / "out", tmp_path / "anna.json")
    assert isinstance(result.exception, AnnotationError)
    assert "anna.json" in str(result.exception)


def test_annotate_without_napari_says_how_to_get_it(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "napari", None)
    result = run("annotate", tmp_path / "film.mp4")
    assert isinstance(result.exception, MissingExtraError)
    assert "pip install 'easytear[napari]'" in str(result.exception)


def test_readers_are_joined_scored_and_compared(tmp_path):
    """Folder of readers, consensus of theirs, and that as a gold standard."""
    write_results(scene.analysis(), tmp_path / "out" / "film")
    for n, name in enumerate(("anna", "bert", "carla")):
        document = scene.annotated(name, noise_px=1.0, seed=n)
        write_annotations(document, tmp_path / "readers" / f"film.{name}.annotations.json")
    joined = run("consensus", tmp_path / "readers", "-o", tmp_path / "gold")
    assert joined.exit_code == 0
    gold = tmp_path / "gold" / "film.consensus.annotations.json"
    assert read_annotations(gold).annotator == "consensus of anna, bert, carla"
    again = run("consensus", tmp_path / "readers", "-o", tmp_path / "gold")
    assert "exists already" in str(again.exception)
    words = ("agree", tmp_path / "out", tmp_path / "readers", "--gold", gold)
    result = run(*words, "-o", tmp_path / "page", "--name-pattern", r"(?P<subject>\w+)\.mp4")
    assert result.exit_code == 0
    assert "the gold standard" in (tmp_path / "page" / "agreement.html").read_text("utf-8")
    wrong = run(*words, "--name-pattern", r"(?P<subject>P\d+)")
    assert "does not match" in str(wrong.exception)


def test_a_consensus_of_one_is_refused(tmp_path):
    write_annotations(scene.annotated(), tmp_path / "film.anna.annotations.json")
    result = run("consensus", tmp_path, "-o", tmp_path / "out")
    assert "needs two" in str(result.exception)
    assert not (tmp_path / "out").exists()


def test_intervals_are_shared_among_readers(tmp_path):
    write_results(scene.analysis(), tmp_path / "out" / "film")
    write_annotations(scene.annotated("head"), tmp_path / "gold.json")
    words = ("assign", tmp_path / "out", "anna", "Bert O.", "-o", tmp_path / "readers")
    assert run(*words, "--gold", tmp_path / "gold.json").exit_code == 0
    names = sorted(file.name for file in (tmp_path / "readers").iterdir())
    assert names == ["anna.assignment.json", "assignment-key.csv", "bert-o.assignment.json"]
    key = (tmp_path / "readers" / "assignment-key.csv").read_text(encoding="utf-8").splitlines()
    assert key[1:] == [
        "anna.assignment.json,anna,1,film.mp4,1,yes",
        "bert-o.assignment.json,Bert O.,1,film.mp4,1,yes",
    ]
    assert "exists already" in str(run(*words).exception)
    assert "no protocol" in str(run(*words, "--protocol", "other").exception)
    assert "Give a video" in str(run("annotate").exception)


def test_a_study_is_compared_and_shared_with_its_subjects(tmp_path):
    """The results of a study lie in `videos`; its table says whose they are."""
    study = tmp_path / "study"
    made = scene.analysis()
    for eye, digit in (("OD", "a"), ("OS", "b")):
        about = {"sha256": digit * 64, "path": f"P01_{eye}.mp4"}
        told = made.summary.video.model_copy(update=about)
        summary = made.summary.model_copy(update={"video": told})
        one = Analysis(summary, made.frames, made.tracks, made.front)
        write_results(one, study / "videos" / f"P01_{eye}")
        document = scene.annotated("anna")
        video = document.video.model_copy(update={"sha256": digit * 64, "name": about["path"]})
        marked = document.model_copy(update={"video": video})
        write_annotations(marked, tmp_path / "readers" / f"P01_{eye}.anna.annotations.json")
    rows = "video,subject\nP01_OD,P01\nP01_OS,P01\n"
    (study / "study.csv").write_text(rows, encoding="utf-8")
    assert run("agree", study, tmp_path / "readers", "-o", tmp_path / "page").exit_code == 0
    said = json.loads((tmp_path / "page" / "agreement.json").read_text(encoding="utf-8"))
    assert said["subjects"] == 1
    assert run("assign", study, "anna", "-o", tmp_path / "shared").exit_code == 0
    key = (tmp_path / "shared" / "assignment-key.csv").read_text(encoding="utf-8")
    assert {"P01_OD.mp4", "P01_OS.mp4"} == {row.split(",")[3] for row in key.splitlines()[1:]}
