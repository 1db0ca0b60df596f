"""One peer, fitted as its makers ship it, in an environment of its own.

Run as ``python peers_apart.py PEER EXAM ANSWER THREADS``. The exam is a Parquet file:
``part`` (``known`` or ``test``), ``outcome`` (1, 0; missing in the test part, so that
nothing can be tuned on it), and the columns, numbers or words. The answer is a Parquet
file with the ``probability`` of each test row, in their order. Printed, as JSON: the
CPU-seconds of the fit, and how many columns it had.

A peer gets what somebody careful would give it, and its own defaults otherwise: words
as categories where it has them; for the logistic regression standardised numbers with
the median where they are missing and a column that says so, and one column a word with
the rare ones pooled.
"""

from __future__ import annotations

import importlib
import json
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

FLAML_SECONDS = 60
RARE_ROWS = 20  # words with fewer rows are pooled where every word costs a column
_MOST_WORDS = 255  # of a column in HistGradientBoosting
_MISSING = "(missing)"

Fit = Callable[[pd.DataFrame, pd.Series, int], Callable[[pd.DataFrame], Any]]


def lightgbm(known: pd.DataFrame, outcome: pd.Series, threads: int) -> Any:
    """Fit the classifier of LightGBM."""
    from lightgbm import LGBMClassifier

    with_categories = _categories(known)
    model = LGBMClassifier(n_jobs=threads, random_state=0, verbose=-1)
    model.fit(with_categories(known), outcome)
    return lambda test: model.predict_proba(with_categories(test))


def catboost(known: pd.DataFrame, outcome: pd.Series, threads: int) -> Any:
    """Fit the classifier of CatBoost."""
    from catboost import (  # type: ignore[import-not-found,unused-ignore]
        CatBoostClassifier,
    )

    model = CatBoostClassifier(
        thread_count=threads, random_seed=0, verbose=False, allow_writing_files=False
    )
    model.fit(_filled(known), outcome, cat_features=_words(known))
    return lambda test: model.predict_proba(_filled(test))


def histgb(known: pd.DataFrame, outcome: pd.Series, threads: int) -> Any:
    """Fit the histogram booster of scikit-learn."""
    from sklearn.ensemble import HistGradientBoostingClassifier
    from threadpoolctl import (  # type: ignore[import-not-found,import-untyped,unused-ignore]
        threadpool_limits,
    )

    with_categories = _categories(known, most=_MOST_WORDS)
    model = HistGradientBoostingClassifier(random_state=0)
    with threadpool_limits(threads):
        model.fit(with_categories(known), outcome)
    return lambda test: model.predict_proba(with_categories(test))


def logistic(known: pd.DataFrame, outcome: pd.Series, threads: int) -> Any:
    """Fit a logistic regression with the usual preparation."""
    from sklearn.compose import make_column_transformer
    from sklearn.impute import SimpleImputer
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import OneHotEncoder, StandardScaler

    words = _words(known)
    numbers = [c for c in known if c not in words]
    filled = SimpleImputer(strategy="median", add_indicator=True)
    coded = OneHotEncoder(handle_unknown="infrequent_if_exist", min_frequency=RARE_ROWS)
    prepared = make_column_transformer(
        (make_pipeline(filled, StandardScaler()), numbers), (coded, words)
    )
    model = make_pipeline(prepared, LogisticRegression(max_iter=5000))
    model.fit(_filled(known), outcome)
    return lambda test: model.predict_proba(_filled(test))


def ebm(known: pd.DataFrame, outcome: pd.Series, threads: int) -> Any:
    """Fit the explainable boosting machine of interpret."""
    from interpret.glassbox import (  # type: ignore[import-not-found,unused-ignore]
        ExplainableBoostingClassifier,
    )

    words = set(_words(known))
    kinds = ["nominal" if c in words else "continuous" for c in known]
    model = ExplainableBoostingClassifier(
        feature_types=kinds, n_jobs=threads, random_state=0
    )
    model.fit(_filled(known), outcome)
    return lambda test: model.predict_proba(_filled(test))


def flaml(known: pd.DataFrame, outcome: pd.Series, threads: int) -> Any:
    """Let FLAML search for its budget."""
    from flaml import (  # type: ignore[import-not-found,unused-ignore]
        AutoML,
    )

    with_categories = _categories(known)
    search = AutoML()
    search.fit(
        with_categories(known),
        outcome,
        task="classification",
        metric="log_loss",
        time_budget=FLAML_SECONDS,
        n_jobs=threads,
        seed=0,
        verbose=0,
    )
    return lambda test: search.predict_proba(with_categories(test))


# By the module that is opened before the clock starts.
PEERS: dict[str, tuple[str, Fit]] = {
    "lightgbm": ("lightgbm", lightgbm),
    "catboost": ("catboost", catboost),
    "histgb": ("sklearn.ensemble", histgb),
    "logistic": ("sklearn.linear_model", logistic),
    "ebm": ("interpret.glassbox", ebm),
    "flaml": ("flaml.automl", flaml),
}


def main(peer: str, exam: str, answer: str, threads: str) -> None:
    """Fit, answer, and print the seconds of the fit."""
    table = pd.read_parquet(exam)
    is_test = table["part"] == "test"
    columns = table.drop(columns=["part", "outcome"])
    known, test = columns.loc[~is_test], columns.loc[is_test]
    outcome = table.loc[~is_test, "outcome"].astype(int)
    useful = [c for c in known if len(known[c].unique()) > 1]
    door, fit = PEERS[peer]
    importlib.import_module(door)
    started = time.process_time()
    answers = fit(known[useful], outcome, int(threads))
    seconds = time.process_time() - started
    probability = np.asarray(answers(test[useful]), dtype=np.float64)[:, 1]
    pd.DataFrame({"probability": probability}).to_parquet(Path(answer), index=False)
    print(json.dumps({"seconds": seconds, "columns": len(useful)}))


def _words(table: pd.DataFrame) -> list[str]:
    return [str(c) for c in table if not pd.api.types.is_numeric_dtype(table[c])]


def _filled(table: pd.DataFrame) -> pd.DataFrame:
    """Give missing words a name of their own."""
    words = _words(table)
    return table.assign(**{c: table[c].astype(object).fillna(_MISSING) for c in words})


def _categories(
    known: pd.DataFrame, most: int | None = None
) -> Callable[[pd.DataFrame], pd.DataFrame]:
    """Make categories of words, as numbered in the rows known; the rest is missing."""
    numbered = {}
    for column in _words(known):
        counts = known[column].value_counts()
        numbered[column] = pd.CategoricalDtype(sorted(counts.index[:most]))
    return lambda table: table.astype(numbered)


if __name__ == "__main__":
    main(*sys.argv[1:])
