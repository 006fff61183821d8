import csv
import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from easytear.cli.app import app
from easytear.compare import Comparison, compare, summary_lines
from easytear.results import Analysis, write_results
from easytear.video import FrameReader, content_hash
from tests.builders import Law, Part, build_analysis
from tests.film_video import write_film_video


def analysis(lambda_s: float, seed: int = 0, path: Path = Path("eye.mp4")) -> Analysis:
    return build_analysis(
        (Part(0, 39, Law(2.0, lambda_s, 0.1)),), path=path, frame_count=40, seed=seed
    )


def found(a: Analysis, b: Analysis, same_eye: bool | None = None) -> Comparison:
    return compare(a.summary, b.summary, ("first", "second"), same_eye=same_eye)


def labelled(one: Analysis, **labels: str) -> Analysis:
    request = one.summary.request.but(labels=labels)
    return Analysis(
        one.summary.model_copy(update={"request": request}), one.frames, one.tracks, one.front
    )


def test_a_changed_time_constant_is_told_with_its_factor_and_unchanged_ones_are_not() -> None:
    rows = {one.key: one for one in found(analysis(0.4), analysis(0.6, 1)).judged}
    lam, rho = rows["spread.y.lambda_s"], rows["spread.y.rho_mm"]
    assert lam.change == pytest.approx(1.5, rel=0.05)
    assert lam.verdict == "more than measurement error"  # one interval each
    assert rho.verdict == "within chance"
    same = found(analysis(0.4), analysis(0.4, 1))
    assert all(not (one.verdict or "").startswith("more") for one in same.judged)
    assert "No change" in summary_lines(same)[0]


def test_one_eye_leaves_out_the_doubt_of_its_iris_width() -> None:
    a, b = (labelled(analysis(0.5, k), subject="s1", eye="OD") for k in (0, 1))
    one_eye, two_eyes = found(a, b), found(a, b, same_eye=False)
    assert one_eye.same_eye
    widths = []
    for each in (one_eye, two_eyes):
        ends = next(c.change_ci95 for c in each.judged if c.key == "spread.y.rho_mm")
        assert ends is not None
        widths.append(ends[1] / ends[0])
    assert widths[0] < widths[1]


def test_it_says_what_else_differs() -> None:
    a, b = labelled(analysis(0.5), device="idra"), labelled(analysis(0.5, 1), device="lipiview")
    settings = b.summary.request.with_settings({"spread.window_s": "3.0"})
    summary = b.summary.model_copy(
        update={"request": settings, "software": {**b.summary.software, "easytear": "9.9"}}
    )
    said = " ".join(found(a, Analysis(summary, b.frames, b.tracks, b.front)).warnings)
    assert "idra and lipiview" in said
    assert "spread.window_s" in said
    assert "9.9" in said


def results_of(folder: Path, name: str, lambda_s: float, seed: int) -> Path:
    video = folder / f"{name}.mp4"
    made = analysis(lambda_s, seed, video)
    write_film_video(video, made)
    info = made.summary.video.model_copy(update={"sha256": content_hash(video)})
    summary = made.summary.model_copy(update={"video": info})
    write_results(Analysis(summary, made.frames, made.tracks, made.front), folder / "out" / name)
    return folder / "out" / name


def test_the_command_leaves_page_table_and_both_films_side_by_side(tmp_path: Path) -> None:
    a, b = results_of(tmp_path, "before", 0.4, 0), results_of(tmp_path, "after", 0.6, 1)
    out = tmp_path / "c"
    done = CliRunner().invoke(app, ["compare", str(a), str(b), "-o", str(out), "--same-eye"])
    assert done.exit_code == 0, done.output
    assert "Time constant λ times 1.5" in done.stdout
    page = (out / "compare.html").read_text(encoding="utf-8")
    assert "before" in page
    assert "<svg" in page
    assert "compare.mp4" in page
    with FrameReader(out / "compare.mp4") as film:
        assert film.facts.width_px == 1288
        picture = film.read(10, colour=True)
    assert picture[100:400, 100:540].std() > 5  # an eye on either side
    assert picture[100:400, 750:1180].std() > 5
    with (out / "compare.csv").open(encoding="utf-8", newline="") as table:
        rows = {row["key"]: row for row in csv.DictReader(table)}
    assert float(rows["spread.y.lambda_s"]["change"]) == pytest.approx(1.5, rel=0.05)
    told = json.loads((out / "compare.json").read_text(encoding="utf-8"))
    assert told["schema"] == "easytear-comparison/1"
    again = CliRunner().invoke(app, ["compare", str(a), str(b), "-o", str(out)])
    assert again.exit_code != 0


def test_without_a_video_the_page_is_made_all_the_same(tmp_path: Path) -> None:
    a, b = results_of(tmp_path, "a", 0.4, 0), results_of(tmp_path, "b", 0.4, 1)
    (tmp_path / "a.mp4").unlink()
    done = CliRunner().invoke(app, ["compare", str(a), str(b), "-o", str(tmp_path / "c")])
    assert done.exit_code == 0, done.output
    assert "no longer there" in done.stderr
    assert not (tmp_path / "c" / "compare.mp4").exists()
    assert "<video" not in (tmp_path / "c" / "compare.html").read_text(encoding="utf-8")


def test_scatter_between_visits_comes_from_a_study(tmp_path: Path) -> None:
    a, b = results_of(tmp_path, "a", 0.4, 0), results_of(tmp_path, "b", 0.6, 1)
    study = tmp_path / "study"
    study.mkdir()
    head = "video,subject,eye,visit,left_out,error,spread_y_lambda_s,spread_y_converged\n"
    rows = [
        f"v{s}{v}.mp4,s{s},OD,{v},,,{value},true\n"
        for s, pair in enumerate([(0.5, 1.1), (0.9, 0.4), (1.4, 0.7), (0.6, 1.3)])
        for v, value in enumerate(pair)
    ]
    (study / "study.csv").write_text(head + "".join(rows))
    call = [
        "compare",
        str(a),
        str(b),
        "-o",
        str(tmp_path / "c"),
        "--study",
        str(study),
        "--no-overlay",
    ]
    done = CliRunner().invoke(app, call)
    assert done.exit_code == 0, done.output
    assert "scatter between visits of study" in done.stdout
    with (tmp_path / "c" / "compare.csv").open(encoding="utf-8", newline="") as table:
        verdicts = {row["key"]: row["verdict"] for row in csv.DictReader(table)}
    assert verdicts["spread.y.lambda_s"] == "within chance"  # visits scatter by a factor of two


def test_a_wrong_interval_is_one_sentence(tmp_path: Path) -> None:
    a = results_of(tmp_path, "a", 0.4, 0)
    call = ["compare", str(a), str(a), "-o", str(tmp_path / "c"), "--intervals", "1:7"]
    done = CliRunner().invoke(app, call)
    assert done.exit_code != 0
    assert "no interval 7" in str(done.exception)
