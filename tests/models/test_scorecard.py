"""The scorecard: a logistic regression that is written as trees."""

from __future__ import annotations

from typing import Any

import lightgbm
import numpy as np
import pytest
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import log_loss, roc_auc_score

from features.errors import DataError
from models.evidence import hashed
from models.learning import scorecard
from models.learning.conversion import Learnable
from models.learning.scorecard import BANDS, fit_scorecard
from models.points import Floats
from models.treeshap import TreeExplainer
from tests.models.small_models import learnable, mixed_rows


def _rows(n: int, seed: int) -> Learnable:
    values = mixed_rows(n, seed=seed)
    odds = values[:, 0] + (np.nan_to_num(values[:, 1]) > 0) - values[:, 3] / 2 - 1
    odds += np.where(np.isnan(values[:, 1]), 1.5, 0.0) + (values[:, 2] == 1)
    noise = np.random.default_rng(seed + 100).logistic(size=n)
    return learnable(values, (odds + noise > 0).astype(float), categorical=(2,))


def _margins(text: str, values: Floats) -> Floats:
    booster = lightgbm.Booster(model_str=text)
    return np.asarray(booster.predict(values, raw_score=True), dtype=np.float64)


def test_says_what_the_regression_on_its_bands_says() -> None:
    # One flag, one penalty: the regression can be fitted by hand beside it.
    flag = np.tile([0.0, 1.0], 100)
    outcome = np.where(np.arange(200) % 5 == 0, 1 - flag, flag)
    card = fit_scorecard(learnable(flag[:, None], outcome), strengths=(0.5,))
    model = LogisticRegression(C=0.5).fit(flag[:, None], outcome)
    expected = model.decision_function([[0.0], [1.0]])
    found = _margins(card.text, np.array([[0.0], [1.0]]))
    np.testing.assert_allclose(found, expected, atol=1e-6)


def test_is_no_worse_than_a_plain_regression_on_later_rows() -> None:
    rows, later = _rows(800, seed=1), _rows(2000, seed=2)
    margin = _margins(fit_scorecard(rows).text, later.encoded)
    filled = np.nan_to_num(rows.encoded, nan=0.0)
    plain = LogisticRegression(max_iter=500).fit(filled, rows.outcome)
    theirs = plain.decision_function(np.nan_to_num(later.encoded, nan=0.0))
    ours_loss = log_loss(later.outcome, 1 / (1 + np.exp(-margin)))
    assert ours_loss < log_loss(later.outcome, 1 / (1 + np.exp(-theirs)))
    assert roc_auc_score(later.outcome, margin) > 0.7


def test_missing_has_points_of_its_own() -> None:
    card = fit_scorecard(_rows(800, seed=1))
    middle = np.array([[1.0, 0.0, 2.0, 2.0], [1.0, np.nan, 2.0, 2.0]])
    number, missing = _margins(card.text, middle)
    assert missing > number + 0.3  # 1.5 was put in


def test_what_training_never_saw_changes_nothing_on_average() -> None:
    values = mixed_rows(400, seed=3)
    values[:, 1] = np.nan_to_num(values[:, 1])
    values[:, 2] = np.where(values[:, 2] == 0, 1, np.nan_to_num(values[:, 2], nan=1.0))
    outcome = (values[:, 2] + values[:, 1] > 1.5).astype(float)
    card = fit_scorecard(learnable(values, outcome, categorical=(2,)))
    strange = np.tile(values[:1], (2, 1))
    strange[0, 2] = 0.0  # a category that was never seen
    strange[1, 2] = np.nan  # missing, which was never seen either
    each = np.repeat(values[:1], len(values), axis=0)
    each[:, 2] = values[:, 2]
    mean = _margins(card.text, each).mean()
    np.testing.assert_allclose(_margins(card.text, strange), mean, atol=1e-9)


