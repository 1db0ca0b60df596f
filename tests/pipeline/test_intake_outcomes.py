"""Intake of outcomes: one stage under two labels, texts decided and not."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from features.engine import open_engine
from models.contract import Contract
from models.wording import Wording
from pipeline.intake import IntakeReport
from pipeline.intake.outcome_column import outcome_sql
from pipeline.intake.texts import OutcomeText
from pipeline.sections import OutcomeConfig
from tests.pipeline.run_folders import dated_config, flat_config
from tests.pipeline.small_nights import small_contract

Intake = Callable[..., IntakeReport]
Table = Callable[..., list[dict[str, Any]]]

LONG = "lead,stage,on\na,Opportunity,2026-02-01\nb,opportunity,2026-02-02\n"
STAGES = {"from": "l.csv", "columns": {}, "milestone": "stage", "reached_at": "on"}
TEXTS = "id,n,became\na,1,Won\nb,2,Lost\nc,3,Open\nd,4,Open\ne,5,Gone\nf,6,\n"
FLAT: dict[str, Any] = {
    "leads": {"from": "flat.csv", "lead_id": "id", "order_by": "n"},
    "touches": None,
    "milestones": None,
    "snapshots": {"rule": "export"},
}


def test_a_stage_with_two_labels_counts_as_one(intake: Intake, table: Table) -> None:
    labels = {"Opportunity": "opportunity", "Oportunity": "opportunity"}
    report = intake({"l.csv": LONG}, milestones={**STAGES, "labels": labels})
    assert [row["milestone"] for row in table("milestones")] == ["opportunity"] * 2
    [source] = report.of("milestones")
    assert source.relabelled == {"Opportunity": 1, "Oportunity": 0}


@pytest.mark.parametrize(
    ("milestones", "said"),
    [
        ({"labels": {"Won": "won"}}, "'labels' renames texts of the column"),
        ({**STAGES, "labels": {"a": "b", "b": "c"}}, "'labels' renames 'b', which is"),
    ],
)
def test_labels_that_rename_nothing_or_twice_are_refused(
    intake: Intake, milestones: dict[str, Any], said: str
) -> None:
    with pytest.raises(ValidationError, match=said):
        intake({"l.csv": LONG}, milestones=milestones)


@pytest.mark.parametrize(
    ("lists", "outcomes"),
    [
        ({}, [1, 0, 0, 0, 0, None]),
        ({"undecided": ["Open"]}, [1, 0, None, None, 0, None]),
        ({"negative": ["Lost"]}, [1, 0, None, None, None, None]),
        (
            {"negative": ["Lost", "Gone"], "undecided": ["Open"]},
            [1, 0, None, None, 0, None],
        ),
    ],
)
def test_what_is_not_decided_has_no_outcome(
    intake: Intake,
    table: Table,
    lists: dict[str, list[str]],
    outcomes: list[int | None],
) -> None:
    outcome = {"conversion": None, "column": "became", "positive": "Won", **lists}
    report = intake({"flat.csv": TEXTS}, **FLAT, outcome=outcome)
    assert [row["outcome"] for row in table("leads")] == outcomes
    told = report.of("leads")[0].outcome_texts
    assert told[0] == OutcomeText("Open", 2, outcomes[2])
    assert sum(t.rows for t in told) == 6
    assert OutcomeText("", 1, None) in told


@pytest.mark.parametrize(
    ("lists", "said"),
    [
        ({"negative": ["Won"]}, "twice stand: 'Won'"),
        ({"negative": ["x"], "undecided": ["x"]}, "twice stand: 'x'"),
        ({"undecided": ["x", "x"]}, "twice stand: 'x'"),
    ],
)
def test_a_text_means_one_thing(lists: dict[str, list[str]], said: str) -> None:
    raw = {"column": "became", "positive": "Won", "settling_days": 0, **lists}
    with pytest.raises(ValidationError, match=said):
        OutcomeConfig.model_validate(raw)


def test_lists_of_texts_have_no_place_beside_milestones() -> None:
    raw = {"conversion": "won", "horizon_days": 3, "settling_days": 0}
    with pytest.raises(ValidationError, match="stand in 'closed_by'"):
        OutcomeConfig.model_validate({**raw, "undecided": ["open"]})


WORDS = ("won", "lost", "open", "gone", "true", "1")


@given(
    st.sampled_from(WORDS),
    st.lists(st.sampled_from(["lost", "gone"]), unique=True),
    st.lists(st.sampled_from(["open", "0"]), unique=True),
    st.sampled_from([*WORDS, None]),
)
def test_a_text_is_read_as_the_lists_say(
    positive: str, negative: list[str], undecided: list[str], text: str | None
) -> None:
    if positive in {*negative, *undecided}:
        return
    outcome = OutcomeConfig(
        settling_days=0,
        column="c",
        positive=positive,
        negative=tuple(negative),
        undecided=tuple(undecided),
    )
    same = {"true": "1", "false": "0"}
    plain = None if text is None else same.get(text, text)
    wanted: int | None
    if plain is None or plain in undecided:
        wanted = None
    elif plain == same.get(positive, positive):
        wanted = 1
    else:
        wanted = 0 if not negative or plain in negative else None
    cell = "CAST(NULL AS VARCHAR)" if text is None else f"'{text}'"
    [(told,)] = ENGINE.execute(f"SELECT {outcome_sql(cell, outcome)}").fetchall()
    assert told == wanted


ENGINE = open_engine(threads=1)


# --- said the right way round --------------------------------------------------------


@pytest.mark.parametrize(
    ("outcome", "event"),
    [
        ({"column": "lapsed", "positive": "0"}, "lapsed = 0"),
        ({"column": "lapsed", "positive": "no"}, "lapsed = no"),
        ({"column": "won", "positive": "1"}, "won"),
        ({"column": "won", "positive": "Yes"}, "won"),
        ({"column": "stage", "positive": "Won"}, "stage = Won"),
        ({"conversion": "opportunity", "horizon_days": 30}, "opportunity"),
    ],
)
def test_the_chance_is_of_what_the_configuration_says_converts(
    outcome: dict[str, Any], event: str
) -> None:
    config = dated_config() if "conversion" in outcome else flat_config()
    raw = {**config.outcome.model_dump(), "column": None, "positive": None}
    raw |= {"conversion": None, "closed_by": (), "horizon_days": None} | outcome
    assert OutcomeConfig.model_validate(raw).event == event
    contract = small_contract(conversion=event)
    assert Wording.from_dict(json.loads(contract.to_json())).conversion == event


def test_a_conversion_has_words_of_its_own() -> None:
    contract = small_contract(conversion="lapsed = 0", words="renewal")
    again = Contract.from_json(contract.to_json())
    assert (again.conversion, again.words) == ("lapsed = 0", "renewal")
    assert Wording.from_dict(json.loads(contract.to_json())).conversion == "renewal"
