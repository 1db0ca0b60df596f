"""What the features' SQL reads, and where: no outcome is in it."""

from __future__ import annotations

import pytest
import sqlglot
from sqlglot import exp

from features.past.known import Held
from features.past.limits import Limits
from features.past.query import Step
from features.weave import weaving_plan
from tests.features.small_worlds import CATALOGUE, COMPANY

NAMES = frozenset(a.name for a in COMPANY.attributes)
HELD = Held(NAMES, frozenset({"industry"}), NAMES)
PLAN = weaving_plan(CATALOGUE, HELD, Limits())
TREES = {s.name: sqlglot.parse_one(s.query, read="duckdb") for s in PLAN}
OF_SPINE = {"row", "lead_id", "account_id", "created_at", "snapshot_at", "deadline_at"}


def readers_of(name: str) -> set[str]:
    """The steps that read a table or another step."""
    return {
        step
        for step, tree in TREES.items()
        if name in {t.name for t in tree.find_all(exp.Table)}
    }


def test_milestones_are_read_as_facts_about_colleagues_and_as_nothing_else() -> None:
    assert readers_of("milestones") == {"facts"}
    # From the facts there is one way to the answers …
    for step, reader in (
        ("facts", "passed"), ("passed", "line"), ("line", "counted"),
        ("counted", "over_accounts"), ("over_accounts", "answers"),
    ):  # fmt: skip
        assert readers_of(step) == {reader}
    # … on which the lead's own are taken off, and what is not is not looked at.
    made = {e.alias: e.this for e in TREES["counted"].expressions if e.alias}
    assert isinstance(made["others"], exp.Sub)
    parts = [
        {c.name for c in window.args["partition_by"]}
        for window in made["others"].find_all(exp.Window)
    ]
    assert sorted(parts, key=len) == [
        {"fact", "account_id"}, {"fact", "account_id", "lead_id"}
    ]  # fmt: skip
    looked_at = {c.name for c in TREES["over_accounts"].find_all(exp.Column)}
    assert looked_at == {
        "row", "fact", "off_us", "snapshot_us", "others", "latest_us", "own_us",
        "passed_us",
    }  # fmt: skip


def test_only_milestones_that_end_a_lead_are_read() -> None:
    named = {
        text.this
        for each in TREES["facts"].find_all(exp.In)
        if "milestone" in {c.name for c in each.find_all(exp.Column)}
        for text in each.find_all(exp.Literal)
    }
    assert named == {COMPANY.conversion, *COMPANY.closed_by}


def test_touches_are_read_before_the_snapshot_alone_or_as_facts() -> None:
    assert readers_of("touches") == {"past", "facts"}
    for select in TREES["past"].find_all(exp.Select):
        tests = {c.sql("duckdb") for c in select.args["where"].this.flatten()}
        assert {
            "t.occurred_at < s.snapshot_at", "t.recorded_at < s.snapshot_at"
        } <= tests  # fmt: skip


def test_limits_are_asked_wherever_the_snapshot_was_and_never_widen_it() -> None:
    plain, limited = (
        {s.name: s.query for s in weaving_plan(CATALOGUE, HELD, Limits(are_told=told))}
        for told in (False, True)
    )
    differing = {name for name in plain if plain[name] != limited[name]}
    assert differing == {"past", "line", "known"}
    for name in differing:
        told = limited[name]
        for column in ("known_at", "until"):
            least = f"LEAST(s.snapshot_at, COALESCE(s.{column}, s.snapshot_at))"
            told = told.replace(least, "s.snapshot_at")
        assert told == plain[name]


@pytest.mark.parametrize("step", PLAN, ids=lambda s: s.name)
def test_of_a_snapshot_nothing_is_read_but_whose_it_is_and_when(step: Step) -> None:
    tree = TREES[step.name]
    every = {s.name for s in PLAN}
    for select in tree.find_all(exp.Select):
        tables = {
            t.alias_or_name: t.name
            for t in select.find_all(exp.Table)
            if t.find_ancestor(exp.Select) is select
        }
        assert set(tables.values()) <= every | {
            "spine", "leads", "touches", "milestones", "attributes", "accounts",
            "attribute_history",
        }  # fmt: skip
        if "spine" not in tables.values():
            continue
        assert not [s for s in select.expressions if isinstance(s, exp.Star)]
        of_spine = {a for a, name in tables.items() if name == "spine"}
        read = {
            c.name
            for c in select.find_all(exp.Column)
            if c.find_ancestor(exp.Select) is select
            and (c.table in of_spine or (not c.table and len(tables) == 1))
        }
        assert read <= OF_SPINE
