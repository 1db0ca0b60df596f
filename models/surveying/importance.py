"""How much each signal moves the points: of all leads, of a segment, of those to call.

Why the mean of absolute points and not a share of gain: it is in the reader's own
unit, and sums what is said of each of the leads. Why by qualification too: what parts a
good lead from a very good one need not be what parts good from bad.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import pandas as pd

from ..evidence import Mask
from ..players import ModelSignal
from ..points import Floats

ALL: Final = "all"
QUALIFICATION: Final = "qualification"
LEAST_ROWS: Final = 30  # a mean of fewer would be an anecdote
MOST_VALUES: Final = 12  # of a segment, the commonest

_COLUMNS: Final = (
    "by", "value", "rows", "signal", "words", "family", "mean_absolute_points",
    "raises_share", "least_points", "most_points",
)  # fmt: skip


@dataclass(frozen=True, eq=False)
class Group:
    """Rows that are told of together.

    Attributes
    ----------
    by, value : str
        What they have in common: ``source`` and ``web``; both ``all`` of all rows.
    rows : ndarray of bool, shape (n,)
    """

    by: str
    value: str
    rows: Mask


def importance(
    points: Floats, signals: Sequence[ModelSignal], groups: Iterable[Group] = ()
) -> pd.DataFrame:
    """How much each signal moves the points, overall and by group.

    Parameters
    ----------
    points : ndarray of shape (n, n_signals)
        Of each row's signals; one row at least.
    signals : sequence of ModelSignal
    groups : iterable of Group
        Of which figures are wanted beside those of all rows.

    Returns
    -------
    DataFrame of shape ((1 + groups) × n_signals, 10)
        ``by``, ``value`` and ``rows`` of the group, all rows first; ``signal``,
        ``words`` and ``family``; ``mean_absolute_points``, by which each group's rows
        fall; ``raises_share``, the part of these points that raises, in [0, 1],
        missing where there are none; ``least_points`` and ``most_points``.

    Examples
    --------
    >>> from features.vocabulary import Family, Unit
    >>> visits = ModelSignal("visits", "Visits", Family.BEHAVIOURAL, Unit.COUNT, (0,))
    >>> found = importance(np.array([[3.0], [-1.0]]), [visits])
    >>> found[["by", "mean_absolute_points", "raises_share"]].to_numpy().tolist()
    [['all', 2.0, 0.75]]
    """
    every = Group(ALL, ALL, np.ones(len(points), dtype=np.bool_))
    codes = np.array([s.code for s in signals])
    parts: dict[str, list[Any]] = {name: [] for name in _COLUMNS}
    for group in (every, *groups):
        told = _figures(points[group.rows])
        order = np.lexsort((codes, -told["mean_absolute_points"]))
        told |= {
            "by": np.repeat(group.by, len(codes)),
            "value": np.repeat(group.value, len(codes)),
            "rows": np.repeat(int(group.rows.sum()), len(codes)),
            "signal": codes,
            "words": np.array([s.words for s in signals]),
            "family": np.array([s.family.value for s in signals]),
        }
        for name, held in parts.items():
            held += told[name][order].tolist()
    return pd.DataFrame(parts)


def overall(table: pd.DataFrame) -> pd.DataFrame:
    """Rows of :func:`importance` on all leads; of an older table, that is every row."""
    return table[table["by"] == ALL] if "by" in table else table


def groups_by(by: str, values: Sequence[str]) -> Iterator[Group]:
    """Groups of like values: the commonest twelve that have 30 rows or more.

    Parameters
    ----------
    by : str
        What the values are of.
    values : sequence of str, shape (n,)

    Examples
    --------
    >>> found = groups_by("source", ["web"] * 30 + ["fair"] * 40 + ["radio"])
    >>> [(g.value, int(g.rows.sum())) for g in found]
    [('fair', 40), ('web', 30)]
    """
    held = np.asarray(values, dtype=object).astype(str)
    names, counts = np.unique(held, return_counts=True)
    kept = [i for i in np.argsort(-counts, kind="stable") if counts[i] >= LEAST_ROWS]
    for place in kept[:MOST_VALUES]:
        yield Group(by, str(names[place]), held == names[place])


def _figures(points: Floats) -> dict[str, Any]:
    """Figures of each signal, each of shape (n_signals,)."""
    absolute, raised = np.abs(points).sum(axis=0), points.clip(min=0).sum(axis=0)
    share = np.full(len(absolute), np.nan)
    return {
        "mean_absolute_points": absolute / len(points),
        "raises_share": np.divide(raised, absolute, out=share, where=absolute > 0),
        "least_points": points.min(axis=0),
        "most_points": points.max(axis=0),
    }
