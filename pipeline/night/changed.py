"""The parts of every lead's change, as the ledger holds them: a list for each lead.

No Python object is made for a part, of which a million leads have ten million; each
different value of a signal is put into words once.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa

from models.changing.change import CAUSES, NO_SIGNAL, SAID_POINTS, Parts
from models.explaining.spoken import Spoken

from .prior import Prior

Places = npt.NDArray[np.intp]

_CHANGE: Final = pa.struct(
    [
        ("cause", pa.string()), ("code", pa.string()), ("points", pa.float64()),
        ("was", pa.string()),
    ]
)  # fmt: skip


@dataclass(frozen=True, eq=False)
class Told:
    """What is told of the leads that one file of scores held.

    Attributes
    ----------
    prior : Prior
    places : ndarray of int, shape (n_leads,)
        Of these leads among tonight's.
    known : ndarray of int, shape (n_leads,)
        Of these leads in the prior.
    parts : Parts
        Theirs, small ones together.
    """

    prior: Prior
    places: Places
    known: Places
    parts: Parts

    def struct(self) -> pa.StructArray:
        """Return the parts as the ledger holds them."""
        codes = [s.code for s in self.prior.contract.signals]
        columns = (
            _worded(self.parts.cause, [c.value for c in CAUSES]),
            _worded(self.parts.signal, codes),
            pa.array(self.parts.points),
            self._was(),
        )
        return pa.StructArray.from_arrays(columns, fields=list(_CHANGE))

    def _was(self) -> pa.Array:
        """What had been seen before, where the part is large enough to be looked at."""
        parts, contract = self.parts, self.prior.contract
        is_told = np.abs(parts.points) >= SAID_POINTS
        code = np.full(len(parts.lead), -1)
        words: list[str] = []
        order = np.argsort(np.where(is_told, parts.signal, NO_SIGNAL), kind="stable")
        told = np.where(is_told, parts.signal, NO_SIGNAL)[order]
        borders = np.searchsorted(told, np.arange(len(contract.signals) + 1))
        for signal, (start, end) in zip(
            contract.signals, pairwise(borders), strict=True
        ):
            if start < end:
                mine = order[start:end]
                rows = self.known[parts.lead[mine]]
                spoken = Spoken(signal, contract.features, None)
                number, said = spoken.of(rows, self.prior.encoded, self.prior.seen)
                code[mine] = number + len(words)
                words += said
        return _worded(code, words)


def listed(told: Sequence[Told], leads: int) -> pd.api.extensions.ExtensionArray:
    """Return the parts of each of tonight's leads; missing where there is no change."""
    lead = np.concatenate([[], *(t.places[t.parts.lead] for t in told)]).astype(int)
    empty = pa.array([], _CHANGE)
    whole = pa.concat_arrays([empty, *(t.struct() for t in told)])
    order = np.argsort(lead, kind="stable")
    is_missing = np.ones(leads, dtype=bool)
    for each in told:
        is_missing[each.places] = False
    ends = np.cumsum(np.bincount(lead, minlength=leads))
    lists = pa.LargeListArray.from_arrays(
        pa.array(np.concatenate([[0], ends]), pa.int64()),
        whole.take(pa.array(order)),
        mask=pa.array(is_missing),
    )
    return pd.arrays.ArrowExtensionArray(lists)


def _worded(code: npt.NDArray[np.int64], words: Sequence[str]) -> pa.Array:
    """Words by their numbers; below nought is none."""
    numbers = pa.array(code.astype(np.int32), mask=code < 0)
    table = pa.array(list(words), pa.string())
    return pa.DictionaryArray.from_arrays(numbers, table).cast(pa.string())
