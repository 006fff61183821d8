"""CVAT exports as people have them."""

from __future__ import annotations

import tracemalloc
import zipfile
from pathlib import Path
from xml.etree import ElementTree

import pytest

from easytear.annotate.cvat import from_cvat, read_cvat, to_cvat
from easytear.annotate.interpolate import visible_spans
from easytear.annotate.model import BlinkMark, FrontLine, Keyframe, PointTrack
from easytear.base.errors import AnnotationError
from easytear.base.limits import VARIABLE

EXPORT = Path(__file__).parent / "data" / "cvat_export.xml"


@pytest.fixture
def imported():
    return read_cvat(EXPORT).document


def test_the_video_and_the_person_are_known(imported):
    assert imported.video.name == "film07.mp4"
    assert (imported.video.width_px, imported.video.height_px) == (640, 480)
    assert imported.video.frame_count == 120
    assert imported.annotator == "reader1"


def test_points_keep_keyframes_and_labels_and_lose_half_a_pixel(imported):
    first = next(imported.of(PointTrack))
    assert first.label == "keypoint"
    assert first.keyframes[:2] == (
        Keyframe(frame=10, points=((300.0, 400.0),)),
        Keyframe(frame=12, points=((300.0, 392.0),), occluded=True),
    )
    assert visible_spans(first) == [(10, 13)]


def test_several_points_in_one_track_become_tracks(imported):
    _, left, right = imported.of(PointTrack)
    assert [key.points[0] for key in left.keyframes] == [(100.0, 410.0), (100.0, 390.0)]
    assert [key.points[0] for key in right.keyframes] == [(200.0, 420.0), (200.0, 400.0)]
    assert left.id != right.id


def test_a_front_seen_to_the_last_listed_frame_keeps_it(imported):
    front = next(imported.of(FrontLine))
    assert visible_spans(front) == [(10, 11)]
    assert front.keyframes[-1].points[0] == (80.0, 379.0)


def test_a_box_labelled_blink_is_one(imported):
    blink = next(imported.of(BlinkMark))
    assert (blink.start_frame, blink.end_frame) == (0, 8)


def test_there_and_back_again(imported):
    assert from_cvat(to_cvat(imported)) == imported


def test_what_cvat_itself_keeps_is_enough_for_shapes(imported):
    """CVAT drops our meta part; shapes, labels and frames must survive without it."""
    root = ElementTree.fromstring(to_cvat(imported))
    meta = root.find("meta")
    meta.remove(meta.find("easytear"))
    back = from_cvat(ElementTree.tostring(root, encoding="unicode"))
    assert back.items == imported.items


def test_a_zip_is_read(tmp_path, imported):
    path = tmp_path / "task.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.write(EXPORT, "annotations.xml")
    assert read_cvat(path).document == imported


@pytest.mark.parametrize("told", [None, 10])
def test_a_zip_that_unpacks_without_bound_is_refused(tmp_path, told, monkeypatch):
    monkeypatch.setenv(VARIABLE, "annotation_mb=4")
    path = tmp_path / "bomb.zip"
    with (
        zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive,
        archive.open("annotations.xml", "w") as file,
    ):
        file.write(b"<annotations>" + bytes(16 << 20))
    if told is not None:  # the archive lies about the size, in its directory and beside the data
        real = (13 + (16 << 20)).to_bytes(4, "little")
        content = path.read_bytes()
        path.write_bytes(content.replace(real, told.to_bytes(4, "little")))
    tracemalloc.start()
    with pytest.raises(AnnotationError, match=r"bomb\.zip"):
        read_cvat(path)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 3 * 4_000_000


@pytest.mark.parametrize(
    ("inside", "count"),
    [("<a/>", 3000), ("<a>", 3000), ('<track label="x"><a/></track>', 300), ("<meta/>", 3000)],
)
def test_elements_without_meaning_take_no_memory(tmp_path, inside, count):
    path = tmp_path / "many.xml"
    times = 100 if "/" in inside else 1
    path.write_text("<annotations>" + inside * count * times + "</annotations>")
    tracemalloc.start()
    try:
        read_cvat(path)
    except AnnotationError as error:
        assert "many.xml" in str(error)  # noqa: PT017
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 8_000_000


@pytest.mark.parametrize("what", ["keyframes=1000", "keyframe_points=100"])
def test_one_shape_has_bounds(tmp_path, what, monkeypatch):
    monkeypatch.setenv(VARIABLE, what)
    path = tmp_path / "large.xml"
    shape = '<polyline frame="0" points="' + "1,2;" * 101 + '"/>'
    inner = shape if "points" in what else shape[:-2] + ">" + "<attribute/>" * 1001 + "</polyline>"
    path.write_text(f'<annotations><track label="a">{inner}</track></annotations>')
    with pytest.raises(AnnotationError, match=what.split("=")[0]):
        read_cvat(path)


def test_a_keyframe_beyond_any_video_is_refused():
    with pytest.raises(ValueError, match="beyond any video"):
        Keyframe(frame=10**8, points=((0.0, 0.0),))
    with pytest.raises(ValueError, match="beyond any video"):
        BlinkMark(id="b", start_frame=0, end_frame=10**8)


def test_external_entities_are_refused(tmp_path):
    secret = tmp_path / "secret.txt"
    secret.write_text("secret")
    bad = EXPORT.read_text().replace(
        "<annotations>",
        f'<!DOCTYPE a [<!ENTITY x SYSTEM "file://{secret}">]>\n<annotations>',
    )
    path = tmp_path / "bad.xml"
    path.write_text(bad.replace("film07.mp4", "&x;"))
    with pytest.raises(AnnotationError, match="entities"):
        read_cvat(path)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("not xml", "not an XML"),
        ("<annotations><image/></annotations>", "CVAT for video"),
        ('<annotations><track label="a"><points frame="1"/></track></annotations>', "points"),
    ],
)
def test_what_is_wrong_is_said(tmp_path, text, says):
    path = tmp_path / "bad.xml"
    path.write_text(text)
    with pytest.raises(AnnotationError, match=says) as caught:
        read_cvat(path)
    assert str(path) in str(caught.value)
