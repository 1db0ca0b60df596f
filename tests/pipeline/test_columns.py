"""The output's reasons are laid out in the rows' order, each a whole sentence."""

from __future__ import annotations

import numpy as np
import pandas as pd
from hypothesis import given
from hypothesis import strategies as st

from features.vocabulary import Family, Unit
from models.explaining.reasons import tell
from models.explaining.words import sentence
from models.players import ModelFeature, ModelSignal
from pipeline.night.columns import REASON_COLUMNS, reason_columns
from pipeline.night.texts import Known, laid_out
from tests.models.small_models import contract

COLUMNS = (ModelFeature("size"), ModelFeature("town", ("Łódź", "Oslo")))
SIGNALS = (
    ModelSignal("size", "Size", Family.FIRMOGRAPHIC, Unit.NUMBER, (0,)),
    ModelSignal("town", "Town", Family.FIRMOGRAPHIC, Unit.CATEGORY, (1,)),
)
MADE = contract(COLUMNS, SIGNALS)
TABLE = pd.DataFrame({"size": [7.0, None], "town": ["Łódź", "Rome"]})
ENCODED = np.array([[7.0, 1.0], [np.nan, 0.0]])
POINTS = np.array([[6.2, -3.0], [0.01, 0.25]])


def laid(rows: list[int]) -> pd.DataFrame:
    told = tell(POINTS, ENCODED, TABLE, MADE)
    return pd.DataFrame(reason_columns(told, MADE, np.array(rows, dtype=np.intp)))


def test_each_reason_is_a_code_a_sentence_and_points() -> None:
    found = laid([0, 1])
    assert list(found) == REASON_COLUMNS
    assert found["raising_1_code"].tolist() == ["size", "town"]
    assert found["raising_1_words"].tolist() == [
        "Size: 7: raises the score by 6.2 points",
        "Town: Rome (a value never seen before): raises the score by 0.3 points",
    ]
    assert found["raising_1_points"].tolist() == [6.2, 0.25]
    assert found["lowering_1_words"][0] == (
        "Town: Łódź: lowers the score by 3.0 points"
    )
    assert found.loc[1, "lowering_1_code":].isna().all()


def test_reasons_are_in_the_order_of_the_rows_or_missing() -> None:
    found = laid([1, -1, 0, 1])
    assert found["raising_1_points"].fillna(-1).tolist() == [0.25, -1, 6.2, 0.25]
    assert found["raising_1_code"].isna().tolist() == [False, True, False, False]
    assert found["raising_1_words"][3] == found["raising_1_words"][0]


def test_the_kinds_of_the_columns_do_not_depend_on_who_is_scored() -> None:
    kinds = [str(k) for k in laid([0, 1]).dtypes]
    assert set(kinds) == {"str", "float64"}
    assert [str(k) for k in laid([-1]).dtypes] == kinds
    nobody = tell(POINTS[:0], ENCODED[:0], TABLE.iloc[:0], MADE)
    none = reason_columns(nobody, MADE, np.array([-1, -1], dtype=np.intp))
    assert [str(k) for k in pd.DataFrame(none).dtypes] == kinds


@given(st.floats(-60, 60).filter(lambda p: abs(p) >= 0.05))
def test_the_sentence_is_the_one_that_is_said_of_a_lead_alone(points: float) -> None:
    told = tell(np.array([[points, 0.0]]), ENCODED[:1], TABLE.iloc[:1], MADE)
    found = reason_columns(told, MADE, np.zeros(1, dtype=np.intp))
    name = "raising" if points > 0 else "lowering"
    assert found[f"{name}_1_words"][0] == sentence("Size: 7", points)


@given(
    st.lists(st.text(max_size=9), min_size=1, max_size=5),
    st.lists(st.integers(-1, 20), max_size=12),
)
def test_texts_are_laid_out_as_they_are(texts: list[str], rows: list[int]) -> None:
    texts = [t.encode("utf-8", "replace").decode() for t in texts]
    codes = np.array([-1 if r < 0 else r % len(texts) for r in rows], dtype=np.int64)
    known = Known.of(texts)
    found = laid_out((known, codes), (known, codes)).to_pylist()
    assert found == [None if c < 0 else texts[c] * 2 for c in codes]
