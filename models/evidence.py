"""The evidence: scored snapshots whose outcomes are known, checked once.

Judging and setting cutoffs start from the same columns. They are checked here, so that
no later line meets a missing outcome, a negative weight or a block without rows, and so
that what is wrong is said in a sentence and not by numpy.

Why blake2b and not Python's ``hash``: that one is salted per process, so a night's
drawing could not be repeated. Why the drawing looks at neither score nor outcome: a row
chosen for its score would be the group's best, and the promise made on it too rosy.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import blake2b
from typing import TypeAlias

import numpy as np
import numpy.typing as npt
import pandas as pd

from features.errors import DataError

from .points import Floats
from .qualifying.arrivals import Arrivals

Codes: TypeAlias = npt.NDArray[np.intp]
Mask: TypeAlias = npt.NDArray[np.bool_]
Tickets: TypeAlias = npt.NDArray[np.uint64]
Keys: TypeAlias = Sequence[object] | npt.NDArray[np.generic] | pd.Series


@dataclass(frozen=True, eq=False, slots=True)
class Evidence:
    """Scored snapshots with known outcomes, in the order given.

    Parameters
    ----------
    probability : ndarray of shape (n,)
        Calibrated, in [0, 1].
    outcome : ndarray of shape (n,)
        0.0 or 1.0.
    weight : ndarray of shape (n,)
        Above 0.
    group : ndarray of int, shape (n,)
        0 to ``groups`` - 1: which rows are kept whole in resampling.
    ticket : ndarray of uint64, shape (n,)
        A number drawn by hash for each row, blind to score and outcome.
    drawn : ndarray of bool, shape (n,)
        One row of each group: that of the lowest ticket.
    arrivals : Arrivals, optional
        When leads reached which probability, where that is dated; of more rows than
        these, if need be, since a volume asks for no outcomes.

    Examples
    --------
    >>> evidence = Evidence.of([0.2, 0.4, 0.9], [0, 1, 1], group_id=["a", "a", "b"])
    >>> evidence.rows, evidence.groups, evidence.conversions
    (3, 2, 2)
    """

    probability: Floats
    outcome: Floats
    weight: Floats
    group: Codes
    ticket: Tickets
    drawn: Mask
    arrivals: Arrivals | None = None

    @classmethod
    def of(
        cls,
        probability: npt.ArrayLike,
        outcome: npt.ArrayLike,
        *,
        weight: npt.ArrayLike | None = None,
        group_id: Keys | None = None,
        row_key: Keys | None = None,
    ) -> Evidence:
        """Check the columns and hold them together.

        Parameters
        ----------
        probability, outcome : array-like of shape (n,)
            In [0, 1], and 0 or 1: immature snapshots do not belong here.
        weight : array-like of shape (n,), optional
            Such as how many rows a sampled one stands for. Without it every row weighs
            1. Never one that depends on what became of the lead.
        group_id : sequence of shape (n,), optional
            The account, or the lead. Without it every row is its own group.
        row_key : sequence of shape (n,), optional
            A name of the row that does not depend on the order of the table; with it,
            shuffling the rows changes no drawing.
        """
        chance = fractions(probability, "probability")
        group = group_codes(group_id, chance.size)
        names = group if group_id is None else group_id
        ticket = _tickets(names, "one per group", row_key)
        return cls(
            chance,
            outcomes(outcome, chance.size),
            weights(weight, chance.size),
            group,
            ticket,
            _lowest(group, ticket),
        )

    def at(self, rows: Codes) -> Evidence:
        """These rows in this order; the groups keep their numbers."""
        return Evidence(
            self.probability[rows],
            self.outcome[rows],
            self.weight[rows],
            self.group[rows],
            self.ticket[rows],
            self.drawn[rows],
            self.arrivals,
        )

    def one_conversion_per_group(self) -> Mask:
        """One converted row of each group that has one: that of the lowest ticket."""
        rows = np.flatnonzero(self.outcome == 1)
        mask: Mask = np.zeros(self.rows, dtype=np.bool_)
        mask[rows[_lowest(self.group[rows], self.ticket[rows])]] = True
        return mask

    @property
    def rows(self) -> int:
        """Number of snapshots."""
        return self.probability.size

    @property
    def groups(self) -> int:
        """Number of groups."""
        return int(self.group.max()) + 1

    @property
    def conversions(self) -> int:
        """Number of snapshots with outcome 1."""
        return int(self.outcome.sum())


def hashed(keys: Keys, salt: str) -> Tickets:
    """Whole numbers that depend on the keys alone, the same on every machine.

    Parameters
    ----------
    keys : sequence of shape (n,)
        Anything that ``str`` names.
    salt : str
        What the drawing is for; another salt gives an unrelated drawing.

    Returns
    -------
    ndarray of uint64, shape (n,)
        As good as uniform.

    Examples
    --------
    >>> bool(hashed(["lead-1"], "cutoff")[0] == hashed(["lead-1"], "cutoff")[0])
    True
    """
    seed = blake2b(salt.encode(), digest_size=16).digest()
    digests = (blake2b(str(k).encode(), digest_size=8, key=seed).digest() for k in keys)
    return np.frombuffer(b"".join(digests), dtype=">u8").astype(np.uint64)


def one_per_group(
    group_id: Keys, salt: str = "one per group", *, row_key: Keys | None = None
) -> Mask:
    """Draw one row of each group by hash, blind to score and outcome.

    Parameters
    ----------
    group_id : sequence of shape (n,)
        The account, or the lead.
    salt : str
        What the drawing is for.
    row_key : sequence of shape (n,), optional
        A name of the row, unique in its group. Without it the row's place among the
        rows of its group is taken, which depends on the order of the table.

    Returns
    -------
    ndarray of bool, shape (n,)
        True once in every group.

    Examples
    --------
    >>> one_per_group(["a", "b"]).tolist()
    [True, True]
    >>> int(one_per_group(["a", "a", "a", "b"]).sum())
    2
    """
    names = list(group_id)
    return _lowest(group_codes(names, len(names)), _tickets(names, salt, row_key))


def group_codes(group_id: Keys | None, rows: int) -> Codes:
    """Number the groups from 0 in the order of their names; without names, the rows."""
    if group_id is None:
        return np.arange(rows)
    names = pd.Series(list(group_id), dtype="object")
    _same_length(names.size, rows, "group_id")
    missing = int(names.isna().sum())
    if missing:
        raise DataError(
            f"Every row needs a group_id, but {missing} of {rows} have none. Give each "
            "lead without an account a group of its own."
        )
    code, found = pd.factorize(names)
    rank = np.argsort(np.argsort(found.astype(str), kind="stable"), kind="stable")
    return np.asarray(rank[code], dtype=np.intp)


def fractions(values: npt.ArrayLike, name: str) -> Floats:
    """Numbers in [0, 1], at least one of them, or a sentence about what is not."""
    checked = np.asarray(values, dtype=np.float64)
    if checked.ndim != 1 or not checked.size:
        raise DataError(
            f"One {name} per row is needed, in one column with at least one row, but "
            f"the shape is {checked.shape}."
        )
    wrong = ~((checked >= 0) & (checked <= 1))
    if wrong.any():
        raise DataError(
            f"Every {name} lies in [0, 1], but {int(wrong.sum())} of {checked.size} do "
            f"not; the first is {checked[wrong][0]:g}, in row {int(wrong.argmax())}."
        )
    return checked


def outcomes(values: npt.ArrayLike, rows: int) -> Floats:
    """Outcomes as 0.0 and 1.0, or a sentence about what they are instead."""
    checked = np.asarray(values, dtype=np.float64)
    _same_length(checked.size, rows, "outcome")
    wrong = ~np.isin(checked, (0.0, 1.0))
    if wrong.any():
        raise DataError(
            f"Every outcome is 0 or 1, but {int(wrong.sum())} of {rows} are not; the "
            f"first is {checked[wrong][0]:g}, in row {int(wrong.argmax())}. Leave out "
            "snapshots that are not mature."
        )
    return checked


def weights(values: npt.ArrayLike | None, rows: int) -> Floats:
    """Weights above 0; 1 each where none are given."""
    if values is None:
        return np.ones(rows)
    checked = np.asarray(values, dtype=np.float64)
    _same_length(checked.size, rows, "weight")
    wrong = ~((checked > 0) & np.isfinite(checked))
    if wrong.any():
        raise DataError(
            f"Every weight is above 0 and finite, but {int(wrong.sum())} of {rows} are "
            f"not; the first is {checked[wrong][0]:g}, in row {int(wrong.argmax())}."
        )
    return checked


def _tickets(names: Keys, salt: str, row_key: Keys | None) -> Tickets:
    """Number of each row, drawn by hash of its group's name and its own."""
    groups = pd.Series(list(names), dtype="object").astype(str)
    place = groups.groupby(groups).cumcount() if row_key is None else list(row_key)
    pairs = zip(groups, place, strict=True)
    return hashed([f"{group}\x1f{row}" for group, row in pairs], salt)


def _lowest(group: Codes, ticket: Tickets) -> Mask:
    """Whether a row has the lowest ticket of its group; once in every group."""
    order = np.lexsort((ticket, group))
    mask: Mask = np.zeros(group.size, dtype=np.bool_)
    mask[order[np.flatnonzero(np.diff(group[order], prepend=-1))]] = True
    return mask


def _same_length(size: int, rows: int, name: str) -> None:
    """Refuse a column that is longer or shorter than the others."""
    if size != rows:
        raise DataError(f"{rows} rows need {rows} values of {name}, but got {size}.")
