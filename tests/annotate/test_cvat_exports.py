"""CVAT exports of every kind that people have: read, or told in one sentence."""

from __future__ import annotations

import subprocess
import sys
import zipfile

import numpy as np
import pytest
from defusedxml.ElementTree import fromstring

from easytear.annotate.convert import fitted, read_told
from easytear.annotate.cvat import from_cvat, read_cvat, to_cvat
from easytear.annotate.interpolate import visible_spans
from easytear.annotate.model import BlinkMark, EllipseKeyframe, EllipseMark, PointTrack, RegionMark
from easytear.base.errors import AnnotationError

from . import scene

HEAD = (
    "<annotations><version>1.1</version><meta><task><id>1</id><name>clip</name><size>{size}</size>"
    "<start_frame>{start}</start_frame><stop_frame>{stop}</stop_frame>"
    "<frame_filter>{step}</frame_filter><original_size><width>320</width><height>240</height>"
    "</original_size></task><source>film.mp4</source></meta>"
)


def point(frame, x, y, outside=0, key=1, tag="points"):
    return (
        f'<{tag} frame="{frame}" keyframe="{key}" outside="{outside}" occluded="0" '
        f'points="{x + 0.5},{y + 0.5}" z_order="0"></{tag}>'
    )


def track(*shapes, label="keypoint", source="manual", more=""):
    inside = "".join(shapes)
    return f'<track id="0" label="{label}" source="{source}" {more}>{inside}</track>'


def export(tmp_path, *tracks, size=80, start=0, stop=79, step="", name="a.xml"):
    path = tmp_path / name
    head = HEAD.format(size=size, start=start, stop=stop, step=step)
    path.write_text(head + "".join(tracks) + "</annotations>", encoding="utf-8")
    return path


def the_points(read):
    return list(read.document.of(PointTrack))


def test_a_part_of_the_video_counts_frames_of_the_video(tmp_path):
    path = export(tmp_path, track(point(25, 1, 2), point(30, 1, 3)), size=20, start=20, stop=39)
    read = fitted(read_told(path).document, scene.VIDEO)
    assert [k.frame for k in the_points(read)[0].keyframes] == [25, 30]
    beyond = export(tmp_path, track(point(85, 1, 2)), size=20, start=70, stop=89)
    with pytest.raises(AnnotationError, match="reach frame 85"):
        fitted(read_told(beyond).document, scene.VIDEO)


def test_what_is_closed_a_step_later_was_seen_last_a_step_before(tmp_path):
    shapes = [point(f, 1, f) for f in (20, 30, 40)]
    path = export(tmp_path, track(*shapes, point(50, 1, 40, 1)), step="step=10", size=8)
    assert visible_spans(the_points(read_told(path))[0]) == [(20, 40)]


def test_a_track_that_was_never_ended_ends_where_the_hand_was(tmp_path):
    listed = [point(f, 1, 5, key=0) for f in range(21, 80)]
    box = '<box frame="{}" keyframe="{}" outside="0" occluded="0" xtl="0" ytl="0" xbr="9" ybr="9"/>'
    blink = [box.format(4, 1), box.format(7, 1), *(box.format(f, 0) for f in range(8, 80))]
    path = export(tmp_path, track(point(20, 1, 5), *listed), track(*blink, label="Blink"))
    read = read_told(path)
    assert visible_spans(the_points(read)[0]) == [(20, 20)]
    mark = next(read.document.of(BlinkMark))
    assert (mark.start_frame, mark.end_frame) == (4, 7)
    assert "2 tracks never ended" in " ".join(read.told)


def test_closed_twice_and_begun_anew_in_one_frame(tmp_path):
    shapes = [point(10, 1, 1), point(12, 1, 1, 1), point(12, 1, 1, 1), point(15, 2, 2, 1)]
    shapes += [point(20, 3, 3, 1), point(20, 3, 3), point(21, 3, 3, 1)]
    read = read_told(export(tmp_path, track(*shapes)))
    assert visible_spans(the_points(read)[0]) == [(10, 11), (20, 20)]


def test_tracks_that_a_model_set_say_so_and_go_out_so(tmp_path):
    read = read_told(export(tmp_path, track(point(1, 1, 1), source="semi-auto")))
    assert the_points(read)[0].flags == ("semi-auto",)
    assert "not by hand" in read.told[-1]
    assert 'source="semi-auto"' in to_cvat(read.document)


