from __future__ import annotations

import pytest

from segmetrics.types import Score, Scores


@pytest.mark.parametrize("same", [{"area": "small", "iou": 0.5}, {"iou": 0.5, "area": "small"}])
def test_two_scores_of_one_identity_are_refused(same: dict[str, str | float]) -> None:
    scores = [Score(id="ap", value=0.5, over={"area": "small", "iou": 0.5}), Score(id="ap", value=0.5)]
    assert len(Scores(scores)) == 2
    with pytest.raises(ValueError, match=r"^two scores are 'ap' over {.*'area': 'small'.*}$"):
        Scores([*scores, Score(id="ap", value=0.7, over=same)])


def test_scores_are_shown_in_a_line() -> None:
    undefined = Score(id="ar", value=None, over={"area": "large", "max_dets": 100})
    scores = [Score(id="ap", value=2 / 3), Score(id="ap", value=0.5, over={"iou": 0.5}), undefined]
    shown = "ap=0.6667, ap[iou=0.5]=0.5, ar[area=large, max_dets=100]=None"
    assert repr(Scores(scores)) == f"Scores({shown})"
    assert repr(Scores([*scores, Score(id="n", value=1)])) == f"Scores({shown}, ... 4 in all)"
    assert repr(Scores([])) == "Scores()"
