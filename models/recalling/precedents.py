"""Past leads and what became of them, kept with the scorer: precedents.

They answer what became of leads like one that is scored, and are the past leads that
an explanation may be held against. Which ones: :mod:`models.recalling.drawing`.

Why contributions lie beside the features: to reckon them anew takes the scorer's
tables, which a reviewer who opens one lead does not wait for. Why in log-odds and not
in points: they stay true when the scorer is calibrated again.

Nothing says whose rows these are: there are no ids, an instant is cut to its month, and
the columns of personal signals are missing, though what they contributed is not.
"""

from __future__ import annotations

import io
import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, TypeAlias

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.parquet as pq

from features.errors import ModelError
from features.vocabulary import OUTCOME, SNAPSHOT_AT

from ..points import Floats, Scale
from ..wording import Wording

if TYPE_CHECKING:
    from ..contract import Contract

Singles: TypeAlias = npt.NDArray[np.float32]
Months: TypeAlias = npt.NDArray[np.datetime64]

_LEAST_ABOVE: Final = 50  # rows above a cutoff to hold a lead against, if there are
_ABOVE_SHARE: Final = 0.05
_FEW_ABOVE: Final = 30  # a reference of fewer rests on chance, and says so
_BASELINE: Final = b"leadlight.baseline"
_NO_TIME: Final = int(np.iinfo(np.int64).min)  # what numpy takes for no instant
_WEIGHT, _MARGIN = "weight", "margin"


@dataclass(frozen=True, eq=False)
class Precedents:
    """Past snapshots whose outcomes are known, at most one a group.

    Attributes
    ----------
    outcome : ndarray of shape (n,)
        1.0 where the lead converted, else 0.0.
    snapshot_at : ndarray of datetime64, shape (n,)
        The first of the snapshot's month, UTC; NaT in a flat export.
    weight : ndarray of shape (n,)
        How many past groups a row stands for.
    margin : ndarray of shape (n,)
        What a booster that had not seen the row said of it, in log-odds; NaN where none
        did.
    encoded : ndarray of float32, shape (n, n_features)
        As encoded for the booster; NaN where missing, and in personal columns.
    contributions : ndarray of float32, shape (n, n_signals)
        Of the served booster, in log-odds.
    baseline : float
        With a row's contributions, its margin by the served booster.
    """

    outcome: Floats
    snapshot_at: Months
    weight: Floats
    margin: Floats
    encoded: Singles
    contributions: Singles
    baseline: float

    def __len__(self) -> int:
        return len(self.outcome)

    def points(self, scale: Scale) -> Floats:
        """Points of every signal; shape (n, n_signals)."""
        return scale.contribution_points(self.contributions)

    def served_margin(self) -> Floats:
        """Margin of every row by the served booster; shape (n,)."""
        added: Floats = self.contributions.sum(axis=1, dtype=np.float64)
        return self.baseline + added

    def to_bytes(self) -> bytes:
        """Return them as Parquet; the same precedents give the same bytes."""
        columns: dict[str, Any] = {
            OUTCOME: self.outcome.astype(np.int8),
            SNAPSHOT_AT: self.snapshot_at.astype("datetime64[s]"),
            _WEIGHT: self.weight,
            _MARGIN: self.margin,
            **_numbered("f", self.encoded),
            **_numbered("c", self.contributions),
        }
        told = pa.table(columns)
        at = told.schema.get_field_index(SNAPSHOT_AT)
        utc = told.column(at).cast(pa.timestamp("us", tz="UTC"))
        told = told.set_column(at, SNAPSHOT_AT, utc)
        told = told.replace_schema_metadata({_BASELINE: repr(self.baseline).encode()})
        into = io.BytesIO()
        pq.write_table(told, into, compression="zstd")
        return into.getvalue()

    @classmethod
    def from_bytes(cls, told: bytes, scorer: Wording | Contract) -> Precedents:
        """Read what :meth:`to_bytes` made for a scorer.

        Raises
        ------
        ModelError
            When it is damaged, or of another scorer than this.
        """
        try:
            table = pq.ParquetFile(pa.BufferReader(told)).read()
            months = _months(table[SNAPSHOT_AT])
            found = cls(
                _numbers(table[OUTCOME]).astype(np.float64),
                months,
                _numbers(table[_WEIGHT]),
                _numbers(table[_MARGIN]),
                _matrix(table, "f", len(scorer.features)),
                _matrix(table, "c", len(scorer.signals)),
                float((table.schema.metadata or {})[_BASELINE]),
            )
        except MemoryError:  # Arrow's is an ArrowException, too
            raise
        except (pa.ArrowException, OSError, KeyError, ValueError) as error:
            raise ModelError(
                "The scorer's precedents cannot be read "
                f"({str(error).splitlines()[0]}): they are damaged, or of another "
                "scorer. Train again, or fetch the scorer again."
            ) from error
        if not math.isfinite(found.baseline):
            raise ModelError("The scorer's precedents are damaged. Train again.")
        return found


