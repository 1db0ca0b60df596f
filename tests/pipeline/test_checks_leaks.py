"""Planted leaks, and the columns they are planted among."""

from __future__ import annotations

import warnings
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from features.errors import ModelError
from models.named_booster import NamedBooster
from pipeline.artefacts import ENCODING, FEATURES, QUALITY
from pipeline.checks import CHECKS, Answer, Finding
from pipeline.checks.case import Case
from pipeline.checks.sample import Sample, best_auc, drawn_rows
from tests.pipeline.run_folders import fitted, flat_config, flat_run

pytestmark = pytest.mark.filterwarnings("ignore:Series.values returning an ndarray")

ROWS = 800
RANDOM = np.random.default_rng(7)
OUTCOME = (RANDOM.random(ROWS) < 0.4).astype(int)
# Honest columns: each knows a little, none knows much.
HONEST = {
    f"honest_{i}": [f"{v:.3f}" for v in RANDOM.normal(0.5 * OUTCOME, 1)]
    for i in range(4)
}


def found(code: str, case: Case) -> Finding:
    return next(c for c in CHECKS if c.code == code).finding(case)


def run(folder: Path, **columns: Any) -> Case:
    return fitted(flat_run(folder, {**HONEST, **columns}, list(OUTCOME)))


def with_auc(case: Case, auc: float | None) -> Case:
    """The same run, its test block judged with an AUC."""
    QUALITY.write({"test": {"auc": {"value": auc}}}, case.folder / QUALITY.file)
    return Case(case.config, case.folder)


@pytest.fixture(scope="module")
def honest(tmp_path_factory: pytest.TempPathFactory) -> Case:
    with warnings.catch_warnings():  # a module's fixture escapes the mark above
        warnings.filterwarnings("ignore", "Series.values returning an ndarray")
        return run(tmp_path_factory.mktemp("honest"))


def _converted(lead_ids: tuple[str, ...]) -> list[int]:
    return [int(OUTCOME[int(lead.removeprefix("lead-"))]) for lead in lead_ids]


@pytest.mark.parametrize("sign", ["", "-"])
def test_ll203_fires_on_a_copy_of_the_outcome(sign: str, tmp_path: Path) -> None:
    told = found("LL203", run(tmp_path, status=[f"{sign}{1 + v}" for v in OUTCOME]))
    assert told.answer is Answer.ISSUE
    assert told.said.startswith("status alone has an AUC of 1.000")
    assert _converted(told.examples) == [1, 1, 1]


def test_ll203_fires_on_a_category_that_names_the_outcome(tmp_path: Path) -> None:
    words = [("lost", "won")[v] if i % 40 else "open" for i, v in enumerate(OUTCOME)]
    told = found("LL203", run(tmp_path, stage=words))
    assert told.said.startswith("stage alone has an AUC of ")
    assert 0.95 < float(told.figures["auc"]) < 1


def test_ll203_fires_on_an_id_given_out_in_the_order_of_the_outcome(
    tmp_path: Path,
) -> None:
    ids = np.empty(ROWS, dtype=int)
    ids[np.argsort(OUTCOME, kind="stable")] = 70_000 + np.arange(ROWS)
    told = found("LL203", run(tmp_path, contract_number=[str(v) for v in ids]))
    assert told.said.startswith("contract_number alone has an AUC of 1.000")


def test_ll203_fires_on_a_column_with_more_than_half_of_the_gain(
    tmp_path: Path,
) -> None:
    known = RANDOM.normal(2 * OUTCOME, 1)  # an AUC of .92, and much the best
    told = found("LL203", run(tmp_path, rating=[f"{v:.3f}" for v in known]))
    assert told.answer is Answer.ISSUE
    assert "of the booster's gain" in told.said
    assert told.said.startswith("rating alone holds ")
    assert len(told.examples) == 3


def test_ll203_is_silent_on_honest_columns(honest: Case) -> None:
    told = found("LL203", honest)
    assert told.answer is Answer.PASSED
    assert 0.5 < float(told.figures["auc"]) < 0.75


def test_ll203_is_silent_on_a_category_of_names_that_repeat_no_outcome(
    tmp_path: Path,
) -> None:
    # In-sample, the rates of 100 categories would tell much more than they know.
    names = [f"name-{i % 100}" for i in RANDOM.permutation(ROWS)]
    told = found("LL203", run(tmp_path, who=names))
    assert told.answer is Answer.PASSED
    assert not told.said.endswith("(who).")


