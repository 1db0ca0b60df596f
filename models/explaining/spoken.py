"""One signal put into words for many leads, once for each different value."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
import numpy.typing as npt

from features.vocabulary import Unit

from ..players import ModelFeature, ModelSignal
from ..recalling.rates import Rates, judged
from .words import Floats, placed, rounded, say

if TYPE_CHECKING:
    import pandas as pd

_MOST_CODES: Final = 2**40  # so that no product of two overflows

Codes = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Spoken:
    """One signal, to be put into words for many leads: once for each different value.

    Attributes
    ----------
    signal : ModelSignal
    features : tuple of ModelFeature
    rates : Rates or None
        None: nothing is said of past leads.
    """

    signal: ModelSignal
    features: tuple[ModelFeature, ...]
    rates: Rates | None

    def of(
        self, leads: Codes, encoded: Floats, table: pd.DataFrame
    ) -> tuple[Codes, list[str]]:
        """Return which value side each lead has, and the different ones.

        Parameters
        ----------
        leads : ndarray of int, shape (n,)
            Rows of the two tables.
        encoded : ndarray of shape (n_rows, n_features)
        table : DataFrame of shape (n_rows, at least n_features)
        """
        signal = self.signal
        if signal.is_personal:
            return np.zeros(len(leads), np.int64), [say(signal, (), self.features)]
        if signal.unit is Unit.CATEGORY:
            return self._categories(table[self.features[signal.columns[0]].name], leads)
        unit, decimals = signal.unit, signal.decimals
        told = [rounded(encoded[leads, c], unit, decimals) for c in signal.columns]
        code, first = _different(told)
        return code, self._numbers(np.column_stack(told)[first])

    def _categories(self, column: pd.Series, leads: Codes) -> tuple[Codes, list[str]]:
        import pandas as pd

        code, texts = pd.factorize(column.array[leads], use_na_sentinel=False)
        plain = [None if pd.isna(text) else str(text) for text in texts]
        return code, [self._sentence([text], text) for text in plain]

    def _numbers(self, rows: Floats) -> list[str]:
        at = 0 if self.rates is None else self.rates.at
        unit, decimals = self.signal.unit, self.signal.decimals
        seen = np.column_stack([rows, judged(rows[:, at], unit, decimals)])
        plain = seen.astype(object)
        plain[np.isnan(seen)] = None
        return [self._sentence(told, value) for *told, value in plain.tolist()]

    def _sentence(
        self, told: Sequence[float | str | None], value: float | str | None
    ) -> str:
        said = say(self.signal, told, self.features)
        if self.rates is None:
            return said
        return placed(said, self.rates.place_of(value), self.rates)


def _different(columns: list[Floats]) -> tuple[Codes, Codes]:
    """Number the different rows of some columns, and name the first row of each."""
    import pandas as pd

    code, codes = np.zeros(len(columns[0]), dtype=np.int64), 1
    for column in columns:
        mine, found = pd.factorize(column, use_na_sentinel=False)
        code, codes = code * len(found) + mine, codes * len(found)
        if codes > _MOST_CODES:
            code, kept = pd.factorize(code)
            codes = len(kept)
    code, kept = pd.factorize(code)
    first = np.empty(len(kept), dtype=np.int64)
    first[code[::-1]] = np.arange(len(code))[::-1]
    return code, first