@dataclass(frozen=True, eq=False)
class Background:
    """Past leads that an explanation is held against.

    Attributes
    ----------
    encoded : ndarray of shape (n, n_features)
        As encoded for the booster.
    weight : ndarray of shape (n,)
    name : str
        What the reference is called.
    said : str
        What is to be known of it; empty where that is nothing.
    """

    encoded: Floats
    weight: Floats
    name: str
    said: str = ""


def population(precedents: Precedents) -> Background:
    """All precedents.

    Raises
    ------
    ModelError
        When there are none.
    """
    if not len(precedents):
        raise ModelError("The scorer keeps no past leads to hold a lead against.")
    encoded = precedents.encoded.astype(np.float64)
    said = _said(precedents, len(precedents))
    return Background(encoded, precedents.weight, "population", said)


def above_cutoff(precedents: Precedents, wording: Wording, which: str) -> Background:
    """Past leads that qualified, and not by much.

    Why these: who is told what kept them from qualifying is held against those who just
    did, one of the two methods of the official commentary on Regulation B, section
    1002.9(b)(2). Of the precedents at or above the cutoff, the nearest 50 or the
    nearest twentieth of all precedents are taken, whichever is more.

    Parameters
    ----------
    which : str
        ``mql`` or ``sql``.

    Raises
    ------
    ModelError
        When there is no such cutoff, or nobody above it.
    """
    threshold = wording.thresholds.get(which)
    if threshold is None:
        raise ModelError(f"The scorer has no cutoff {which!r} to hold a lead against.")
    chance = wording.scale.probability(precedents.served_margin())
    above = np.flatnonzero(chance >= threshold)
    if not len(above):
        raise ModelError(
            f"None of the scorer's {len(precedents):,} past leads is at or above the "
            f"{which.upper()} cutoff, so there is nobody to hold a lead against. Ask "
            "for the reference 'population'."
        )
    wanted = max(_LEAST_ABOVE, math.ceil(_ABOVE_SHARE * len(precedents)))
    nearest = above[np.argsort(chance[above], kind="stable")][:wanted]
    encoded = precedents.encoded[nearest].astype(np.float64)
    name = f"leads just above the {which.upper()} cutoff"
    said = _said(precedents, len(nearest))
    return Background(encoded, precedents.weight[nearest], name, said)


def _said(precedents: Precedents, leads: int) -> str:
    """What is to be known of a reference of so many of the precedents."""
    told = [_small(leads)]
    if np.isnan(precedents.encoded).all(axis=0).any():
        told.append(
            "Values that are personal are not kept of past leads: there the lead is "
            "held against leads of which nothing is known."
        )
    return " ".join(filter(None, told))


def _small(leads: int) -> str:
    if leads >= _FEW_ABOVE:
        return ""
    told = "one past lead" if leads == 1 else f"{leads} past leads"
    return f"The reference is {told} only: other ones would change these points."


def _numbered(letter: str, values: Singles) -> dict[str, Singles]:
    """One column each, called ``f0000``, ``f0001`` and so on."""
    return {f"{letter}{i:04}": values[:, i] for i in range(values.shape[1])}


def _numbers(column: pa.ChunkedArray) -> npt.NDArray[Any]:
    """A column without nulls; ``to_numpy`` would import pandas first."""
    parts = [np.from_dlpack(chunk) for chunk in column.chunks]
    return np.concatenate(parts) if parts else np.empty(0, np.float32)


def _months(at: pa.ChunkedArray) -> Months:
    # By way of integers, for the same reason.
    micros = at.cast(pa.timestamp("us", tz="UTC")).cast(pa.int64()).to_pylist()
    held = np.array([_NO_TIME if m is None else m for m in micros], dtype=np.int64)
    return held.view("datetime64[us]").astype("datetime64[M]")


def _matrix(table: pa.Table, letter: str, width: int) -> Singles:
    """The numbered columns side by side, as many as there have to be."""
    names = [n for n in table.column_names if n[0] == letter and n[1:].isdigit()]
    if len(names) != width:
        raise ValueError(f"{len(names)} columns {letter}… where {width} were expected")
    made = np.empty((table.num_rows, width), np.float32)
    for i in range(width):
        made[:, i] = _numbers(table[f"{letter}{i:04}"])
    return made
