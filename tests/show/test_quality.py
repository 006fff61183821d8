"""The quality score and what it says to expect."""

import pytest

from easytear.show.quality import expected_error, quality_word, score_of


@pytest.mark.parametrize(
    ("error", "word", "said"),
    [(0.02, "good", "about 2 %"), (0.08, "fair", "about 8 %"), (0.16, "low", "about 16 %")],
)
def test_a_score_says_what_error_to_expect(error, word, said):
    score = score_of(error)
    assert quality_word(score) == word
    assert expected_error(score) == said


def test_no_score_promises_nothing():
    assert expected_error(0.0) == "not told"
    assert expected_error(score_of(2.0)) == "above 50 %"
