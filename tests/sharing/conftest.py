"""A study of recordings that tell everything a recording can tell of a person."""

from __future__ import annotations

import os
from pathlib import Path

import av
import numpy as np
import pytest
from PIL import Image, ImageDraw

from easytear.base.progress import Progress
from easytear.results import Analysis
from easytear.study.batch import Choices
from easytear.study.hashes import sha256_of
from easytear.study.names import compile_pattern
from easytear.study.tasks import Task
from easytear.video import FrameReader
from tests.builders import Law, Part, build_analysis
from tests.film_video import write_film_video
from tests.study.conftest import ROOT, Runner
from tests.study.conftest import runner as runner

ONE = (Part(0, 35, Law(2.9, 0.5, 0.1)),)
FRAMES = 36
THEN = 1_552_563_296
"""When the recordings were made: 14 March 2019."""
PATTERN = compile_pattern(r"(?P<visit>visit\d)/(?P<subject>[^_]+)_(?P<date>\d+)_(?P<eye>O[DS])")
CLINIC = (
    "video,Date,birth date,osdi,remarks\n"
    "Zwick Anna_20190314_OD.mp4,2019-03-14,14.03.1951,12,notes of nurse Olga\n"
    "Mueller Berta_20190321_OS.mp4,2019-03-21,1.1.1951,8,x\n"
    "gone_20190314.mp4,2019-03-14,,3,\n"
)
SECRETS = (
    *("Zwick", "Anna", "Mueller", "Berta", "Olga", "2019-03", "20190314", "20190321", "20190328"),
    *(
        "14.03.2019",
        "14.03.1951",
        "1.1.1951",
        "clinic.csv",
        "12:34",
        "Praxis",
        "Dr. House",
        str(THEN),
    ),
)
BOX = (30, 18, 170, 20)
"""Where the name is written into the picture: x, y, width, height (of the shorter one)."""


def film(task: Task, place: Path, progress: Progress) -> Analysis:
    """Return what the film of the recording holds, with what a person wrote about it."""
    if "20190328" in task.video:
        raise RuntimeError(f"cannot analyse {task.video} of Mueller Berta")
    whole = build_analysis(ONE, frame_count=FRAMES)
    video = whole.summary.video.model_copy(
        update={"sha256": sha256_of(Path(task.video)), "path": task.video}
    )
    request = whole.summary.request.model_copy(
        update={"labels": {"subject": "Zwick Anna", "operator": "Dr. House", "eye": "OD"}}
    )
    summary = whole.summary.model_copy(update={"video": video, "request": request})
    return Analysis(summary, whole.frames, whole.tracks, whole.front)


def write_recording(path: Path, text: str, plain: Path) -> None:
    """Write a film with a name and a clock in its pictures, sound, and tags in its container."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with FrameReader(plain) as reader, av.open(str(path), "w") as out:
        stream = out.add_stream("libx264", rate=30, options={"preset": "ultrafast"})
        stream.width, stream.height, stream.pix_fmt = 640, 480, "yuv420p"
        sound = out.add_stream("aac", rate=16000)
        out.metadata.update(
            title=f"Eye of {text}", artist="Praxis Dr. House", creation_time="2019-03-14T10:00:00Z"
        )
        for number, picture in reader.frames(colour=True):
            image = Image.fromarray(picture[:, :, ::-1].copy())
            pen = ImageDraw.Draw(image)
            pen.text((30, 14), f"{text} 12:34:{number:02d}", fill=(255, 255, 255), font_size=22)
            out.mux(stream.encode(av.VideoFrame.from_image(image)))
        out.mux(stream.encode(None))
        tone = av.AudioFrame.from_ndarray(np.zeros((1, 1024), np.float32), "fltp", "mono")
        tone.sample_rate = 16000
        out.mux(sound.encode(tone))
        out.mux(sound.encode(None))
    os.utime(path, (THEN, THEN))


@pytest.fixture(scope="session")
def plain_film(tmp_path_factory: pytest.TempPathFactory) -> Path:
    whole = build_analysis(ONE, frame_count=FRAMES)
    return write_film_video(tmp_path_factory.mktemp("film") / "plain.mp4", whole)


@pytest.fixture(scope="session")
def told(tmp_path_factory: pytest.TempPathFactory, plain_film: Path) -> Runner:
    """A finished study under real names; tests copy it before they change it."""
    base = tmp_path_factory.mktemp("Praxis")
    before = os.environ.get("PYTHONPATH")
    os.environ["PYTHONPATH"] = str(ROOT)
    try:
        runner = Runner(base)
        for name, text in (
            ("visit1/Zwick Anna_20190314_OD.mp4", "ZWICK ANNA"),
            ("visit1/Mueller Berta_20190321_OS.mp4", "MUELLER B. 14.03.51"),
            ("visit2/Mueller Berta_20190328_OS.mp4", "MUELLER B. 14.03.51"),
        ):
            write_recording(runner.source / name, text, plain_film)
        (base / "clinic.csv").write_text(CLINIC)
        choices = Choices(clinical=base / "clinic.csv")
        runner.run(choices, pattern=PATTERN, analyser="tests.sharing.conftest:film")
    finally:
        os.environ.pop("PYTHONPATH")
        if before is not None:
            os.environ["PYTHONPATH"] = before
    return runner
