"""Two scorers on the same rows, none of which the second has seen."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from features.errors import DataError, ModelError, RunError
from models.contract import Contract
from models.promoting.paired import pair
from pipeline.registering.comparison import compare
from pipeline.registering.contenders import Contender, config_of, find_contender
from pipeline.registering.memo import comparison_dict, comparison_lines
from pipeline.sections import Config
from pipeline.stages.order import STAGES
from tests.pipeline.demo_run import RUN, STARTED_AT, Demo


@pytest.fixture(scope="module")
def config(demo: Demo, tmp_path_factory: pytest.TempPathFactory) -> Config:
    """Beside the demo's run another one, ``other``, with other signals."""
    folder = demo.copy(tmp_path_factory.mktemp("two"), runs=True)
    config = demo.changed(folder)
    other = demo.changed(folder, "signals.lookbacks_days=[14]", "train.depths=[1]")
    run = folder / "runs" / "other"
    run.mkdir()
    (run / "tables").symlink_to(folder / "runs" / RUN / "tables")
    for name in ("intake.json", "manifest.json"):
        (run / name).write_bytes((folder / "runs" / RUN / name).read_bytes())
    for stage in STAGES[1:]:
        stage.run(other, run, at=STARTED_AT, say=lambda _: None)
    return config


@pytest.fixture
def first(config: Config) -> Contender:
    return find_contender(config, RUN)


@pytest.fixture
def other(config: Config) -> Contender:
    return find_contender(config, "other")


def _changed(contender: Contender, **contract: Any) -> Contender:
    told: Contract = replace(contender.contract, **contract)
    return replace(contender, bundle=replace(contender.bundle, contract=told))


def _test_rows(contender: Contender) -> pd.DataFrame:
    predicted = pd.read_parquet(contender.run_folder() / "predictions.parquet")
    return predicted.loc[predicted["split"] == "test"]


def test_a_scorer_that_has_seen_the_rows_is_taken_as_it_was_judged(
    config: Config, first: Contender
) -> None:
    found = compare(config, first, first)
    assert (found.ours.taken, found.theirs.taken) == ("judged", "judged")
    assert (found.rows, found.left_out) == (len(_test_rows(first)), 0)
    for figure in found.figures:
        assert figure.ours.value == pytest.approx(figure.theirs.value, abs=1e-12)
        assert figure.difference.value == pytest.approx(0, abs=1e-12)
    assert not found.is_woven
    assert found.signals == ()


def test_signals_woven_over_anothers_tables_are_its_own(
    config: Config, first: Contender, other: Contender
) -> None:
    """The other's probabilities come out as its own run has them, to the last bit."""
    found = compare(config, first, other)
    assert found.is_woven
    ours, theirs = _test_rows(first), _test_rows(other)
    both = ours.merge(theirs, on=["lead_id", "snapshot_at"])
    assert len(both) == found.rows
    expected = pair(
        both["probability_x"], both["probability_y"], both["outcome_x"],
        both["group_id_x"],
    )  # fmt: skip
    assert [f.theirs for f in found.figures] == [f.theirs for f in expected]
    assert [f.difference for f in found.figures] == [f.difference for f in expected]


