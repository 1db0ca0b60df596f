"""The columns that a booster reads are settled on the training rows, with reasons."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
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


def chosen(rare_leads: int = 2, **columns: Sequence[object]) -> Chosen:
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
    return choose_features(table, asked, each_its_own(table), rare_leads=rare_leads)


def each_its_own(table: pd.DataFrame) -> npt.NDArray[np.object_]:
    """A lead for each row."""
    return np.arange(len(table)).astype(object)


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


def test_a_category_is_rare_with_fewer_leads_than_asked() -> None:
    values = ["web"] * 3 + ["ad"] * 2

    assert chosen(rare_leads=3, one=values).features[0].rare == ("ad",)
    assert chosen(rare_leads=2, one=values).features[0].rare == ()


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
    assert found.dropped["bad"] == "1,000 different values of 1,000 leads: like a name"


def test_many_categories_with_many_leads_each_are_kept() -> None:
    values = [f"town {i % 250}" for i in range(1000)]

    (feature,) = chosen(rare_leads=4, one=values).features

    assert feature.categories is not None
    assert len(feature.categories) == 250


def by_lead(values: Sequence[str], weeks: int, rare_leads: int = 20) -> Chosen:
    """What is chosen of one value a lead, each looked at in so many weeks."""
    number = np.repeat(np.arange(len(values)), weeks)
    one = np.array(values, object)[number]
    table = pd.DataFrame({"one": one, "two": number * 1.0, "completeness": 1.0})
    asked = catalogue(one="category", two="number")
    return choose_features(table, asked, number.astype(object), rare_leads=rare_leads)


def test_fault_27_another_number_for_each_lead_is_no_category_in_any_week() -> None:
    found = by_lead([f"K-{i}" for i in range(459)], weeks=30)
    assert names(found) == ["two"]
    assert found.dropped["one"] == "459 different values of 459 leads: like a name"


def test_categories_are_rare_by_their_leads() -> None:
    # 19 leads in a thousand rows are rare, 20 in forty are not.
    found = by_lead(["web"] * 19 + ["ad"] * 20 + ["tv"] * 61, weeks=2).features
    assert ModelFeature("one", ("ad", "tv"), ("web",)) in found
    found = by_lead(["web"] * 19 + ["ad"] * 81, weeks=50).features
    assert ModelFeature("one", ("ad",), ("web",)) in found


def test_a_column_whose_categories_are_all_rare_is_read_if_some_cells_are_empty() -> (
    None
):
    values = [f"K-{i}" for i in range(150)]
    told = by_lead([*values, "K-0"], weeks=9).dropped["one"]
    assert told == "150 different values, each of fewer than 20 leads: like a name"
    table = pd.DataFrame({"one": [*values, None]})
    asked = catalogue(one="category")
    found = choose_features(table, asked, each_its_own(table), rare_leads=20)
    assert found.features[0].categories == ()  # known or not may tell


def test_a_number_may_differ_in_every_row() -> None:
    assert names(chosen(one=[float(i) for i in range(1000)])) == ["one"]


# --- the training rows alone ---------------------------------------------------------


def test_the_vocabulary_is_of_the_rows_it_was_given() -> None:
    table = pd.DataFrame({"one": ["web"] * 4 + ["ad"] * 4 + ["moon"] * 50})

    known = table.iloc[:8]
    leads = each_its_own(known)
    found = choose_features(
        known, catalogue(one="category"), leads, rare_leads=2
    ).features

    assert found == (ModelFeature("one", categories=("ad", "web")),)


def test_rows_need_no_index_of_their_own() -> None:
    table = pd.DataFrame({"one": [5.0, 6.0, 7.0, 8.0]}).iloc[[3, 1]]

    found = choose_features(
        table, catalogue(one="number"), each_its_own(table), rare_leads=2
    )

    assert found.features == (ModelFeature("one", low=6.0, high=8.0),)


def test_a_column_that_the_catalogue_does_not_name_is_not_read() -> None:
    table = pd.DataFrame({"one": [1.0, 2.0], "converted_at": [0.0, 1.0]})

    found = choose_features(
        table, catalogue(one="number"), each_its_own(table), rare_leads=2
    )

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
        table.assign(completeness=1.0), asked, each_its_own(table), rare_leads=2
    )  # two attributes: there is a record

    assert names(found) == ["age"]
    assert found.dropped["name"].startswith("personal: ")
    assert "ada" not in str(found)