def test_has_six_bands_a_number_at_most() -> None:
    values = np.linspace(0, 1, 500)[:, None]
    card = fit_scorecard(learnable(values, (values[:, 0] > 0.5).astype(float)))
    assert len(np.unique(_margins(card.text, values).round(9))) == BANDS


def test_is_the_same_again_and_in_another_order_of_columns() -> None:
    rows = _rows(400, seed=5)
    assert fit_scorecard(rows).text == fit_scorecard(rows).text
    turned = learnable(rows.encoded[:, ::-1], rows.outcome, categorical=(1,))
    there = _margins(fit_scorecard(turned).text, rows.encoded[:, ::-1])
    here = _margins(fit_scorecard(rows).text, rows.encoded)
    np.testing.assert_allclose(there, here, atol=1e-3)  # the optimiser's own tolerance


def test_is_explained_to_the_last_digit() -> None:
    rows = _rows(400, seed=5)
    explainer = TreeExplainer(fit_scorecard(rows).text, [[0, 3], [1], [2]])
    parts = explainer.contributions(rows.encoded)
    margin = _margins(fit_scorecard(rows).text, rows.encoded)
    total = explainer.baseline + parts.sum(axis=1)
    np.testing.assert_allclose(total, margin, atol=1e-9)


def test_of_noise_the_strongest_penalty_is_taken() -> None:
    values = np.random.default_rng(1).normal(size=(300, 8))
    outcome = (np.random.default_rng(2).random(300) < 0.3).astype(float)
    assert fit_scorecard(learnable(values, outcome)).strength == 0.003


@pytest.mark.parametrize("outcome", [0.0, 1.0])
def test_one_outcome_only_is_refused(outcome: float) -> None:
    with pytest.raises(DataError, match="that converted and leads that did not"):
        fit_scorecard(learnable(mixed_rows(20, seed=1), np.full(20, outcome)))


def test_a_column_that_is_empty_has_no_weight() -> None:
    values = np.column_stack([np.full(100, np.nan), np.tile([0.0, 1.0], 50)])
    card = fit_scorecard(learnable(values, values[:, 1]))
    assert card.columns == 1
    assert np.isfinite(_margins(card.text, values)).all()


def test_weaker_penalties_are_tried_only_while_the_loss_falls(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    tried: list[float] = []
    plain = scorecard._fit

    def fit(design: Any, outcome: Floats, strength: float, start: Any = None) -> Any:
        tried.append(strength)
        return plain(design, outcome, strength, start)

    monkeypatch.setattr(scorecard, "_fit", fit)
    noise = np.random.default_rng(5).normal(size=(400, 30))
    card = fit_scorecard(learnable(noise, np.tile([0.0, 1.0], 200)))
    # Of noise the less the better: two strengths of four folds, and the last fit.
    assert tried == [0.003] * 4 + [0.01] * 4 + [0.003]
    assert card.strength == 0.003


@pytest.mark.parametrize("seed", range(4))
def test_what_is_chosen_is_what_trying_every_penalty_from_cold_would_choose(
    seed: int,
) -> None:
    rows = _rows(600, seed=seed)
    chosen = fit_scorecard(rows).strength
    bands = [scorecard._Band.of(rows, c) for c in range(rows.encoded.shape[1])]
    design = scorecard._design(rows.encoded, bands)
    fold = hashed(rows.group, "scorecard") % np.uint64(4)
    losses = []
    for strength in scorecard.STRENGTHS:
        loss = np.empty(len(rows.outcome))
        for k in range(4):
            new = fold == k
            weight, intercept = scorecard._fit(
                design[~new], rows.outcome[~new], strength
            )
            margin = design[new] @ weight + intercept
            loss[new] = np.logaddexp(0, (1 - 2 * rows.outcome[new]) * margin)
        losses.append(loss)
    best = min(losses, key=lambda each: float(each.mean()))
    groups = np.unique(rows.group.astype(str), return_inverse=True)[1]
    good = [scorecard._is_as_good(loss - best, groups) for loss in losses]
    assert chosen == scorecard.STRENGTHS[good.index(True)]
