"""Which rows are learnt from depends on their names, and on nothing else."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from models.learning.folds import beyond, coarse
from models.learning.sampling import thin_folds, thinned, with_negatives
from models.learning.splits import Fold, SplitRule, divide
from tests.models.small_models import timeline

KEYS = np.array([f"l{i}@0" for i in range(100)])


def test_few_enough_rows_are_left_alone() -> None:
    rows = np.array([5, 3, 8])

    assert thinned(rows, KEYS, 3).tolist() == [5, 3, 8]


def test_thinning_draws_the_same_rows_on_every_machine() -> None:
    assert thinned(np.arange(100), KEYS, 6).tolist() == [6, 22, 35, 56, 74, 94]


@settings(deadline=None)
@given(st.permutations(range(30)), st.integers(1, 29))
def test_thinning_looks_at_keys_and_not_at_places(order: list[int], most: int) -> None:
    plain = thinned(np.arange(30), KEYS, most)
    shuffled = np.array(order)

    found = shuffled[thinned(np.arange(30), KEYS[shuffled], most)]

    assert sorted(KEYS[found]) == sorted(KEYS[plain])


@settings(deadline=None)
@given(st.integers(1, 98))
def test_a_thinner_drawing_is_part_of_a_fuller_one(most: int) -> None:
    fewer = thinned(np.arange(100), KEYS, most)
    more = thinned(np.arange(100), KEYS, most + 1)

    assert set(fewer) < set(more)
    assert len(fewer) == most


def test_a_fold_learns_from_as_many_rows_as_allowed_and_is_judged_by_half_as_many() -> (
    None
):
    folds = (Fold(np.arange(70), np.arange(70, 100)),)

    (found,) = thin_folds(folds, KEYS, np.zeros(100), most_rows=20)

    assert (len(found.train), len(found.judged)) == (20, 10)
    assert set(found.train) < set(range(70))


@settings(deadline=None)
@given(st.floats(0.05, 0.95))
def test_all_that_converted_are_learnt_from(share: float) -> None:
    outcome = (np.arange(100) % 10 == 0).astype(float)

    kept = with_negatives(np.arange(100), KEYS, outcome, share)

    assert set(np.flatnonzero(outcome == 1)) <= set(kept)
    more = with_negatives(np.arange(100), KEYS, outcome, min(1.0, share + 0.05))
    assert set(kept) <= set(more)


# --- folds ---------------------------------------------------------------------------


def test_joined_folds_judge_the_same_rows_and_learn_what_the_oldest_may() -> None:
    at = timeline(np.arange(2000), np.arange(2000) % 3 == 0, wait=7)
    fine = divide(at, SplitRule(0.25, 8, 20, 5)).folds

    found = coarse(fine)

    assert (len(fine), len(found)) == (8, 4)
    for number, fold in enumerate(found):
        pair = fine[2 * number : 2 * number + 2]
        assert fold.judged.tolist() == [*pair[0].judged, *pair[1].judged]
        assert fold.train.tolist() == pair[0].train.tolist()


def test_the_folds_beyond_go_on_to_the_end_and_keep_the_embargo() -> None:
    at = timeline(np.arange(2000), np.arange(2000) % 3 == 0, wait=7)
    blocks = divide(at, SplitRule(0.25, 8, 20, 5))

    folds = beyond(at, blocks)

    judged = np.concatenate([fold.judged for fold in folds])
    assert sorted(judged) == sorted(set(range(2000)) - set(blocks.before))
    for fold in folds:
        assert at.known_at[fold.train].max() <= at.instant[fold.judged].min()
    sizes = [len(fold.judged) for fold in folds]
    assert max(sizes) <= 1.1 * len(blocks.folds[0].judged)