@pytest.mark.parametrize(
    ("noise", "answer"), [(0.03, Answer.ISSUE), (0.13, Answer.TIP)]
)
def test_ll204_fires_on_a_column_filled_for_those_who_convert(
    noise: float, answer: Answer, tmp_path: Path
) -> None:
    flipped = (RANDOM.random(ROWS) < noise) != (OUTCOME == 1)
    # What it says means nothing: only that it says something.
    values = [f"{v:.3f}" if f else None for v, f in zip(
        RANDOM.normal(size=ROWS), flipped, strict=True)]  # fmt: skip
    told = found("LL204", run(tmp_path, notes=values))
    assert told.answer is answer
    assert told.said.startswith("Whether notes is filled at all has an AUC of ")
    assert _converted(told.examples) == [1, 1, 1]


def test_ll204_is_silent_where_holes_mean_nothing(tmp_path: Path) -> None:
    holes = [None if hole else "1" for hole in RANDOM.random(ROWS) < 0.3]
    assert found("LL204", run(tmp_path, plain=holes)).answer is Answer.PASSED


def test_ll204_is_silent_where_there_are_no_holes(honest: Case) -> None:
    told = found("LL204", honest)
    assert told.said == "No column is filled in some rows and empty in others."


def test_too_few_conversions_are_not_judged(tmp_path: Path) -> None:
    case = run(tmp_path)
    few = np.zeros(ROWS)
    few[:19] = 1
    case.__dict__["spine"] = case.spine.assign(outcome=few)
    for code in ("LL203", "LL204"):
        told = found(code, case)
        assert told.answer is Answer.SKIPPED
        before, test = 3 * ROWS // 4, ROWS // 4
        assert told.said == (
            f"19 of {before} snapshots before the test block were followed by a "
            f"conversion, and 0 of {test} on it: too few, since an AUC wants 20 of "
            "either outcome on one side. Wait for 1 more."
        )


def test_ll205_fires_and_lists_what_has_to_go(tmp_path: Path) -> None:
    leaks = {
        name: [f"{v:.3f}" for v in RANDOM.normal(4 * OUTCOME, 1)]
        for name in ("Tags", "Lead Quality")
    }
    told = found("LL205", with_auc(run(tmp_path, **leaks), 0.999))
    assert told.answer is Answer.ISSUE
    assert told.figures["removed"] == 2
    assert "Tags" in told.said
    assert "Lead Quality" in told.said
    assert float(told.figures["auc_without"]) < 0.93
    assert len(told.examples) == 3


def test_ll205_fires_on_a_single_signal_too(tmp_path: Path) -> None:
    case = flat_run(tmp_path, {"copy": [str(v) for v in OUTCOME]}, list(OUTCOME))
    told = found("LL205", with_auc(fitted(case), 1.0))
    assert told.answer is Answer.ISSUE
    assert "Without copy it would be 0.500" in told.said


def test_ll205_fires_and_says_when_no_list_is_long_enough(tmp_path: Path) -> None:
    leaks = {
        f"leak_{i}": [f"{v:.3f}" for v in RANDOM.normal(6 * OUTCOME, 1)]
        for i in range(9)
    }
    told = found("LL205", with_auc(run(tmp_path, **leaks), 0.999))
    assert told.figures["removed"] == 8
    assert "Even without leak_" in told.said


def test_ll205_is_silent_on_skill_that_may_be_true(honest: Case) -> None:
    told = found("LL205", with_auc(honest, 0.93))
    assert told.said == "The test AUC is 0.930."
    assert told.answer is Answer.PASSED


def test_ll205_cannot_judge_a_block_of_one_outcome(honest: Case) -> None:
    assert found("LL205", with_auc(honest, None)).answer is Answer.SKIPPED


def test_ll206_fires_on_skill_that_rests_on_one_signal(tmp_path: Path) -> None:
    known = [f"{v:.3f}" for v in RANDOM.normal(2 * OUTCOME, 1)]
    told = found("LL206", run(tmp_path, rating=known))
    assert told.answer is Answer.TIP
    assert told.said.startswith("Without rating the AUC of a quick booster falls")
    assert float(told.figures["drop"]) > 0.05