def test_a_served_scorer_meets_only_rows_later_than_all_it_learnt_from(
    config: Config, first: Contender
) -> None:
    rows = _test_rows(first)
    middle = rows["snapshot_at"].sort_values().iloc[len(rows) // 3]
    early = _changed(first, trained_until=middle.isoformat())
    found = compare(config, first, early)
    assert found.theirs.taken == "served"
    assert found.rows == int((rows["snapshot_at"] >= middle).sum())
    assert found.left_out == len(rows) - found.rows > 0


def test_a_recalibrated_scorer_is_quoted(config: Config, first: Contender) -> None:
    """Its map moved on with the block, so what it said then is all that counts."""
    again = _changed(first, recalibration={"of_run": RUN})
    found = compare(config, first, again)
    assert (found.theirs.taken, found.rows) == ("judged", len(_test_rows(first)))
    assert [f.difference.value for f in found.figures] == [0, 0, 0]


def test_the_contract_says_by_when_the_last_outcome_was_known(first: Contender) -> None:
    spine = pd.read_parquet(first.run_folder() / "spine.parquet")
    # The horizon is 30 days and settling 7; everything mature is learnt from.
    last = spine["snapshot_at"].max() + pd.Timedelta(days=37)
    assert first.contract.trained_until is not None
    assert pd.Timestamp(first.contract.trained_until) == last


def test_a_scorer_that_was_judged_later_leaves_too_few_rows(
    config: Config, first: Contender
) -> None:
    gone = replace(first, folder=None)
    with pytest.raises(DataError, match="too few are new to") as caught:
        compare(config, first, gone)
    assert "0 with 0 conversions" in str(caught.value)
    assert "as it was judged" not in str(caught.value)  # its run folder is not here


def test_one_that_does_not_say_up_to_when_it_learnt_is_refused(
    config: Config, first: Contender
) -> None:
    silent = _changed(first, trained_until=None)
    assert compare(config, first, silent).theirs.taken == "judged"
    silent = replace(silent, folder=None)
    with pytest.raises(ModelError, match="does not say up to when it has learnt"):
        compare(config, first, silent)


@pytest.mark.parametrize(
    ("changed", "what"),
    [
        ({"conversion": "won"}, "the conversion of the first is opportunity"),
        ({"horizon_days": 60.0}, r"the horizon of the first is 30\.0"),
        ({"snapshots": {"rule": "at"}}, "the snapshot rule of the first is"),
    ],
)
def test_probabilities_of_different_things_are_not_compared(
    config: Config, first: Contender, changed: dict[str, Any], what: str
) -> None:
    with pytest.raises(ModelError, match=what):
        compare(config, first, _changed(first, **changed))


def test_a_scorer_whose_attributes_are_missing_is_refused(
    config: Config, first: Contender, other: Contender
) -> None:
    """It was made for a company that knows its leads' shoe sizes."""
    from features.catalogue import catalogue_of
    from features.company import Company

    text = json.dumps(other.contract.company).replace("company_size", "shoe_size")
    company = Company.from_dict(json.loads(text))
    strange = _changed(
        other,
        company=company.to_dict(),
        fingerprint=catalogue_of(company).fingerprint,
    )
    with pytest.raises((ModelError, DataError), match="shoe_size"):
        compare(config, first, strange)


def test_a_changed_run_folder_decides_nothing(
    config: Config, first: Contender, tmp_path: Path
) -> None:
    place = first.run_folder() / "predictions.parquet"
    whole = place.read_bytes()
    rosy = pd.read_parquet(place)
    rosy.assign(probability=rosy["outcome"].astype(np.float64)).to_parquet(place)
    try:
        with pytest.raises(RunError, match="not the file that the run wrote"):
            compare(config, first, first)
    finally:
        place.write_bytes(whole)


def test_the_table_says_what_was_compared_on_which_rows(
    config: Config, first: Contender, other: Contender
) -> None:
    found = compare(config, first, other)
    text = "\n".join(comparison_lines(found))
    assert f"A  run {RUN}, as judged" in text
    assert "B  run other, as judged" in text
    assert f"the same {found.rows:,} snapshots of {found.leads:,} leads" in text
    assert "B's signals were computed anew" in text
    for name in ("AUC", "log loss", "observed / expected"):
        assert f"\n{name} " in text
    assert "A  MQL: " in text
    assert "B  SQL: " in text
    assert "Signals that differ most" in text
    told = json.loads(json.dumps(comparison_dict(found)))
    assert told["figures"][1]["name"] == "log_loss"
    assert told["rows"] == found.rows


def test_a_run_made_before_a_key_existed_has_its_default(
    config: Config, first: Contender
) -> None:
    place = first.run_folder() / "manifest.json"
    whole = place.read_text("utf-8")
    told = json.loads(whole)
    del told["config"]["train"]["monotone"]
    del told["config"]["segments"]
    place.write_text(json.dumps(told), "utf-8")
    try:
        then = config_of(config, first.run_folder())
    finally:
        place.write_text(whole, "utf-8")
    assert then.train.monotone
    assert then.segments.columns == ()


@pytest.mark.parametrize("called", ["nobody", "runs/nowhere"])
def test_a_name_of_nothing_is_one_sentence(config: Config, called: str) -> None:
    with pytest.raises(RunError, match=f"'{called}' is neither a run folder"):
        find_contender(config, called)


def test_the_command_prints_the_table_and_json(
    config: Config, leadlight: Callable[..., Any]
) -> None:
    """With MLflow absent, since both are run folders."""
    folder = Path(config.run.folder).parent
    done = leadlight("compare", RUN, "other", "-q", cwd=folder)
    assert done.code == 0, done.err
    assert done.out.startswith(f"A  run {RUN}, as judged\nB  run other, as judged\n")
    done = leadlight("compare", RUN, "other", "-q", "--json", cwd=folder)
    assert json.loads(done.out)["theirs"]["words"] == "run other"
    assert leadlight("compare", "nobody", RUN, "-q", cwd=folder).sentence
