"""The promises hold as often as they say, and are drawn blind."""

from __future__ import annotations

import math

import numpy as np
import pytest

from features.errors import ConfigError
from models.evidence import Evidence, hashed, one_per_group
from models.points import Floats
from models.qualifying.capacity import capacity_cutoff, capacity_picks, value_cutoff
from models.qualifying.cutoffs import choose_cutoffs
from models.qualifying.promises import (
    Found,
    NotFound,
    capture_cutoff,
    precision_cutoff,
    precision_of,
    thresholds,
    weighted_precision_cutoff,
)
from models.qualifying.rules import CapacityRule, CutoffRules, PrecisionRule
from tests.models.worlds import Worlds, margin_at


def scored(rows: int, seed: int) -> tuple[Floats, Floats]:
    """True probabilities of about 5 % on average, and outcomes drawn with them."""
    random = np.random.default_rng(seed)
    chance = 1 / (1 + np.exp(-random.normal(-4.0, 1.5, rows)))
    return chance, (random.random(rows) < chance).astype(float)


def parts(found: Found | NotFound) -> tuple[float, int, int, float]:
    """Threshold, rows, conversions and p-value, to be compared approximately."""
    assert isinstance(found, Found)
    return found.threshold, found.rows, found.conversions, found.p_value


# ---- precision


def test_thresholds_start_where_twenty_rows_and_a_verdict_are_possible() -> None:
    chance = np.arange(1, 1001) / 1001  # the best are all but sure to convert

    # .5 to the fourth is below .10, but twenty rows are the least.
    assert int((chance >= thresholds(chance, precision=0.5, delta=0.1)[0]).sum()) == 20
    # .95 to the 44th is .1047, to the 45th .0994.
    assert int((chance >= thresholds(chance, precision=0.95, delta=0.1)[0]).sum()) == 45


def test_thresholds_start_looser_where_the_strictest_has_less_hope_of_passing() -> None:
    # All scores are about .6. Of 20 rows 14 must convert to show a precision of .5
    # (P = .058, of 13 P = .132); 12 are to be expected. Of 500 rows 265 must, and 300
    # are to be expected.
    chance = 0.6 + np.arange(500) / 1e6

    first = thresholds(chance, precision=0.5, delta=0.1)[0]

    assert int((chance >= first).sum()) > 100


def test_thresholds_are_at_most_forty_and_fall_to_the_lowest_score() -> None:
    chance = np.arange(1, 1001) / 1001

    ladder = thresholds(chance, precision=0.5, delta=0.1)

    assert ladder.size <= 40
    assert (np.diff(ladder) < 0).all()
    assert ladder[-1] == chance[0]


def test_the_test_is_the_exact_binomial_one() -> None:
    # One threshold: all 20 rows. P(Bin(20, 1/2) >= 14) = 60,460 / 2^20 = .0577.
    chance = np.full(20, 0.4)
    fourteen = np.arange(20) < 14

    found = precision_cutoff(chance, fourteen, precision=0.5, delta=0.06)

    assert parts(found) == pytest.approx((0.4, 20, 14, 60_460 / 2**20))
    assert isinstance(
        precision_cutoff(chance, fourteen, precision=0.5, delta=0.057), NotFound
    )


def test_stops_at_the_first_failure_however_good_what_follows() -> None:
    # The best 20 rows convert never, all others always.
    chance = np.arange(200, 0, -1) / 201
    outcome = np.arange(200) >= 20

    assert precision_cutoff(chance, outcome, precision=0.5, delta=0.1) == NotFound(
        "at the strictest cutoff tried 0 of 20 groups converted, too few to be sure"
    )


def test_too_few_groups_are_said_to_be_too_few() -> None:
    found = precision_cutoff(
        np.full(90, 0.9), np.ones(90), np.arange(90) // 6, precision=0.5, delta=0.1
    )

    assert found == NotFound(
        "20 independent rows are needed to show it, and there are 15"
    )


