"""The scorer of one file: it encodes and scores alone, and as the package does."""

from __future__ import annotations

import ast
import math
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models import served
from models.points import Scale
from models.served import encode, probability_and_score

SOURCE = {"name": "source", "categories": ["fair", "web"]}
AGE = {"name": "age"}

number = st.floats(-20, 20)
scales = st.builds(
    Scale, intercept=number, slope=st.floats(0.01, 5), reference=st.floats(-10, 10)
)
margins = st.lists(st.floats(-1e6, 1e6), min_size=1, max_size=20).map(np.array)


def codes(*values: object) -> list[float]:
    """Codes of the values of a category, as a list that shows NaN."""
    return list(encode(pd.DataFrame({"source": list(values)}), [SOURCE])[:, 0])


# --- encoding ------------------------------------------------------------------------


def test_a_category_is_one_more_than_its_place() -> None:
    assert codes("web", "fair", "web") == [2.0, 1.0, 2.0]


def test_a_category_that_was_never_seen_is_nought() -> None:
    assert codes("moon", "Web", "") == [0.0, 0.0, 0.0]


def test_a_missing_category_is_missing_and_not_nought() -> None:
    found = codes("web", None, math.nan)

    assert found[0] == 2.0
    assert [math.isnan(code) for code in found] == [False, True, True]


def test_where_every_category_was_rare_only_missing_is_told_apart() -> None:
    table = pd.DataFrame({"source": ["web", None]})

    found = encode(table, [{"name": "source", "categories": []}])

    np.testing.assert_array_equal(found, [[0.0], [math.nan]])


@pytest.mark.parametrize("dtype", ["object", "str", "category"])
def test_the_type_that_holds_the_text_makes_no_difference(dtype: str) -> None:
    column = pd.Series(["web", None, "moon"], dtype=dtype)

    found = encode(pd.DataFrame({"source": column}), [SOURCE])

    np.testing.assert_array_equal(found, [[2.0], [math.nan], [0.0]])


@pytest.mark.parametrize("dtype", ["float64", "Float64", "Int64", "object"])
def test_the_type_that_holds_the_numbers_makes_no_difference(dtype: str) -> None:
    column = pd.Series([3, None], dtype=dtype)

    found = encode(pd.DataFrame({"age": column}), [AGE])

    np.testing.assert_array_equal(found, [[3.0], [math.nan]])


def test_flags_are_noughts_and_ones() -> None:
    table = pd.DataFrame({"age": pd.Series([True, None, False], dtype="boolean")})

    np.testing.assert_array_equal(encode(table, [AGE]), [[1.0], [math.nan], [0.0]])


@pytest.mark.parametrize("dtype", ["object", "str", "float64"])
def test_a_column_without_a_value_is_missing_throughout(dtype: str) -> None:
    table = pd.DataFrame({"age": pd.Series([None, None], dtype=dtype)})

    assert np.isnan(encode(table, [AGE])).all()


def test_columns_are_taken_by_name_in_the_order_of_the_contract() -> None:
    table = pd.DataFrame({"more": [9], "source": ["web"], "age": [3]}, index=[77])

    assert encode(table, [AGE, SOURCE]).tolist() == [[3.0, 2.0]]


def test_no_rows_give_no_rows() -> None:
    table = pd.DataFrame({"age": pd.Series(dtype=float), "source": []})

    assert encode(table, [AGE, SOURCE]).shape == (0, 2)


def test_says_which_columns_are_missing() -> None:
    with pytest.raises(ValueError, match=r"expects 2 columns, .* lacks 1: source\."):
        encode(pd.DataFrame({"age": [1.0]}), [AGE, SOURCE])


@pytest.mark.parametrize("text", ["many", "3"])
def test_refuses_text_where_a_number_is_expected(text: str) -> None:
    table = pd.DataFrame({"age": [text, None]})

    with pytest.raises(ValueError, match="expects numbers in column 'age', but it hol"):
        encode(table, [AGE])


def test_refuses_instants_where_a_number_is_expected() -> None:
    table = pd.DataFrame({"age": pd.to_datetime(["2026-03-01"])})

    with pytest.raises(ValueError, match=r"'age', but it holds datetime64"):
        encode(table, [AGE])


# --- probability and score -----------------------------------------------------------


def test_probability_and_score_by_hand() -> None:
    # 1/4 + 1/2 · 3/2 = 1: probability 1/(1 + 1/e); 2 above the reference of -1 are
    # 50 + 20 / ln 2 = 78.85 points.
    scale = {"intercept": 0.25, "slope": 0.5, "reference": -1.0}

    chance, score = probability_and_score(np.array([1.5]), scale)

    assert chance[0] == pytest.approx(1 / (1 + 1 / math.e))
    assert score.tolist() == [79]


@settings(deadline=None)
@given(margins, scales)
def test_gives_the_score_that_the_package_gives(
    margin: np.ndarray, scale: Scale
) -> None:
    score = probability_and_score(margin, scale.to_dict())[1]

    np.testing.assert_array_equal(score, scale.score(margin))


@settings(deadline=None)
@given(margins, scales)
def test_gives_the_probability_that_the_package_gives(
    margin: np.ndarray, scale: Scale
) -> None:
    chance = probability_and_score(margin, scale.to_dict())[0]

    # Below 1e-300, where nobody can tell, the two stop at different numbers.
    np.testing.assert_allclose(
        chance, scale.probability(margin), rtol=1e-12, atol=1e-300
    )


@settings(deadline=None)
@given(margins, scales)
def test_no_probability_is_nought_or_one(margin: np.ndarray, scale: Scale) -> None:
    chance = probability_and_score(margin, scale.to_dict())[0]

    assert ((chance > 0) & (chance < 1)).all()


# --- standing alone ------------------------------------------------------------------


def test_imports_nothing_of_ours() -> None:
    tree = ast.parse(Path(served.__file__).read_text(encoding="utf-8"))
    imported = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            imported |= {name.name.split(".")[0] for name in node.names}
        elif isinstance(node, ast.ImportFrom):
            imported.add("." * node.level + (node.module or "").split(".")[0])

    theirs = {"numpy", "pandas", "lightgbm", "mlflow"}
    assert imported - sys.stdlib_module_names <= theirs