def test_ll206_is_silent_where_two_signals_say_the_same(tmp_path: Path) -> None:
    known = RANDOM.normal(2 * OUTCOME, 1)
    columns = {
        name: [f"{v:.3f}" for v in known + RANDOM.normal(0, 0.05, ROWS)]
        for name in ("one", "other")
    }
    assert found("LL206", run(tmp_path, **columns)).answer is Answer.PASSED


def test_ll206_has_nothing_to_remove_from_one_signal(tmp_path: Path) -> None:
    case = flat_run(tmp_path, {"one": HONEST["honest_1"]}, list(OUTCOME))
    assert found("LL206", fitted(case)).answer is Answer.NOT_APPLICABLE


def test_personal_values_are_never_said(tmp_path: Path) -> None:
    secret = [f"9{v}55501" for v in OUTCOME]
    case = run(tmp_path, phone=secret)
    config = flat_config(attributes={"phone": {"personal": True}})
    told = found("LL203", Case(config, case.folder))
    assert told.answer is Answer.ISSUE
    assert not any(v in told.said for v in set(secret))


@pytest.mark.parametrize("first", [True, False])
def test_fault_76_a_column_is_named_by_the_booster_that_reads_it(
    tmp_path: Path, first: bool
) -> None:
    """The served booster reads two columns that were constant before the test block."""
    case = run(tmp_path, rating=[f"{v:.3f}" for v in RANDOM.normal(2 * OUTCOME, 1)])
    new = [{"name": "company_size", "low": 0.0, "high": 1.0}] * 2
    read = case.encoding["judged_features"]
    told = {"features": [*new, *read] if first else [*read, *new]}
    ENCODING.write(case.encoding | told, case.folder / ENCODING.file)
    features = case.features.assign(company_size=RANDOM.random(ROWS))
    FEATURES.write(features, case.folder / FEATURES.file)
    again = found("LL203", Case(case.config, case.folder))
    assert again.said.startswith("rating alone holds ")
    assert again.said == found("LL203", case).said


def test_a_booster_goes_nowhere_without_its_columns(honest: Case) -> None:
    booster = honest.judged
    assert booster.names == ("honest_0", "honest_1", "honest_2", "honest_3")
    assert sum(booster.gain_share.values()) == pytest.approx(1)
    assert booster.used == {*booster.names}
    with pytest.raises(ModelError, match="reads 4 columns, of which 3 are named"):
        NamedBooster(booster.text, booster.features[:3])
    constant = NamedBooster(
        "max_feature_idx=0\nsplit_feature=\nsplit_gain=\n", [{"name": "a"}]
    )
    assert (constant.gain_share, constant.used) == ({"a": 0.0}, frozenset())


def test_a_column_is_judged_in_the_better_direction_and_with_its_holes() -> None:
    outcome = np.array([0.0, 0.0, 1.0, 1.0])
    # Four pairs: the holes stand on either end of the order.
    assert best_auc(np.array([4.0, 3, 2, 1]), outcome) == 1
    assert best_auc(np.array([1.0, 2, np.nan, np.nan]), outcome) == 1
    assert best_auc(np.full(4, np.nan), outcome) == 0.5


def test_whole_leads_are_drawn_and_always_the_same() -> None:
    leads = np.repeat(np.array([f"lead-{i}" for i in range(500)], object), 4)
    rows = drawn_rows(leads, 400)
    kept = leads[rows]
    assert 250 < len(rows) < 550
    assert all((kept == lead).sum() == 4 for lead in set(kept))
    # The drawing looks at the lead and at nothing else.
    assert set(leads[::-1][drawn_rows(leads[::-1], 400)]) == set(kept)


def test_the_rates_of_categories_come_from_other_rows() -> None:
    codes = np.array([[1.0], [2.0]])
    known = Sample(
        ("c",), (0,), codes, np.array([1.0, 0.0]),
        np.array(["a", "b"], object), np.array(["a", "b"], object),
    )  # fmt: skip
    later = known.take(np.array([0, 1]))
    # (1 + .5) / (1 + 1) and (0 + .5) / (1 + 1)
    assert later.telling(0, known).tolist() == [0.75, 0.25]
