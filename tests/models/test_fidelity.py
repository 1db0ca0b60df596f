"""What a card loses against its model, on a case small enough to count."""

from __future__ import annotations

import numpy as np
import pytest

from features.errors import DataError
from models.carding.fidelity import CardCutoffs, card_cutoffs, fidelity
from models.points import Scale
from models.qualifying.cutoffs import Cutoffs
from tests.models.small_models import cutoff

# Margin 0 is 50 points, and each of log-odds of ln 2 ten points more.
SCALE = Scale(0.0, 1.0, 0.0)
STEP = np.log(2)
MARGIN = np.array([-STEP, 0.0, STEP, 2 * STEP])  # 40, 50, 60 and 70 points
OUTCOME = np.array([0.0, 1.0, 0.0, 1.0])
NONE = np.array(["none"] * 4)


def test_figures_of_four_leads_are_counted_by_hand() -> None:
    card = np.array([40.0, 60.0, 50.0, 70.0])  # the second and the third turned round
    named = CardCutoffs(60, None).qualification(card), NONE
    found = fidelity(card, MARGIN, SCALE, OUTCOME, named=named, draws=0)
    assert found.rows == 4
    assert found.rank_correlation == pytest.approx(0.8)  # 1 - 6·2 / (4·15)
    assert found.same_qualification == 0.5
    assert found.difference_points == 5.0
    # Of the four pairs of a conversion and none, the model has three right.
    assert found.auc.ours.value == 0.75
    assert found.auc.theirs.value == 1.0
    # Chances 1/3, 1/2, 2/3, 4/5 by the model, and 1/3, 2/3, 1/2, 4/5 by the card.
    model = -np.log([2 / 3, 1 / 2, 1 / 3, 4 / 5]).mean()
    theirs = -np.log([2 / 3, 2 / 3, 1 / 2, 4 / 5]).mean()
    assert found.log_loss.ours.value == pytest.approx(model)
    assert found.log_loss.theirs.value == pytest.approx(theirs)
    assert found.log_loss.difference.value == pytest.approx(model - theirs)


def test_a_card_that_is_its_model_loses_nothing() -> None:
    card = SCALE.points(MARGIN)
    found = fidelity(card, MARGIN, SCALE, OUTCOME, named=(NONE, NONE), draws=0)
    assert found.rank_correlation == pytest.approx(1.0)
    assert found.same_qualification == 1.0
    assert found.difference_points == pytest.approx(0.0)
    assert found.log_loss.difference.value == pytest.approx(0.0)


def test_a_card_of_one_number_has_no_ranks() -> None:
    card = np.full(4, 50.0)
    found = fidelity(card, MARGIN, SCALE, OUTCOME, named=(NONE, NONE), draws=0)
    assert np.isnan(found.rank_correlation)
    assert found.to_dict()["rank_correlation"] is None


def test_as_many_qualify_by_the_card_as_by_the_model() -> None:
    cutoffs = Cutoffs(cutoff("mql", 0.5), cutoff("sql", 0.75))
    card = np.array([30.0, 45.0, 52.0, 58.0])
    # By the model three reach one half, and one reaches three quarters.
    own = card_cutoffs(card, SCALE.probability(MARGIN), cutoffs)
    assert own == CardCutoffs(45, 58)


def test_cutoffs_of_a_card_nest_and_may_be_none() -> None:
    flat = np.array([40.0, 40.0, 40.0, 40.0])
    chance = SCALE.probability(MARGIN)
    both = Cutoffs(cutoff("mql", 0.5), cutoff("sql", 0.75))
    assert card_cutoffs(flat, chance, both) == CardCutoffs(40, 41)
    nobody = Cutoffs(cutoff("mql", None), cutoff("sql", None))
    own = card_cutoffs(flat, chance, nobody)
    assert own == CardCutoffs(None, None)
    assert own.qualification(flat).tolist() == ["none"] * 4


def test_a_card_without_steps_lets_nobody_through_rather_than_everybody() -> None:
    """One of twenty qualifies by the model: none is nearer to that than all are."""
    chance = np.r_[0.9, np.full(19, 0.1)]
    own = card_cutoffs(
        np.full(20, 50.0), chance, Cutoffs(cutoff("mql", 0.5), cutoff("sql", None))
    )
    assert own == CardCutoffs(51, None)
    assert set(own.qualification(np.full(20, 50.0))) == {"none"}


def test_needs_leads() -> None:
    none = np.empty(0)
    with pytest.raises(DataError, match="leads"):
        fidelity(none, none, SCALE, none, named=(NONE, NONE))
