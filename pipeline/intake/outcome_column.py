"""The outcome column of a flat export: which texts are a conversion, and which not.

Why every text is counted: whatever is not exactly the positive value would be taken for
a no, be it "Open", a second spelling, or a value that nobody thought of.
"""

from __future__ import annotations

from features.engine import Engine, literal

from ..sections import OutcomeConfig
from ..values import truth_sql
from .judging import KEPT
from .texts import OutcomeText

_MOST_TEXTS = 50  # a column of more is no outcome


def outcome_sql(value: str, outcome: OutcomeConfig) -> str:
    """Return SQL for 1, 0 or null: converted, not converted, no outcome.

    Parameters
    ----------
    value : str
        SQL for the column's value.
    outcome : OutcomeConfig
        Which values mean what; yes and no are the same as 1 and 0.

    Examples
    --------
    >>> from features.engine import open_engine
    >>> lists = {"negative": ("lost",), "undecided": ("open",)}
    >>> told = OutcomeConfig(settling_days=0, column="c", positive="won", **lists)
    >>> cells = ", ".join(outcome_sql(f"'{t}'", told) for t in ("won", "lost", "open"))
    >>> open_engine().execute(f"SELECT {cells}").fetchall()
    [(1, 0, None)]
    """
    positive, told = outcome.positive or "", truth_sql(value)
    converted = f"{told} = {truth_sql(literal(positive))}"
    if outcome.negative:
        decided = f"{told} IN ({_listed((positive, *outcome.negative))})"
        converted = f"CASE WHEN {decided} THEN {converted} END"
    elif outcome.undecided:
        decided = f"{told} NOT IN ({_listed(outcome.undecided)})"
        converted = f"CASE WHEN {decided} THEN {converted} END"
    return f"CAST({converted} AS TINYINT)"


def outcome_texts(
    engine: Engine, value: str, outcome: OutcomeConfig
) -> tuple[OutcomeText, ...]:
    """Count the texts of the column in the rows that are kept."""
    rows = engine.execute(
        f"SELECT told, any_value({outcome_sql('told', outcome)}), count(*) AS k FROM "
        f"(SELECT {value} AS told FROM {KEPT}) GROUP BY told "
        f"ORDER BY k DESC, told NULLS FIRST LIMIT {_MOST_TEXTS}"
    ).fetchall()
    return tuple(OutcomeText(text or "", n, told) for text, told, n in rows)


def _listed(texts: tuple[str, ...]) -> str:
    return ", ".join(truth_sql(literal(text)) for text in texts)
