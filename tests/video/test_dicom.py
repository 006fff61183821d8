"""Films in DICOM files, as instruments' archives hand them out."""

from __future__ import annotations

import datetime

import numpy as np
import pytest

from easytear.base.errors import VideoError
from easytear.video import FrameReader, VideoWriter
from easytear.video.dicom import labels_of

pydicom = pytest.importorskip("pydicom")

from pydicom.dataset import FileDataset, FileMetaDataset  # noqa: E402
from pydicom.encaps import encapsulate  # noqa: E402
from pydicom.uid import (  # noqa: E402
    MPEG4HP41,
    ExplicitVRLittleEndian,
    MultiFrameGrayscaleByteSecondaryCaptureImageStorage,
    generate_uid,
)

HEIGHT, WIDTH, COUNT = 48, 64, 12


def film(path, pictures, *, syntax=ExplicitVRLittleEndian, data=None, **tags):
    """Write a multi-frame DICOM file; `pictures` (frames, height, width[, 3 as RGB])."""
    meta = FileMetaDataset()
    meta.TransferSyntaxUID = syntax
    meta.MediaStorageSOPClassUID = MultiFrameGrayscaleByteSecondaryCaptureImageStorage
    meta.MediaStorageSOPInstanceUID = generate_uid()
    made = FileDataset(path, {}, file_meta=meta, preamble=b"\0" * 128)
    bits = pictures.dtype.itemsize * 8
    colour = pictures.ndim == 4
    made.NumberOfFrames, made.Rows, made.Columns = pictures.shape[:3]
    made.SamplesPerPixel = 3 if colour else 1
    made.PhotometricInterpretation = "RGB" if colour else "MONOCHROME2"
    if colour:
        made.PlanarConfiguration = 0
    made.BitsAllocated = made.BitsStored = bits
    made.HighBit, made.PixelRepresentation = bits - 1, 0
    made.FrameTime = "40"
    for name, value in tags.items():
        setattr(made, name, value)
    made.PixelData = pictures.tobytes() if data is None else data
    made.save_as(path, enforce_file_format=True)
    return path


@pytest.fixture
def grey():
    random = np.random.default_rng(5)
    return random.integers(0, 256, (COUNT, HEIGHT, WIDTH), dtype=np.uint8)


def test_grey_pictures_and_their_times_come_out_as_they_stand(tmp_path, grey):
    with FrameReader(film(tmp_path / "a.dcm", grey)) as reader:
        np.testing.assert_allclose(reader.facts.time_s, np.arange(COUNT) * 0.04, atol=2e-5)
        assert np.array_equal([reader.read(k) for k in range(COUNT)], grey)


def test_uneven_frame_times_are_kept(tmp_path, grey):
    steps = [0, *range(30, 30 + COUNT - 1)]
    with FrameReader(film(tmp_path / "a.dcm", grey, FrameTimeVector=steps)) as reader:
        np.testing.assert_allclose(reader.facts.time_s, np.cumsum(steps) / 1000, atol=2e-5)


def test_colours_come_in_their_order(tmp_path, grey):
    rgb = np.stack([grey, grey // 2, grey // 4], axis=-1)
    with FrameReader(film(tmp_path / "a", rgb)) as reader:
        assert np.array_equal(reader.read(3, colour=True), rgb[3][..., ::-1])


def test_sixteen_bits_become_eight(tmp_path, grey):
    deep = film(tmp_path / "a.dcm", grey.astype(np.uint16) << 4, BitsStored=12, HighBit=11)
    with FrameReader(deep) as reader:
        assert np.array_equal(reader.read(4), grey[4])


def test_a_compressed_film_is_read_as_it_is(tmp_path, grey):
    plain = tmp_path / "film.mp4"
    with VideoWriter(plain, WIDTH, HEIGHT, fps=30) as writer:
        for picture in grey:
            writer.write(picture)
    data = encapsulate([plain.read_bytes()])
    packed = film(tmp_path / "a.dcm", grey, syntax=MPEG4HP41, data=data)
    with FrameReader(packed) as reader, FrameReader(plain) as other:
        np.testing.assert_array_equal(reader.facts.time_s, other.facts.time_s)
        assert np.array_equal(reader.read(7), other.read(7))


def test_subject_eye_date_and_instrument_come_from_the_tags_and_no_name(tmp_path, grey):
    told = film(
        tmp_path / "a.dcm",
        grey,
        PatientName="Doe^Jane",
        PatientID="S07",
        Laterality="L",
        StudyDate=datetime.date(2026, 3, 1).strftime("%Y%m%d"),
        Manufacturer="Maker",
        ManufacturerModelName="Model 5",
    )
    assert labels_of(told) == {
        "subject": "S07",
        "eye": "OS",
        "date": "2026-03-01",
        "instrument": "Maker Model 5",
    }


@pytest.mark.parametrize(
    ("tags", "words"),
    [
        ({"FrameTime": None}, "frame times"),
        ({"NumberOfFrames": 1}, "without a film"),
        ({"Rows": 4096, "Columns": 65535}, "which are not read"),
        ({"Rows": 4000}, "cannot be read"),
        ({"FrameTimeVector": [0] * COUNT}, "do not rise"),
        ({"FrameTimeVector": ["nan"] * COUNT}, "do not rise|cannot be read"),
        ({"SamplesPerPixel": 7}, "cannot be read"),
        ({"BitsAllocated": 1}, "cannot be read"),
    ],
)
def test_what_cannot_be_read_is_one_sentence(tmp_path, grey, tags, words):
    with pytest.raises(VideoError, match=words) as caught:
        FrameReader(film(tmp_path / "a.dcm", grey, **tags))
    assert "a.dcm" in str(caught.value)


def test_a_torn_file_is_one_sentence(tmp_path, grey):
    whole = film(tmp_path / "a.dcm", grey).read_bytes()
    for share in (0.01, 0.02, 0.5, 0.95):
        torn = tmp_path / "torn.dcm"
        torn.write_bytes(whole[: max(int(len(whole) * share), 140)])
        with pytest.raises(VideoError, match=r"torn\.dcm"):
            FrameReader(torn)


def spoilt(path, keyword):
    """Write over the first letters of a tag's value."""
    data = path.read_bytes()
    tag = pydicom.datadict.tag_for_keyword(keyword)
    place = data.index(tag.to_bytes(4, "little")[2:] + tag.to_bytes(4, "little")[:2]) + 8
    path.write_bytes(data[:place] + b"x\xff" + data[place + 2 :])
    return path


@pytest.mark.parametrize("keyword", ["NumberOfFrames", "FrameTime"])
def test_tags_that_are_no_numbers_are_one_sentence(tmp_path, grey, keyword):
    path = spoilt(film(tmp_path / "a.dcm", grey), keyword)
    with pytest.raises(VideoError, match=r"a\.dcm"):
        FrameReader(path)


@pytest.mark.parametrize("keyword", ["CineRate", "PatientID"])
def test_tags_that_are_not_needed_may_be_anything(tmp_path, grey, keyword):
    path = spoilt(film(tmp_path / "a.dcm", grey, CineRate="25", PatientID="1234"), keyword)
    labels_of(path)
    with FrameReader(path) as reader:
        assert len(reader) == COUNT