def test_skeletons_give_their_points_and_the_rest_is_counted(tmp_path):
    def skeleton(frame, y):
        head = f'<skeleton frame="{frame}" keyframe="1" z_order="0">'
        parts = "".join(
            f'<points label="{n}" keyframe="1" outside="0" occluded="0" points="{n}.5,{y}.5"/>'
            for n in (1, 2)
        )
        box = '<box label="b" keyframe="1" outside="0" occluded="0" xtl="0" ytl="0"/>'
        return f"{head}{parts}{box}</skeleton>"

    mask = '<mask frame="3" keyframe="1" outside="0" occluded="0" rle="1, 2" left="0" top="0"/>'
    cuboid = '<cuboid frame="3" keyframe="1" outside="0" occluded="0" xtl1="0"/>'
    read = read_told(
        export(
            tmp_path,
            track(skeleton(5, 10), skeleton(9, 8), label="front"),
            *[track(mask)] * 3,
            track(cuboid),
            track(point(1, 1, 1)),
        )
    )
    found = {p.label: [k.points[0] for k in p.keyframes] for p in the_points(read)}
    assert found["1"] == [(1.0, 10.0), (1.0, 8.0)]
    assert set(found) == {"1", "2", "keypoint"}
    assert read.told[0] == "Left out: 1 box of a skeleton, 3 masks, 1 cuboid."


def test_turned_boxes_and_small_ones(tmp_path):
    box = (
        '<box frame="3" keyframe="1" outside="0" occluded="0" xtl="100" ytl="100" xbr="300" '
        'ybr="{}" rotation="90.0"/>'
    )
    read = read_told(export(tmp_path, track(box.format(200), label="big")))
    corners = np.array(next(read.document.of(RegionMark)).keyframes[0].points)
    assert corners.min(axis=0) == pytest.approx([149.5, 49.5])
    assert corners.max(axis=0) == pytest.approx([249.5, 249.5])
    read = read_told(export(tmp_path, track(box.format(110), label="speck")))
    assert read.document.items == ()
    assert "too small" in read.told[0]
    named = read_told(export(tmp_path, track(box.format(110), label="cornea")))
    assert len(named.document.items) == 1


def test_points_drawn_as_shapes_are_joined_by_label_or_counted(tmp_path):
    def single(frame, x, label):
        return track(point(frame, x, 5), point(frame + 1, x, 5, 1), label=label)

    one = [single(f, f, "left") for f in (10, 20, 30)]
    many = [single(f, x, "any") for f in (10, 20) for x in (50, 60)]
    read = read_told(export(tmp_path, *one, *many))
    left = [p for p in the_points(read) if p.label == "left"]
    assert [[k.frame for k in p.keyframes if not k.outside] for p in left] == [[10, 20, 30]]
    assert len(the_points(read)) == 5
    assert "4 single points" in read.told[0]


def test_a_project_asks_which_video(tmp_path):
    tasks = "".join(
        f"<task><id>{n}</id><name>t{n}</name><size>80</size><source>{name}</source></task>"
        for n, name in ((7, "film.mp4"), (8, "other.mp4"))
    )
    first = track(point(1, 1, 1), label="a", more='task_id="7"')
    second = track(point(1, 2, 2), label="b", more='task_id="8"')
    text = (
        f"<annotations><meta><project><id>1</id><name>p</name><tasks>{tasks}</tasks></project>"
        f"</meta>{first}{second}</annotations>"
    )
    path = tmp_path / "p.xml"
    path.write_text(text)
    with pytest.raises(AnnotationError, match=r"film\.mp4, other\.mp4.*--task"):
        read_told(path)
    assert [p.label for p in the_points(read_told(path, "film.mp4"))] == ["a"]
    assert [p.label for p in the_points(read_told(path, "t8"))] == ["b"]
    assert read_told(path, "other").document.video.name == "other.mp4"


def test_a_job_is_read(tmp_path):
    path = export(tmp_path, track(point(5, 1, 1)), size=10, start=0, stop=9)
    path.write_text(path.read_text().replace("task>", "job>"))
    assert fitted(read_told(path).document, scene.VIDEO).document.video == scene.VIDEO


def test_a_smaller_copy_of_the_video_is_scaled_and_another_shape_refused(tmp_path):
    path = export(tmp_path, track(point(5, 159.5, 119.5)))
    path.write_text(path.read_text().replace("320", "160").replace(">240", ">120"))
    read = fitted(read_told(path).document, scene.VIDEO)
    assert the_points(read)[0].keyframes[0].points[0] == (319.5, 239.5)
    assert "160 x 120" in read.told[0]
    path.write_text(path.read_text().replace(">120", ">160"))
    with pytest.raises(AnnotationError, match="another shape"):
        fitted(read_told(path).document, scene.VIDEO)


def test_another_videos_name_is_told(tmp_path):
    path = export(tmp_path, track(point(5, 1, 1)))
    path.write_text(path.read_text().replace("film.mp4", "someone.mp4"))
    assert "name another video" in fitted(read_told(path).document, scene.VIDEO).told[0]


