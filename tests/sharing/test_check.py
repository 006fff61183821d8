"""What could tell who somebody is, is found wherever it stands; what tells nothing is not told."""

import gzip
import os
import zipfile
from pathlib import Path

import av
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from matplotlib.figure import Figure
from PIL import Image, ImageDraw, PngImagePlugin
from typer.testing import CliRunner

from easytear.cli.app import app
from easytear.sharing.check import NO_TIME_S, check_folder
from easytear.sharing.finds import NOBODY, Wanted, in_text
from easytear.video import VideoWriter

ROOT = Path(__file__).resolve().parents[2]


def kinds(text: str, *words: str) -> set[str]:
    return {kind for kind, _, _ in in_text(text, Wanted(words))}


@pytest.mark.parametrize(
    "text",
    [
        *("2019-03-14", "2019:03:14 10:11:12", "x_20190314_OD", "Anna20190314", "20190314T101112"),
        *("14.03.2019", "3/14/2019", "1-2-1951", "14.03.19", "14 March 2019", "Mar 14, 2019"),
        *("14. März 2019", "le 3 février 2019", '"mtime_ns": 1552563296000000000'),
    ],
)
def test_dates_are_found_in_every_usual_form(text: str) -> None:
    assert kinds(text) == {"date"}


@pytest.mark.parametrize(
    "text",
    [
        *("/home/anna/x.mp4", '"path": "/recordings/visit 1/a.mp4"', r"C:\Users\Anna\a.mp4"),
        *(r"C:\\Users\\Anna\\a.mp4", "D:/data/Anna/a.mp4", r"\\server\share\a.mp4", "file:///a"),
        "/Volumes/stick/a",
    ],
)
def test_absolute_paths_of_every_system_are_found(text: str) -> None:
    assert "path" in kinds(text)


@pytest.mark.parametrize(
    "text",
    [
        *("easytear 0.1.0, numpy 2.4.12, opencv 4.12.0.88, distributed 2026.1.2", "0.20190314"),
        *(
            "3f20190314ab8812cd",
            "μm/s and mm²/s",
            "</b></a>",
            "videos/V12/summary.json",
            "a / b / c",
        ),
        *(
            "https://example.org/a/b",
            "http://www.w3.org/1999/02/22-rdf-syntax-ns#",
            "2003-2024",
            "12:34:56",
            "1.5e-10",
        ),
        *("spread_y_rho_mm_ci95", "10.5281/zenodo.1234567", "frame 1552563", "H(t) = ρ (1 − e)"),
    ],
)
def test_what_tells_nothing_is_not_told(text: str) -> None:
    assert not kinds(text)


def test_names_are_whole_words_in_any_writing() -> None:
    assert kinds("of Mu\u0308ller, B.", "Müller") == {"name"}
    assert kinds("MUELLER_2", "Mueller") == {"name"}
    assert not kinds("annals", "Ann")
    assert not kinds("eye OD", "OD")


def test_addresses_are_found() -> None:
    assert kinds("write to a.mueller@clinic.example") == {"e-mail"}


def neutral(folder: Path) -> None:
    for path in folder.rglob("*"):
        os.utime(path, (NO_TIME_S, NO_TIME_S))


def found(folder: Path, *words: str) -> dict[str, set[str]]:
    out: dict[str, set[str]] = {}
    for one in check_folder(folder, Wanted(words)):
        out.setdefault(one.kind, set()).add(f"{one.place}: {one.what}")
    return out


def write_video(path: Path, text: str = "", **metadata: str) -> None:
    rng = np.random.default_rng(0)
    texture = rng.normal(110, 25, (240, 320)).clip(0, 255).astype(np.uint8)
    with av.open(str(path), "w") as out:
        stream = out.add_stream("libx264", rate=25, options={"preset": "ultrafast"})
        stream.width, stream.height, stream.pix_fmt = 320, 240, "yuv420p"
        out.metadata.update(metadata)
        for k in range(12):
            smooth = Image.fromarray(np.roll(texture, 9 * k, axis=1)).resize((80, 60))
            picture = smooth.resize((320, 240))
            if text:
                ImageDraw.Draw(picture).text((20, 210), f"{text}:{k:02d}", fill=255, font_size=15)
            out.mux(stream.encode(av.VideoFrame.from_image(picture.convert("RGB"))))
        out.mux(stream.encode(None))


def test_a_video_s_container_and_the_writing_in_it_are_told(tmp_path: Path) -> None:
    tags = {"title": "Eye of Berta", "creation_time": "2019-03-14T10:00:00Z", "artist": "x"}
    write_video(tmp_path / "a.mp4", "14.03.2019 10:11", **tags)
    told = found(tmp_path)
    assert any("title = Eye of Berta" in one for one in told["metadata"])
    assert any("creation_time" in one for one in told["metadata"])
    assert told["text in the picture"]