@pytest.mark.parametrize(
    ("worlds", "rows", "finds"),
    [
        (Worlds(), 500, 0.25),
        # The scorer ranks well, and its probabilities are far from true before the map.
        (Worlds(spread=3.0, offset=-3.2, slope=0.5), 1_000, 0.2),
    ],
    ids=["24 conversions", "margins too bold"],
)
def test_fault_32_the_precision_promise_is_kept_and_the_naive_cut_breaks_it(
    worlds: Worlds, rows: int, finds: float
) -> None:
    precision, delta, times = 0.25, 0.10, 300
    broken = kept = naive = 0
    for seed in range(1, times + 1):
        block = worlds.drawn(rows, seed)
        calibrator = worlds.drawn(rows, 1_000_000 + seed).calibrator()  # other rows
        found = precision_of(
            block.evidence(calibrator), precision=precision, delta=delta
        )
        if isinstance(found, Found):
            true = worlds.precision_above([margin_at(calibrator, found.threshold)])
            broken += bool(true[0] < precision)
            kept += bool(true[0] >= precision)
        loosest = block.naive_margin(precision)
        if loosest is not None:
            naive += bool(worlds.precision_above([loosest])[0] < precision)

    allowed = delta + 2 * math.sqrt(delta * (1 - delta) / times)
    assert broken / times <= allowed
    assert kept / times > finds  # it does not keep its promise by promising nothing
    assert naive / times > 2 * allowed


def test_fault_32_the_promise_is_kept_where_rows_of_a_group_are_alike() -> None:
    # Groups of 1 to 300 rows share what no margin tells of. Testing all rows as if they
    # were independent would break the promise; one row of each group does not.
    worlds, rows, times = Worlds(hidden=1.5, is_grouped=True), 2_500, 300
    precision, delta = 0.25, 0.10
    broken = kept = alone = 0
    for seed in range(1, times + 1):
        block = worlds.drawn(rows, seed)
        calibrator = worlds.drawn(rows, 1_000_000 + seed).calibrator()
        evidence = block.evidence(calibrator)
        # What is promised by a cutoff in use: by group, or by lead where these differ.
        rule = PrecisionRule(precision, 1 - delta)
        found = choose_cutoffs(CutoffRules(CapacityRule(1.0), rule), evidence).sql
        if found.threshold is not None:
            true = worlds.precision_above([margin_at(calibrator, found.threshold)])
            broken += bool(true[0] < precision)
            kept += bool(true[0] >= precision)
        each = precision_cutoff(
            evidence.probability, evidence.outcome, precision=precision, delta=delta
        )
        if isinstance(each, Found):
            true = worlds.precision_above([margin_at(calibrator, each.threshold)])
            alone += bool(true[0] < precision)

    allowed = delta + 2 * math.sqrt(delta * (1 - delta) / times)
    assert broken / times <= allowed
    assert kept / times > 0.05
    assert alone / times > allowed  # which is why one row of each group is drawn


def test_weighted_precision_is_of_leads_and_not_of_groups() -> None:
    # 60 small accounts convert; 10 large ones of 30 leads never do. By group 60 of 70
    # hold .8; by lead it is 60 of 360.
    group = np.concatenate([np.arange(60), 60 + np.repeat(np.arange(10), 30)])
    outcome = (group < 60).astype(float)
    evidence = Evidence.of(np.full(360, 0.7), outcome, group_id=group)

    assert isinstance(
        precision_cutoff(
            evidence.probability, outcome, group, precision=0.75, delta=0.1
        ),
        Found,
    )
    assert isinstance(
        weighted_precision_cutoff(evidence, precision=0.75, delta=0.1), NotFound
    )
    assert isinstance(
        weighted_precision_cutoff(evidence, precision=0.05, delta=0.1), Found
    )


# ---- drawing


