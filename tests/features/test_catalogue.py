"""The catalogue follows from the company; each column is safe to run and to read."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from typing import get_args

import pytest
import sqlglot
from sqlglot import exp

from features.catalogue import Catalogue, catalogue_of
from features.company import Company, DeclaredAttribute, Kind, Means
from features.errors import ConfigError
from features.vocabulary import Family, FunnelStage, Unit
from tests.features.small_worlds import CATALOGUE, COMPANY

DIALECTS = ("duckdb", "spark", "snowflake", "bigquery", "postgres")
# Of a touch, as it was known before the snapshot, and of what is known of colleagues.
SEEN = {
    "kind", "asset", "channel", "value", "age_us", "day", "hour", "weekday",
    "silence_us", "fact", "known_us",
}  # fmt: skip
DEMO = Kind("demo", "Demo", FunnelStage.BOTTOM)
SIZE = DeclaredAttribute("size", "number", "Size")
SMALL = Company(kinds=(DEMO,), attributes=(SIZE,), lookbacks_days=(7,))


# --- a company is a value ------------------------------------------------------------


@pytest.mark.parametrize("company", [COMPANY, SMALL, Company()])
def test_a_company_survives_being_written_down(company: Company) -> None:
    assert Company.from_dict(company.to_dict()) == company
    assert Company.from_dict(json.loads(json.dumps(company.to_dict()))) == company


def test_a_company_written_down_has_the_same_catalogue() -> None:
    again = Company.from_dict(json.loads(json.dumps(COMPANY.to_dict())))

    assert catalogue_of(again) == CATALOGUE
    assert catalogue_of(again).fingerprint == CATALOGUE.fingerprint


@pytest.mark.parametrize(
    "changed",
    [
        replace(SMALL, kinds=(DEMO, Kind("visit", "Visit", FunnelStage.TOP))),
        replace(SMALL, kinds=(replace(DEMO, name="demo2"),)),
        replace(SMALL, kinds=(replace(DEMO, stage=FunnelStage.TOP),)),
        replace(SMALL, kinds=(replace(DEMO, is_outbound=True),)),
        replace(SMALL, lookbacks_days=(8,)),
        replace(SMALL, lookbacks_days=(7, 30)),
        replace(SMALL, attributes=(SIZE, replace(SIZE, name="revenue"))),
        replace(SMALL, attributes=(replace(SIZE, means="category"),)),
        replace(SMALL, attributes=()),
        replace(SMALL, is_dated=False),
        replace(SMALL, has_touches=False),
    ],
)
def test_the_fingerprint_changes_with_what_a_column_means(changed: Company) -> None:
    assert catalogue_of(changed).fingerprint != catalogue_of(SMALL).fingerprint


def test_the_fingerprint_changes_with_the_rivals_where_addresses_are_read() -> None:
    mail = replace(SMALL, attributes=(DeclaredAttribute("mail", "email", "Mail"),))
    prints = {
        catalogue_of(replace(mail, rival_domains=rivals)).fingerprint
        for rivals in ((), ("a.com",), ("b.com",))
    }

    assert len(prints) == 3


def test_the_fingerprint_does_not_change_with_words() -> None:
    renamed = replace(SMALL, kinds=(replace(DEMO, words="Demonstration"),))

    assert catalogue_of(renamed).fingerprint == catalogue_of(SMALL).fingerprint


# --- what is made --------------------------------------------------------------------


def test_each_signal_of_a_small_company_has_the_columns_its_name_says() -> None:
    assert catalogue_of(SMALL).columns == (
        "all_touches_7d",
        "active_days_7d",
        "days_since_last_touch",
        "days_since_first_touch",
        "intensity",
        "momentum",
        "long_momentum",
        "breadth_of_kinds",
        "breadth_of_assets",
        "breadth_of_channels",
        "demo_touches_7d",
        "demo_days_since",
        "visits_7d",
        "touches_per_visit",
        "working_hours_share",
        "weekend_share",
        "first_source",
        "last_source",
        "first_kind",
        "last_kind",
        "journey_days",
        "bottom_stage_touches_7d",
        "other_stage_touches_7d",
        "bottom_stage_share",
        "other_stage_share",
        "bottom_stage_days_since",
        "other_stage_days_since",
        "bottom_stage_after_days",
        "other_stage_after_days",
        "bottom_stage_position",
        "other_stage_position",
        "value_of_touches_7d",
        "mean_value",
        "greatest_value",
        "last_value",
        "lead_age",
        "size",
    )


def test_a_company_without_touches_or_dates_has_its_attributes_alone() -> None:
    flat = replace(SMALL, is_dated=False, has_touches=False)

    assert catalogue_of(flat).columns == ("size",)


def test_an_attribute_keeps_the_family_and_the_direction_it_was_declared_with() -> None:
    employees, visits = CATALOGUE.signal_of("employees"), CATALOGUE.signal_of("visits")

    assert (employees.family, employees.monotone) == (Family.FIRMOGRAPHIC, 1)
    assert (visits.family, visits.monotone) == (Family.BEHAVIOURAL, 0)


@pytest.mark.parametrize(
    ("means", "directions"),
    [
        ("number", {"x": -1}),
        ("flag", {"x": -1}),
        ("size", {"x": -1}),
        ("revenue", {"x": -1}),
        ("category", {"x": 0}),
        ("industry", {"x": 0}),
        ("country", {"x": 0, "x_region": 0}),
        ("title", {"x_seniority": 0, "x_department": 0}),
        ("email", {"x_domain_class": 0, "x_role_address": 0}),
    ],
)
def test_a_direction_binds_what_an_attribute_plainly_means_if_that_has_an_order(
    means: Means, directions: dict[str, int]
) -> None:
    declared = DeclaredAttribute("x", means, "X", direction=-1)
    made = catalogue_of(
        Company(attributes=(declared,), is_dated=False, has_touches=False)
    )

    assert {s.name: s.monotone for s in made} == directions


def test_a_column_knows_its_signal_and_an_unknown_one_is_named() -> None:
    assert CATALOGUE.signal_of("webinar_touches_30d").name == "webinar_touches"
    with pytest.raises(ConfigError, match="no_such"):
        CATALOGUE.signal_of("no_such")


def test_every_column_looks_back_as_far_as_its_name_says() -> None:
    for feature in CATALOGUE.features:
        told = re.search(r"_(\d+)d$", feature.name)
        assert feature.lookback_days == (int(told[1]) if told else None)


# --- names ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("company", "column"),
    [
        (Company(kinds=(DEMO, replace(DEMO, name="Demo"))), "demo_days_since"),
        (Company(kinds=(DEMO, DEMO)), "demo_days_since"),
        (Company(kinds=(replace(DEMO, name="all"),)), "all_touches_30d"),
        (Company(kinds=(replace(DEMO, name="bottom stage"),)), "bottom_stage_touches"),
        (Company(attributes=(SIZE, replace(SIZE, name="Size "))), "size"),
        (Company(attributes=(SIZE, SIZE)), "size"),
        (Company(attributes=(replace(SIZE, name="momentum"),)), "momentum"),
        (
            Company(attributes=(SIZE, replace(SIZE, name="completeness"))),
            "completeness",
        ),
        (Company(lookbacks_days=(7, 7)), "active_days_7d"),
        (
            Company(kinds=(replace(DEMO, name="訪問"), replace(DEMO, name="電話"))),
            "unnamed",
        ),
    ],
)
def test_two_signals_never_have_one_column(company: Company, column: str) -> None:
    with pytest.raises(ConfigError, match=column):
        catalogue_of(company)


@pytest.mark.parametrize(
    "name", ["row", "Row", "lead_id", "Lead ID", "created_at", "snapshot_at"]
)
@pytest.mark.parametrize("means", get_args(Means))
def test_no_attribute_hides_a_column_of_the_snapshots(name: str, means: Means) -> None:
    # Such an attribute used to be read from the spine: "row" was the order in time.
    attribute = DeclaredAttribute(name, means, name)

    with pytest.raises(ConfigError, match=f"'{name}'"):
        catalogue_of(Company(attributes=(attribute,)))


@pytest.mark.parametrize("name", ['a"; DROP TABLE x; --', "it's", "a{b}", "$(id)", "É"])
def test_strange_names_are_names_and_nothing_else(name: str) -> None:
    kind = Kind(name, name, FunnelStage.TOP)
    made = catalogue_of(
        Company(kinds=(kind,), attributes=(DeclaredAttribute(name, "number", name),))
    )

    for feature in made.features:
        assert re.fullmatch("[a-z0-9_]+", feature.name)
        assert len(sqlglot.parse(made.sql(feature), dialect="duckdb")) == 1
    assert _literals(made, f"{_slug_of(made)}_days_since") == {name}


def _slug_of(made: Catalogue) -> str:
    told = [c for c in made.columns if c.endswith("_days_since")]
    (name,) = [c for c in told if not c.endswith("_stage_days_since")]
    return name.removesuffix("_days_since")


def _literals(made: Catalogue, column: str) -> set[str]:
    (feature,) = [f for f in made.features if f.name == column]
    parsed = sqlglot.parse_one(made.sql(feature), dialect="duckdb")
    return {text.this for text in parsed.find_all(exp.Literal) if text.is_string}


# --- definitions ---------------------------------------------------------------------


@pytest.mark.parametrize("dialect", DIALECTS)
def test_every_column_parses_in_every_dialect(dialect: str) -> None:
    for feature in CATALOGUE.features:
        parsed = sqlglot.parse_one(CATALOGUE.sql(feature, dialect), dialect=dialect)
        assert isinstance(parsed, exp.Expression)
        again = parsed.sql(dialect)  # and says the same when it is printed again
        assert sqlglot.parse_one(again, dialect=dialect).sql(dialect) == again


@pytest.mark.parametrize("dialect", DIALECTS)
def test_the_texts_in_a_definition_are_the_same_in_every_dialect(dialect: str) -> None:
    # Backslashes of patterns are escaped where a dialect would eat them.
    def texts(of: str) -> list[set[str]]:
        return [
            {t.this for t in sqlglot.parse_one(CATALOGUE.sql(f, of), dialect=of)
             .find_all(exp.Literal) if t.is_string}
            for s in CATALOGUE if s.unit is Unit.CATEGORY for f in s
        ]  # fmt: skip

    assert texts(dialect) == texts("duckdb")


def test_no_column_divides_by_what_may_be_nought() -> None:
    for feature in CATALOGUE.features:
        parsed = sqlglot.parse_one(CATALOGUE.sql(feature), dialect="duckdb")
        for tree in (feature.expression, feature.definition(), parsed):
            for division in tree.find_all(exp.Div, exp.IntDiv, exp.Mod):
                divisor = division.expression.unnest()
                is_safe = (
                    isinstance(divisor, exp.Nullif)
                    or divisor.sql("duckdb").startswith("NULLIF(")
                    or (isinstance(divisor, exp.Literal) and float(divisor.this) != 0)
                )
                assert is_safe, f"{feature.name} divides by {divisor.sql()}"


def test_some_columns_do_divide_so_that_the_guard_is_looked_at() -> None:
    dividing = {f.name for f in CATALOGUE.features if f.definition().find(exp.Div)}

    assert {"momentum", "top_stage_share", "lead_age", "intensity"} <= dividing


def test_columns_of_touches_read_touches_and_nothing_else() -> None:
    for feature in CATALOGUE.features:
        if feature.atoms:
            assert _read(feature.definition()) <= SEEN, feature.name


def test_other_columns_read_their_attributes_and_the_leads_instants_alone() -> None:
    of_lead = {
        "lead_age": {"created_at", "snapshot_at"},
        "days_to_deadline": {"deadline_at", "snapshot_at"},
    }
    for signal in CATALOGUE:
        for feature in signal:
            if not feature.atoms:
                own = set(signal.attributes) or of_lead[signal.name]
                assert _read(feature.expression) == own, feature.name


def test_no_column_asks_for_another_table_or_the_clock() -> None:
    clock = (exp.CurrentTimestamp, exp.CurrentDate, exp.Rand)
    for feature in CATALOGUE.features:
        told = feature.definition()
        assert told.find(*clock) is None, feature.name
        asked = {table.name for table in told.find_all(exp.Table)}
        assert asked <= {"past", "colleagues"}, feature.name


def _read(tree: exp.Expression) -> set[str]:
    return {column.name for column in tree.find_all(exp.Column)}


# --- words ---------------------------------------------------------------------------


def test_words_are_whole_and_each_signals_own() -> None:
    words = [s.words for s in CATALOGUE]

    assert [w for w in words if re.search(r"[{}]", w) or not w.strip()] == []
    assert [w for w in words if w.endswith(".") or w != w.strip()] == []
    assert len(set(words)) == len(words)


def test_words_speak_of_the_kind_the_stage_and_the_attribute() -> None:
    told = {s.name: s.words for s in CATALOGUE}

    assert told["pricing_page_touches"] == "Pricing page touches"
    assert told["top_stage_touches"] == "Top-of-funnel touches"
    assert told["job_title_seniority"] == "Seniority, from the job title"
    assert told["email_domain_class"] == "Domain of the e-mail"
    assert told["employees"] == "Employees"


# --- deadlines -----------------------------------------------------------------------


def test_days_to_the_deadline_are_a_signal_where_leads_have_deadlines_alone() -> None:
    with_deadlines = catalogue_of(replace(SMALL, deadline_within_days=45))

    assert "days_to_deadline" not in catalogue_of(SMALL).columns
    (more,) = set(with_deadlines.columns) - set(catalogue_of(SMALL).columns)
    signal = with_deadlines.signal_of(more)
    assert (signal.words, signal.topic) == (
        "Days to the deadline (at most 45)",
        "The deadline",
    )


def test_a_companys_deadlines_are_written_down_where_it_has_some() -> None:
    assert "deadline_within_days" not in SMALL.to_dict()
    told = replace(SMALL, deadline_within_days=45)
    assert Company.from_dict(json.loads(json.dumps(told.to_dict()))) == told


def test_no_attribute_bears_the_name_of_the_deadline_where_leads_have_some() -> None:
    named = DeclaredAttribute("Deadline at", "category", "Deadline")
    company = replace(SMALL, attributes=(named,))

    assert "deadline_at" in catalogue_of(company).columns
    with pytest.raises(ConfigError, match="'Deadline at'"):
        catalogue_of(replace(company, deadline_within_days=45))
