"""Names in the study, parts of file names, codes."""

import csv
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from easytear.study.names import Codes, compile_pattern, read_date, read_names, study_names

PATHS = st.lists(
    st.text(st.sampled_from("aA_./ b"), min_size=1, max_size=8)
    .map(lambda text: text.strip("/. ").replace("//", "/"))
    .filter(lambda text: text and "/." not in text and "./" not in text)
    .map(lambda text: f"{text}.mp4"),
    unique=True,
    max_size=8,
)


@given(PATHS)
def test_every_video_has_a_folder_of_its_own_in_any_case(paths: list[str]) -> None:
    names = study_names(paths)
    assert len({name.casefold() for name in names.values()}) == len(paths)
    assert not any("/" in name for name in names.values())


def test_a_name_stays_when_videos_are_added() -> None:
    before = study_names(["v1/a.mp4", "v2/a.mp4"])
    after = study_names(["v1/a.mp4", "v2/a.mp4", "v3/a.mp4", "b.mp4"])
    assert before == {"v1/a.mp4": "v1__a", "v2/a.mp4": "v2__a"}
    assert before.items() <= after.items()


def test_long_names_fit_into_a_file_system() -> None:
    names = study_names(["x" * 300 + "1.mp4", "x" * 300 + "2.mp4"])
    assert len(set(names.values())) == 2
    assert max(len(name) for name in names.values()) < 200


def test_parts_come_from_the_path() -> None:
    pattern = compile_pattern(r"(?P<visit>v\d)/(?P<subject>\w+)_(?P<eye>O[DS])")
    found = read_names(["v1/p07_OD.mp4", "odd.mp4"], pattern)
    assert found["v1/p07_OD.mp4"] == {"visit": "v1", "subject": "p07", "eye": "OD"}
    assert found["odd.mp4"] == {"visit": None, "subject": None, "eye": None}


@pytest.mark.parametrize("pattern", ["(", "no group", "(?P<video>.*)"])
def test_a_pattern_that_cannot_be_used_is_refused_in_words(pattern: str) -> None:
    with pytest.raises(ValueError, match=r"\.$"):
        compile_pattern(pattern, ["video"])


def test_codes_are_stable_and_the_key_gives_the_names_back(tmp_path: Path) -> None:
    key = tmp_path / "apart" / "key.csv"
    first = Codes(key)
    code = first.code("subject", "Meyer")
    first.write()
    assert Codes(key).code("subject", "Meyer") == code
    assert Codes(tmp_path / "other.csv").code("subject", "Meyer") != code
    with key.open(newline="") as file:
        assert {"kind": "subject", "code": code, "original": "Meyer"} in list(csv.DictReader(file))


def test_what_tells_who_it_is_is_hidden_and_the_rest_stays(tmp_path: Path) -> None:
    codes = Codes(tmp_path / "key.csv")
    parts = {"subject": "Meyer", "eye": "OD", "visit": "2", "date": "2026-03-14", "nurse": "Ann"}
    hidden = codes.hide(parts, date(2026, 3, 1))
    assert hidden["eye"], hidden["visit"] == ("OD", "2")
    assert hidden["day"] == "13"
    assert not {"Meyer", "Ann", "2026-03-14"} & set(hidden.values())


@pytest.mark.parametrize(
    ("text", "day"),
    [("20260314", date(2026, 3, 14)), ("2026.03.14", date(2026, 3, 14)), ("14.3.26", None)],
)
def test_dates_are_read_or_not_but_never_guessed(text: str, day: date | None) -> None:
    assert read_date(text) == day