def test_a_draw_takes_each_group_once_and_the_same_row_in_any_order() -> None:
    group = np.array(["a", "b", "a", "c", "a", "b"])
    row = np.array(["1", "2", "3", "4", "5", "6"])
    shuffled = np.array([5, 2, 0, 4, 1, 3])

    drawn = one_per_group(group, "test", row_key=row)
    again = one_per_group(group[shuffled], "test", row_key=row[shuffled])

    assert sorted(group[drawn]) == ["a", "b", "c"]
    assert set(row[drawn]) == set(row[shuffled][again])


def test_a_draw_is_blind_to_score_and_outcome() -> None:
    group = np.arange(300) // 5
    chance, outcome = scored(300, seed=1)

    drawn = Evidence.of(chance, outcome, group_id=group).drawn
    masked = Evidence.of(np.full(300, 0.5), 1 - outcome, group_id=group).drawn

    assert drawn.tolist() == masked.tolist()


def test_a_draw_favours_no_place_in_the_group() -> None:
    drawn = one_per_group(np.arange(4_000) // 4)

    # 1,000 groups of four: 250 each on average, with a standard deviation of 13.7.
    assert np.abs(drawn.reshape(1_000, 4).sum(axis=0) - 250).max() < 55


def test_hashes_are_the_same_on_every_machine() -> None:
    # blake2b, 8 bytes, keyed with the blake2b (16 bytes) of the salt; noted down once.
    assert hashed(["lead-1"], "cutoff").tolist() == [14_400_621_482_156_491_967]


# ---- capture, capacity, value


def test_capture_takes_the_order_statistic_that_can_be_shown() -> None:
    # Of 14 conversions the lowest is safe: .8^14 = .044. The second lowest is not:
    # .8^14 + 14 · .2 · .8^13 = .198.
    chance = np.arange(1, 15) / 20

    sure = capture_cutoff(chance, np.ones(14), capture=0.8, delta=0.05)
    bold = capture_cutoff(chance, np.ones(14), capture=0.8, delta=0.20)

    assert parts(sure) == pytest.approx((0.05, 14, 14, 0.8**14))
    assert parts(bold) == pytest.approx((0.10, 14, 13, 0.8**14 + 2.8 * 0.8**13))
    assert capture_cutoff(chance, np.ones(14), capture=0.8, delta=0.04) == NotFound(
        "15 conversions are needed, and there are 14"
    )


def test_the_capture_promise_is_kept() -> None:
    capture, delta, worlds = 0.8, 0.10, 300
    chance, outcome = scored(400_000, seed=0)
    crowd = chance[outcome == 1]
    broken = 0
    for seed in range(1, worlds + 1):
        found = capture_cutoff(*scored(1_000, seed), capture=capture, delta=delta)
        if isinstance(found, Found):
            broken += bool((crowd >= found.threshold).mean() < capture)

    assert broken / worlds <= delta + 2 * math.sqrt(delta * (1 - delta) / worlds)


def test_capacity_leaves_out_leads_that_tie_across_the_border() -> None:
    chance = [0.9, 0.5, 0.5, 0.1]

    assert capacity_cutoff(chance, 0.5) == Found(0.9, 1)
    assert capacity_cutoff(chance, 0.75) == Found(0.5, 3)
    assert capacity_cutoff([0.5, 0.5], 0.5) == NotFound(
        "100.0% of the snapshots share the highest probability"
    )


def test_capacity_counts_weights() -> None:
    assert capacity_cutoff([0.9, 0.5, 0.1], 0.25, [1, 1, 6]) == Found(0.5, 2)


def test_picks_fill_all_places_and_draw_ties_the_same_way_in_any_order() -> None:
    names = np.array([f"lead-{i}" for i in range(100)])
    back = names[::-1]

    picked = capacity_picks(np.full(100, 0.5), 0.3, names)

    assert int(picked.sum()) == 30
    assert set(names[picked]) == set(back[capacity_picks(np.full(100, 0.5), 0.3, back)])


def test_a_value_cutoff_is_cost_over_value_and_refuses_what_never_pays() -> None:
    assert value_cutoff(value=200, cost=50) == 0.25
    with pytest.raises(ConfigError, match="no lead would ever pay"):
        value_cutoff(value=50, cost=50)
