"""Several boosters are one: the mean of what they say, each fitted as planned."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from scipy.special import expit, logit

from models.learning.committee import Committee, Member, rolling_margins, seat
from models.learning.conversion import (
    Learnable,
    Recipe,
    faded,
    fit_booster,
    margins,
    margins_of,
)
from models.learning.memory import Memory, remember
from models.learning.splits import Fold, SplitRule, divide
from models.learning.training import Plan, Trainer
from models.points import Floats
from models.treeshap import TreeExplainer
from tests.models.small_models import learnable, timeline

QUICK = Recipe(threads=1, most_rounds=60)


def drifting(n: int = 1600, jump: float = 0.0, seed: int = 5) -> Learnable:
    """One row a day; the log-odds jump by so much in the middle."""
    random = np.random.default_rng(seed)
    values = random.normal(size=(n, 3))
    odds = values[:, 0] - 1 + jump * (np.arange(n) > n / 2)
    outcome = (random.random(n) < expit(odds)).astype(float)
    return learnable(values, outcome, at=np.arange(n, dtype=float))


def committee(*members: Member, **more: float) -> Committee:
    """Trees of depth 2, of rounds that were chosen with 1,000 rows."""
    return Committee(2, members, 1000.0, **more)


# --- one booster of several ----------------------------------------------------------


def test_the_margin_is_the_mean_of_the_members() -> None:
    rows = drifting()
    members = (Member(5, None, 0), Member(9, 0.5, 1))

    text = committee(*members).fit(rows, QUICK, scaled=False)

    each = [
        fit_booster(rows, replace(QUICK, seed=m.seed), depth=2, rounds=m.rounds,
                    memory=m.memory)
        for m in members
    ]  # fmt: skip
    mean = (margins(each[0], rows.encoded) + margins(each[1], rows.encoded)) / 2
    np.testing.assert_allclose(margins_of(text, rows.encoded), mean, atol=1e-12)
    explainer = TreeExplainer(text)
    np.testing.assert_allclose(explainer.margins(rows.encoded), mean, atol=1e-9)


@pytest.mark.parametrize(
    ("rows", "trees"), [(1000, 20), (1400, 28), (4000, 30), (500, 20)]
)
def test_more_rows_get_more_rounds_but_not_without_end(rows: int, trees: int) -> None:
    text = committee(Member(20, None, 0)).fit(drifting(rows), QUICK)

    assert text.count("\nTree=") == trees


def test_a_constant_is_the_log_odds_of_the_rate() -> None:
    rows = drifting()

    text = Committee(0, (Member(1, None, 0), Member(1, None, 1)), 9.0).fit(rows, QUICK)

    told = margins_of(text, rows.encoded[:3])
    assert told == pytest.approx([logit(rows.outcome.mean())] * 3)


def test_no_fold_is_judged_by_what_has_seen_it() -> None:
    rows = drifting()
    folds = (Fold(np.arange(500), np.arange(600, 700)),)
    later = rows.outcome.copy()
    later[500:] = 1 - later[500:]
    plan = committee(Member(9, None, 0))

    told = rolling_margins(plan, rows, folds, QUICK)
    again = rolling_margins(plan, replace(rows, outcome=later), folds, QUICK)

    assert np.flatnonzero(~np.isnan(told)).tolist() == list(range(600, 700))
    np.testing.assert_array_equal(told, again)


# --- the memory ----------------------------------------------------------------------


def remembered(rows: Learnable, *half_lives: float) -> tuple[Memory, ...]:
    """Memories tried over four folds, at depth 1."""
    from models.learning.ladder import climb

    folds = [
        Fold(np.arange(start), np.arange(start, start + 200))
        for start in range(800, 1600, 200)
    ]
    found = climb(rows, folds, QUICK, depths=(1,))
    return remember(rows, folds, QUICK, found, half_lives=half_lives)


def test_what_has_changed_for_good_is_soon_forgotten() -> None:
    best = remembered(drifting(jump=2.5), 0.5, 0.1)[0]

    assert best.half_lives == (0.1,)


def test_where_nothing_changes_little_is_forgotten() -> None:
    tried = remembered(drifting(), 0.5, 0.05)

    loss = {memory.half_lives: memory.loss for memory in tried}
    assert loss[None,] < loss[0.05,]
    assert (None, 0.5, 0.05) in loss  # the hedge is tried, too


def test_rows_without_an_order_forget_nothing() -> None:
    tried = remembered(replace(drifting(), at=np.empty(0)), 0.5)

    assert [memory.half_lives for memory in tried] == [(None,)]


def test_weights_halve_with_each_half_life() -> None:
    # Half-lives of a quarter of a span of eight days: two days.
    told = faded(np.array([0.0, 2.0, 4.0, 8.0]), 0.25)

    assert told.tolist() == [1 / 16, 1 / 8, 1 / 4, 1.0]


# --- the whole training --------------------------------------------------------------


def trained(rows: Learnable, **changed: object) -> tuple[Trainer, Floats]:
    at = timeline(np.arange(len(rows.outcome)), rows.outcome, wait=5)
    plan = Plan((0, 1), (0.5,), 2, 100_000, 1.0)
    plan = replace(plan, **changed)  # type: ignore[arg-type]
    blocks = divide(at, SplitRule(0.25, 6, 20, 10))
    trainer = Trainer(rows, at, blocks, QUICK, plan)
    return trainer, margins_of(
        trainer.fit(trainer.choose().committee, blocks.before), rows.encoded
    )


def test_negatives_left_out_do_not_change_what_is_expected() -> None:
    rows = drifting(6000)
    _, all_of_them = trained(rows)
    _, a_third = trained(rows, negatives=1 / 3)

    whole, sampled = expit(all_of_them).mean(), expit(a_third).mean()

    # Uncorrected odds would be three times as high: a mean of .52 in place of .31.
    assert sampled == pytest.approx(whole, abs=0.02)
    assert whole == pytest.approx(rows.outcome.mean(), abs=0.02)


def test_margins_beyond_are_of_boosters_that_knew_what_was_known_then() -> None:
    rows = drifting(2000)
    trainer, _ = trained(rows)
    plan = trainer.choose().committee
    later = trainer.margins_beyond(plan)

    known = ~np.isnan(later)
    before = set(trainer.blocks.before.tolist())
    assert set(np.flatnonzero(known)) == set(range(2000)) - before
    turned = rows.outcome.copy()
    turned[-200:] = 1 - turned[-200:]
    again = Trainer(
        replace(rows, outcome=turned),
        trainer.timeline,
        trainer.blocks,
        QUICK,
        trainer.plan,
    ).margins_beyond(plan)
    np.testing.assert_array_equal(later[: 2000 - 200], again[: 2000 - 200])


def test_seats_go_round_the_half_lives() -> None:
    found = seat(
        1, Memory((None, 0.5, 0.1), (10, 20, 30), 0.5), members=1, seed=0,
        learnt_from=9.0,
    )  # fmt: skip

    assert [member.rounds for member in found.members] == [10, 20, 30]
