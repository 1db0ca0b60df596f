"""The columns that a booster reads are settled on the training rows, with reasons."""

from __future__ import annotations

import math
from collections.abc import Sequence

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from features.catalogue import Catalogue, catalogue_of
from features.company import Company, DeclaredAttribute
from features.errors import DataError
from models.learning.encoding import Chosen, choose_features
from models.players import ModelFeature
from models.served import encode


def catalogue(**means: str) -> Catalogue:
    """Signals of attributes alone, each a column of its own name."""
    attributes = tuple(
        DeclaredAttribute(name, "category" if said == "category" else "number", name)
        for name, said in means.items()
    )
    return catalogue_of(
        Company(attributes=attributes, is_dated=False, has_touches=False)
    )


def chosen(rare_rows: int = 2, **columns: Sequence[object]) -> Chosen:
    """What is chosen of some columns; text makes a category."""
    means = {
        name: "category" if any(isinstance(v, str) for v in values) else "number"
        for name, values in columns.items()
    }
    table = pd.DataFrame(columns)
    asked = catalogue(**means)
    # Where there are several attributes, two signals are of all of them.
    of_all = {"completeness", "plausibility"} & set(asked.columns)
    table = table.assign(**dict.fromkeys(of_all, 1.0))
    return choose_features(table, asked, rare_rows=rare_rows)


def names(found: Chosen) -> list[str]:
    """Names of the columns that are kept."""
    return [f.name for f in found.features]


# --- numbers -------------------------------------------------------------------------


def test_a_number_keeps_the_range_that_was_seen() -> None:
    found = chosen(one=[3.0, None, -1.5, 2.0])

    assert found.features == (ModelFeature("one", low=-1.5, high=3.0),)


@pytest.mark.parametrize(
    ("values", "reason"),
    [
        ([None, None, None], "empty in every row"),
        ([math.nan, None, math.nan], "empty in every row"),
        ([7.0, 7.0, 7.0], "7.0 in every row"),
        (["web", "web", "web"], "web in every row"),
    ],
)
def test_a_column_of_one_value_is_dropped_with_its_reason(
    values: Sequence[object], reason: str
) -> None:
    found = chosen(good=[1.0, 2.0, 3.0], bad=values)

    assert names(found) == ["good"]
    assert found.dropped["bad"] == reason


def test_one_value_beside_missing_ones_is_kept() -> None:
    assert names(chosen(one=[7.0, None, 7.0])) == ["one"]


def test_the_same_column_twice_is_dropped_the_second_time() -> None:
    found = chosen(one=[1.0, 2.0, None], two=[1.0, 2.0, None])

    assert names(found) == ["one"]
    assert found.dropped["two"] == "the same as one in every row"


def test_the_same_values_in_other_rows_are_another_column() -> None:
    found = chosen(one=[0.0, 1.0, 0.0, 1.0], two=[1.0, 0.0, 0.0, 1.0])

    assert names(found) == ["one", "two"]


@settings(deadline=None)
@given(st.permutations([0.0, 0.0, 1.0, 2.0]))
def test_only_equal_columns_are_taken_for_equal(values: list[float]) -> None:
    found = chosen(one=[0.0, 0.0, 1.0, 2.0], two=list(values))

    assert ("two" in found.dropped) == (values == [0.0, 0.0, 1.0, 2.0])


def test_nothing_left_is_said() -> None:
    with pytest.raises(DataError, match="No feature is left: every column is empty"):
        chosen(one=[None, None], two=[3.0, 3.0])


# --- categories ----------------------------------------------------------------------


def test_rare_categories_are_pooled() -> None:
    found = chosen(one=["web", "web", "ad", "ad", "radio", None])

    assert found.features == (
        ModelFeature("one", categories=("ad", "web"), rare=("radio",)),
    )


def test_a_category_is_rare_with_fewer_rows_than_asked() -> None:
    values = ["web"] * 3 + ["ad"] * 2

    assert chosen(rare_rows=3, one=values).features[0].rare == ("ad",)
    assert chosen(rare_rows=2, one=values).features[0].rare == ()


def test_categories_have_an_order_that_rows_cannot_sway() -> None:
    values = ["web", "ad", "ad", "web", "fair", "fair"]

    forth, back = chosen(one=values), chosen(one=values[::-1])

    assert forth.features == back.features


def test_pooled_and_unseen_categories_have_the_same_code() -> None:
    (feature,) = chosen(one=["web", "web", "ad", "ad", "radio"]).features
    table = pd.DataFrame({"one": ["radio", "moon", "ad", "web"]})

    assert encode(table, [feature.to_dict()])[:, 0].tolist() == [0.0, 0.0, 1.0, 2.0]


def test_a_category_like_a_name_is_dropped_with_its_count() -> None:
    found = chosen(
        good=[float(i) for i in range(1000)], bad=[f"lead {i}" for i in range(1000)]
    )

    assert names(found) == ["good"]
    assert found.dropped["bad"] == "1,000 different values in 1,000 rows: like a name"


def test_many_categories_with_many_rows_each_are_kept() -> None:
    values = [f"town {i % 250}" for i in range(1000)]

    (feature,) = chosen(rare_rows=4, one=values).features

    assert feature.categories is not None
    assert len(feature.categories) == 250


def test_a_number_may_differ_in_every_row() -> None:
    assert names(chosen(one=[float(i) for i in range(1000)])) == ["one"]


# --- the training rows alone ---------------------------------------------------------


def test_the_vocabulary_is_of_the_rows_it_was_given() -> None:
    table = pd.DataFrame({"one": ["web"] * 4 + ["ad"] * 4 + ["moon"] * 50})

    found = choose_features(
        table.iloc[:8], catalogue(one="category"), rare_rows=2
    ).features

    assert found == (ModelFeature("one", categories=("ad", "web")),)


def test_rows_need_no_index_of_their_own() -> None:
    table = pd.DataFrame({"one": [5.0, 6.0, 7.0, 8.0]}).iloc[[3, 1]]

    found = choose_features(table, catalogue(one="number"), rare_rows=2)

    assert found.features == (ModelFeature("one", low=6.0, high=8.0),)


def test_a_column_that_the_catalogue_does_not_name_is_not_read() -> None:
    table = pd.DataFrame({"one": [1.0, 2.0], "converted_at": [0.0, 1.0]})

    found = choose_features(table, catalogue(one="number"), rare_rows=2)

    assert names(found) == ["one"]
    assert found.dropped == {}


def test_a_personal_text_is_no_column_however_frequent_its_values() -> None:
    attributes = (
        DeclaredAttribute("name", "category", "Name", personal=True),
        DeclaredAttribute("age", "number", "Age", personal=True),
    )
    asked = catalogue_of(
        Company(attributes=attributes, is_dated=False, has_touches=False)
    )
    table = pd.DataFrame({"name": ["ada", "bob"] * 9, "age": [30.0, 40.0, 50.0] * 6})
    found = choose_features(
        table.assign(completeness=1.0), asked, rare_rows=2
    )  # two attributes: there is a record

    assert names(found) == ["age"]
    assert found.dropped["name"].startswith("personal: ")
    assert "ada" not in str(found)
