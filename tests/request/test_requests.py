"""What a person decided, with who, when and why; and what depends on it."""

from collections import Counter

from easytear.measure.quantities.catalogue import catalogue
from easytear.request.corrections import Corrections, EllipseEdit
from easytear.request.request import Request
from easytear.request.scale import ScaleRequest
from easytear.request.settings import describe_settings
from easytear.request.work import work


def edit(why: str | None) -> Corrections:
    told = {"interval": 0, "x_px": 1.0, "y_px": 2.0, "rx_px": 3.0, "ry_px": 3.0}
    return Corrections(irises=(EllipseEdit(**told, by="anna", when="2026-03-01", why=why),))


def test_who_when_and_why_change_no_number_and_stand_in_the_notes() -> None:
    plain = Request(scale=ScaleRequest(value=11.2), corrections=edit(None))
    scale = ScaleRequest(value=11.2, by="anna", when="2026-03-01", why="IOLMaster")
    told = Request(scale=scale, corrections=edit("lid in the way"))
    assert work(plain, told, 1).nothing
    again = Request.model_validate_json(told.model_dump_json())
    assert again == told
    by_what = {note.what: note for note in again.notes()}
    assert by_what["scale"].detail == "iris width 11.20 mm"
    assert (by_what["scale"].by, by_what["scale"].why) == ("anna", "IOLMaster")
    assert by_what["iris"].why == "lid in the way"
    assert [note.what for note in plain.notes()] == ["iris"]


def test_a_device_stands_in_the_note_of_its_scale() -> None:
    scale = ScaleRequest(kind="device", value=0.0123, device="DR-1", by="anna")
    (note,) = Request(scale=scale).notes()
    assert (note.detail, note.device) == ("0.0123 mm/px", "DR-1")


def test_every_setting_has_a_name_of_its_own_that_no_quantity_has() -> None:
    labels = Counter(info.label for info in describe_settings())
    assert [label for label, count in labels.items() if count > 1] == []
    assert not set(labels) & {one.label for one in catalogue()}
    assert not [info.name for info in describe_settings() if info.label.lower() == "window"]
