from easytear.results import Exclusion, Quality
from easytear.show import words
from easytear.show.flags import SENTENCES, sentence
from tests.builders import TWO_PARTS, Law, Part, build_analysis


def test_one_sentence_tells_the_interval() -> None:
    first, second = build_analysis().summary.intervals
    assert words.headline(first) == (
        "From the start of the video, the film just below the front rose by "
        "2.90 mm (2.75 to 3.10) with a time constant of 0.90 s (0.85 to 0.96); "
        "it set out at 3.22 mm/s (3.06 to 3.45) and was still after 2.7 s."
    )
    assert words.headline(second).startswith("After an incomplete blink, ")


def test_the_overview_says_it_plainly() -> None:
    first, _ = build_analysis().summary.intervals
    told = (
        "From the start of the video, the film rose by 2.9 mm, nearly two thirds of it within "
        "0.90 s, and was still after 2.7 s"
    )
    assert words.plain(first) == f"{told}."
    doubtful = first.model_copy(update={"quality": Quality(score=0.2, flags=("low_quality",))})
    assert words.plain(doubtful) == f"{told}; the quality is low, look at the video first."
    excluded = first.model_copy(update={"excluded": Exclusion(reason="the lens moved")})
    assert words.plain(excluded) == "Excluded: the lens moved"


def test_no_film_is_said_and_no_number_invented() -> None:
    part = Part(0, 99, Law(), film=False, flags=("no_film",), score=0.0)
    (result,) = build_analysis((part,)).summary.intervals
    assert words.headline(result).endswith(
        "no moving film was seen; nothing is reported about its spread."
    )
    assert words.state(result) == "empty"
    assert words.overview(build_analysis((part,)).summary) == (
        "One interval between blinks: the spread of the film could not be measured."
    )


def test_a_front_without_film_points_speaks_for_itself() -> None:
    (result,) = build_analysis((Part(0, 99, Law(2.0, 0.5)),)).summary.intervals
    front = result.spread.front
    assert front is not None
    lone = result.spread.model_copy(update={"y": None})
    told = words.headline(result.model_copy(update={"spread": lone}))
    assert "its front rose by 2.00 mm (1.80 to 2.28)" in told
    shaky = lone.model_copy(update={"front": front.model_copy(update={"converged": False})})
    told = words.headline(result.model_copy(update={"spread": shaky}))
    assert told.endswith("gave no law, and that of its front did not settle.")


def test_what_does_not_count_says_why() -> None:
    excluded = Exclusion(reason="contact lens moved", by="A. Reader")
    parts = (
        Part(0, 60, Law(), excluded=excluded),
        Part(61, 120, Law(onset_s=2.1), converged=False),
        Part(121, 180, Law(onset_s=4.1), flags=("low_quality",), score=0.2),
        Part(181, 299, Law(onset_s=6.1)),
    )
    summary = build_analysis(parts).summary
    states = [words.state(result) for result in summary.intervals]
    assert states == ["excluded", "unsettled", "low", "used"]
    assert "Excluded by A. Reader: contact lens moved" in words.remarks(summary.intervals[0])
    assert sentence("not_converged") in words.remarks(summary.intervals[1])
    assert words.overview(summary) == (
        "4 intervals between blinks; in 1 of them the film's spread was measured "
        "well enough to be used."
    )


def test_flags_speak_in_sentences() -> None:
    for flag, text in SENTENCES.items():
        assert sentence(flag) == text
        assert text[0].isupper()
        assert text.endswith(".")
    assert sentence("video_damaged") == SENTENCES["damaged"]
    assert sentence("a_new_one") == "A new one."


def test_remarks_are_the_flags_in_words() -> None:
    result = build_analysis(TWO_PARTS).summary.intervals[1]
    assert words.remarks(result) == [sentence(flag) for flag in result.quality.flags]


def test_a_film_that_was_not_seen_is_told_with_the_time_it_was_looked_for() -> None:
    first, _ = build_analysis().summary.intervals
    nothing = first.model_copy(
        update={
            "spread": first.spread.model_copy(update={"y": None, "front": None}),
            "quality": first.quality.model_copy(update={"flags": ("no_film",)}),
            "observed": first.observed.model_copy(update={"watched_s": 1.84}),
        }
    )
    assert "no moving film was seen in 1.8 s;" in words.headline(nothing)