def test_what_easytear_writes_itself_tells_nothing(tmp_path: Path) -> None:
    with VideoWriter(tmp_path / "a.mp4", 64, 48) as writer:
        for k in range(9):
            writer.write(np.full((48, 64), 30 * k, np.uint8))
    write_video(tmp_path / "b.mp4")
    neutral(tmp_path)
    assert found(tmp_path) == {}


def test_the_samples_tell_their_file_times_alone() -> None:
    told = check_folder(ROOT / "sample_videos")
    assert {one.kind for one in told} <= {"file time"}


def test_pictures_tell_exif_text_chunks_and_writing(tmp_path: Path) -> None:
    picture = Image.new("RGB", (200, 80), (90, 60, 60))
    chunks = PngImagePlugin.PngInfo()
    chunks.add_text("Author", "Dr. Zwick", zip=True)
    picture.save(tmp_path / "a.png", pnginfo=chunks)
    exif = Image.Exif()
    exif[0x9003] = "2019:03:14 10:00:00"
    exif.get_ifd(0x8825)[1] = "N"
    picture.save(tmp_path / "b.jpg", exif=exif)
    ImageDraw.Draw(picture).text((10, 20), "Mueller, Anna", fill=(255, 255, 255), font_size=18)
    picture.save(tmp_path / "c.png")
    told = found(tmp_path)
    assert any("Author = Dr. Zwick" in one for one in told["metadata"])
    assert any("DateTimeOriginal" in one for one in told["metadata"])
    assert any("GPSLatitudeRef" in one for one in told["metadata"])
    assert [one[:5] for one in told["text in the picture"]] == ["c.png"]


def test_names_are_found_in_archives_tables_and_other_bytes(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        archive.writestr("x/notes.txt", "seen by Zwicker")
    with gzip.open(tmp_path / "b.gz", "wt") as file:
        file.write("Zwicker")
    table = pa.table({"v": ["V1", "Zwicker"], "n": [1.0, 2.0]})
    pq.write_table(table, tmp_path / "c.parquet", compression="zstd")
    (tmp_path / "d.bin").write_bytes(b"\0\1" + "Zwicker".encode("utf-16-le") + b"\0\0")
    (tmp_path / "e.csv").write_text("name\nZwicker\n", encoding="utf-16")
    (tmp_path / "Zwicker").mkdir()
    (tmp_path / "f.txt").symlink_to("/nowhere/Zwicker")
    told = found(tmp_path, "Zwicker")
    places = {one.split(":")[0].split(",")[0] for one in told["name"]}
    assert places == {"a.zip", "b.gz", "c.parquet", "d.bin", "e.csv", "the name of Zwicker"}
    assert "link" in told


def test_a_pdf_s_own_words_are_no_paths_but_what_it_says_is_told(tmp_path: Path) -> None:
    figure = Figure(figsize=(2, 1))
    figure.text(0.1, 0.5, "λ (s)")
    figure.savefig(tmp_path / "a.pdf", metadata={"CreationDate": None})
    neutral(tmp_path)
    assert found(tmp_path) == {}
    about = {"Title": "Eye of Zwicker", "Author": "Müller"}
    figure.savefig(tmp_path / "b.pdf", metadata=about)
    told = found(tmp_path, "Zwicker", "Müller")
    assert {one.rpartition(" ")[2] for one in told["name"]} == {"Zwicker", "Müller"}
    assert told["date"]


def test_what_cannot_be_looked_into_is_said(tmp_path: Path) -> None:
    (tmp_path / "a.mp4").write_bytes(b"no video")
    (tmp_path / "b.png").write_bytes(b"\x89PNG\r\n\x1a\n broken")
    (tmp_path / "c.parquet").write_bytes(b"PAR1")
    told = found(tmp_path)["not looked into"]
    assert {one[:1] for one in told} == {"a", "b", "c"}


def test_the_command_says_what_is_there_and_by_its_exit_whether_anything_is(
    tmp_path: Path,
) -> None:
    (tmp_path / "a.txt").write_text("Berta on 14.03.2019")
    neutral(tmp_path)
    ended = CliRunner().invoke(app, ["check-privacy", str(tmp_path), "--word", "berta"])
    assert ended.exit_code == 3
    assert "a.txt, line 1: 14.03.2019" in ended.output
    assert "a.txt, line 1: Berta" in ended.output
    (tmp_path / "a.txt").write_text("nothing")
    neutral(tmp_path)
    assert CliRunner().invoke(app, ["check-privacy", str(tmp_path)]).exit_code == 0
    assert check_folder(tmp_path, NOBODY) == []