@pytest.mark.parametrize("encoding", ["utf-16", "utf-8-sig", "latin-1"])
@pytest.mark.parametrize("declared", [True, False])
def test_any_encoding_is_read(tmp_path, encoding, declared):
    path = export(tmp_path, track(point(5, 1, 1), label="Träne"))
    head = f'<?xml version="1.0" encoding="{encoding.removesuffix("-sig")}"?>' if declared else ""
    path.write_bytes((head + path.read_text(encoding="utf-8")).encode(encoding))
    assert the_points(read_told(path))[0].label == "Träne"


def test_a_zip_with_a_folder_is_read(tmp_path):
    xml = export(tmp_path, track(point(5, 1, 1)))
    path = tmp_path / "job.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.write(xml, "my task/annotations.xml")
        archive.writestr("__MACOSX/my task/._annotations.xml", b"junk")
        archive.writestr("images/a.png", b"")
    assert len(the_points(read_told(path))) == 1


def test_a_zip_that_is_damaged_or_locked_or_empty_is_one_sentence(tmp_path):
    xml = export(tmp_path, *[track(point(f, f, f)) for f in range(60)])
    path = tmp_path / "a.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.write(xml, "annotations.xml")
    whole = bytearray(path.read_bytes())
    locked = bytearray(whole)
    locked[6] |= 1
    locked[whole.rfind(b"PK\x01\x02") + 8] |= 1
    path.write_bytes(locked)
    with pytest.raises(AnnotationError, match="password"):
        read_told(path)
    torn = bytearray(whole)
    torn[60:140] = bytes(80)
    for content in (torn, whole[: len(whole) // 2]):
        path.write_bytes(content)
        with pytest.raises(AnnotationError, match="damaged"):
            read_told(path)
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("readme.txt", b"")
    with pytest.raises(AnnotationError, match=r"no annotations\.xml"):
        read_told(path)


def test_a_large_file_is_read_in_bounded_memory(tmp_path):
    """In a process of its own, whose memory is its own: a tree of this file takes 300 MB."""
    path = tmp_path / "big.xml"
    between = "".join(point(f, 123.25, 234.75, key=0) for f in range(1, 2000))
    one = track(point(0, 1, 1), between, point(2000, 1, 1), point(2001, 1, 1, 1))
    with path.open("w") as file:
        file.write(HEAD.format(size=3000, start=0, stop=2999, step=""))
        for _ in range(40_000_000 // len(one)):
            file.write(one)
        file.write("</annotations>")
    code = (
        "import resource, sys, pathlib\n"
        "from easytear.annotate.convert import read_told\n"
        "before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss\n"
        "count = len(read_told(pathlib.Path(sys.argv[1])).document.items)\n"
        "print(count, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before)\n"
    )
    said = subprocess.run(
        [sys.executable, "-c", code, str(path)], capture_output=True, text=True, check=True
    )
    count, grown = map(int, said.stdout.split())
    assert count == 40_000_000 // len(one)
    unit = 1 if sys.platform == "darwin" else 1024
    assert grown * unit < 60e6


def test_out_again_in_every_attribute_of_the_published_format():
    """CVAT takes angles from 0 to 360 only, and wants each of these attributes."""
    ellipse = EllipseKeyframe(frame=9, x_px=5, y_px=6, rx_px=7, ry_px=8, angle_deg=-30)
    document = scene.annotated(items=[EllipseMark(id=1, kind="limbus", keyframes=[ellipse])])
    text = to_cvat(document)
    assert from_cvat(text) == document
    root = fromstring(text)
    assert root.findtext("version") == "1.1"
    task = root.find("meta/task")
    wanted = "id name size mode overlap bugtracker created updated start_frame stop_frame"
    wanted += " frame_filter labels segments owner assignee original_size"
    assert not set(wanted.split()) - {e.tag for e in task}
    assert {e.tag for e in root.find("meta")} >= {"task", "dumped"}
    labels = {e.text for e in root.iterfind("meta/task/labels/label/name")}
    for one in root.iterfind("track"):
        assert {"id", "label", "source"} <= one.attrib.keys()
        assert one.get("label") in labels
        shapes = [e for e in one if e.tag != "attribute"]
        for shape in shapes:
            assert {"frame", "keyframe", "outside", "occluded", "z_order"} <= shape.attrib.keys()
            assert 0 <= float(shape.get("rotation", 0)) <= 360
        assert shapes[-1].get("outside") == "1"
    assert root.find("track/ellipse").get("rotation") == "330.0"


def test_read_cvat_tells_the_file(tmp_path):
    path = export(tmp_path, track(point(10**8, 1, 1)))
    with pytest.raises(AnnotationError, match=r"a\.xml.*beyond any video"):
        read_cvat(path)
