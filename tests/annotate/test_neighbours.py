"""Tables of spreadsheets, DeepLabCut and COCO; texts and numbers bounded at the door."""

from __future__ import annotations

import json
import re

import pytest

from easytear.annotate.convert import read_told
from easytear.annotate.files import annotations_json
from easytear.annotate.model import Annotations, PointTrack, VideoRef
from easytear.annotate.table import from_table, to_table
from easytear.base.errors import AnnotationError

from . import scene


def keys(read):
    return {
        p.label: [(k.frame, *k.points[0], k.occluded) for k in p.keyframes]
        for p in read.document.of(PointTrack)
    }


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
def test_a_german_spreadsheet_is_read(tmp_path, encoding):
    path = tmp_path / "a.csv"
    text = "kind;id;label;frame;vertex;x_px;y_px\r\npoint;1;Träne;21;0;299,5;399,5\r\n;;;;;;\r\n"
    path.write_bytes(text.encode(encoding))
    assert keys(read_told(path)) == {"Träne": [(21, 299.5, 399.5, False)]}


def test_our_own_table_comes_back_from_a_german_spreadsheet():
    document = scene.annotated(noise_px=1.0)
    rows = [line.split(",") for line in to_table(document).splitlines()]
    numbers = re.compile(r"-?\d+\.\d+")
    cells = [[c.replace(".", ",") if numbers.fullmatch(c) else c for c in row] for row in rows]
    back = from_table("sep=;\n" + "\n".join(";".join(row) for row in cells))
    assert back == document


@pytest.mark.parametrize("mark", ["", "\ufeff"])
def test_a_byte_order_mark_is_passed_over(tmp_path, mark):
    path = tmp_path / "a.json"
    path.write_text(mark + annotations_json(scene.annotated()), encoding="utf-8")
    assert read_told(path).document == scene.annotated()


DLC = """scorer,,,anna,anna,anna,anna
bodyparts,,,left,left,right,right
coords,,,x,y,x,y
labeled-data,film,img0012.png,10.25,20.5,30,40
labeled-data,film,img0022.png,10.5,19.5,,
"""


def test_a_table_of_deeplabcut_is_read(tmp_path):
    path = tmp_path / "CollectedData_anna.csv"
    path.write_text(DLC)
    read = read_told(path)
    assert keys(read) == {
        "left": [(12, 10.25, 20.5, False), (22, 10.5, 19.5, False)],
        "right": [(12, 30, 40, False)],
    }
    assert read.document.annotator == "anna"
    assert read.document.video.name == "film"


def test_what_deeplabcut_tracked_is_flagged_and_its_guesses_left_out(tmp_path):
    path = tmp_path / "filmDLC.csv"
    path.write_text(
        "scorer,net,net,net\nbodyparts,left,left,left\ncoords,x,y,likelihood\n"
        "0,1,2,0.99\n1,9,9,0.1\n"
    )
    read = read_told(path)
    assert keys(read) == {"left": [(0, 1, 2, False)]}
    assert next(read.document.of(PointTrack)).flags == ("auto",)
    assert "1 placement" in read.told[0]


def test_coco_keypoints_are_read(tmp_path):
    data = {
        "images": [
            {"id": n, "file_name": f"frame_{n:06d}.png", "width": 320, "height": 240}
            for n in (3, 9)
        ],
        "categories": [{"id": 1, "name": "film", "keypoints": ["left", "right"]}],
        "annotations": [
            {"image_id": 3, "category_id": 1, "keypoints": [10.5, 20.5, 2, 0, 0, 0]},
            {"image_id": 9, "category_id": 1, "keypoints": [11.5, 19.5, 1, 30.5, 40.5, 2]},
            {"image_id": 9, "category_id": 1, "bbox": [1, 2, 3, 4]},
        ],
    }
    path = tmp_path / "film.json"
    path.write_text(json.dumps(data))
    read = read_told(path)
    assert keys(read) == {
        "left": [(3, 10, 20, False), (9, 11, 19, True)],
        "right": [(9, 30, 40, False)],
    }
    assert read.told == ("Left out: 1 shape without keypoints.",)
    del data["categories"][0]["id"]
    path.write_text(json.dumps(data))
    with pytest.raises(AnnotationError, match="not whole COCO"):
        read_told(path)


def test_names_of_a_million_letters_are_refused():
    with pytest.raises(ValueError, match="at most 255"):
        Annotations(
            schema="easytear-annotations/1", video=VideoRef(name="a"), annotator="a" * 10**6
        )
    with pytest.raises(ValueError, match="at most 255"):
        VideoRef(name="a" * 10**6)
