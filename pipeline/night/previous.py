"""Last night's scores, from which tonight's standing goes on, and what changed since.

Read from the very output that others read: what people have seen is what hysteresis has
to go on from, not what somebody remembers. Scores in CSV are not read back: there ids
may have an apostrophe and instants no type.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow.parquet as pq

from features.errors import RunError
from features.vocabulary import Qualification, Status
from models.contract import Contract
from models.evidence import Mask
from models.qualifying.standing import Published, published, standing

from .ledger import ENDING, UNREADABLE
from .places import QUARANTINE, is_held

_COLUMNS = (
    "lead_id", "snapshot_at", "status", "standing", "standing_since", "model_name",
    "horizon_days",
)  # fmt: skip


@dataclass(frozen=True, eq=False)
class Previous:
    """What was published of each lead, by lead_id.

    Attributes
    ----------
    table : DataFrame
        ``standing``, ``standing_since`` and the place of the ``file`` that tonight is
        compared with, one row a lead.
    files : tuple of Path
    """

    table: pd.DataFrame
    files: tuple[Path, ...] = ()

    def of(self, lead_id: pd.Series) -> tuple[Published, npt.NDArray[np.bool_]]:
        """Return what was published of these leads, and who was there at all.

        A lead that was not there stood for nothing.
        """
        rows = self.table.reindex(lead_id.to_numpy())
        known = rows["standing"].notna().to_numpy()
        words = rows["standing"].fillna(Qualification.NONE.value)
        since = rows["standing_since"].dt.tz_localize(None).to_numpy()
        return Published(words.to_numpy(dtype="<U4"), since), known


def previous_of(path: Path, contract: Contract, at: pd.Timestamp | None) -> Previous:
    """Read last night's scores.

    Parameters
    ----------
    path : Path
        A Parquet file, or a folder of them; what lies beside scores there is left
        aside, and so are scores that were held back. Of a lead that is there more than
        once the latest row counts.
    contract : Contract
        Tonight's scorer.
    at : Timestamp or None
        Tonight, in UTC; None for a flat export.

    Raises
    ------
    RunError
        When they cannot be read, are of another model or horizon, or are later than
        tonight.
    """
    files = tuple(_files(path))
    told = (_read(file).assign(file=place) for place, file in enumerate(files))
    table = pd.concat(told, ignore_index=True)
    _check_model(table, path, contract)
    if at is not None:
        _check_instants(table, path, at)
    table = table.sort_values(
        ["snapshot_at", "standing_since"], kind="stable", na_position="first"
    )
    kept = _latest(table)[["standing", "standing_since"]]
    return Previous(kept.assign(file=_compared(table, at)), files)


def _latest(table: pd.DataFrame) -> pd.DataFrame:
    return table.drop_duplicates("lead_id", keep="last").set_index("lead_id")


def _compared(table: pd.DataFrame, at: pd.Timestamp | None) -> pd.Series:
    """The place of the file that each lead is compared with, by lead_id.

    Of a folder in which tonight has been scored before, that is not tonight's own.
    """
    latest = _latest(table)["file"]
    if at is None:
        return latest
    earlier = _latest(table.loc[table["snapshot_at"] < at])["file"]
    return earlier.reindex(latest.index).fillna(latest).astype(int)


def standing_of(
    contract: Contract,
    spine: pd.DataFrame,
    probability: pd.Series,
    is_plain: Mask,
    previous: Previous | None,
) -> Published:
    """Settle what people see of each lead tonight.

    Parameters
    ----------
    spine : DataFrame of shape (n, at least 2)
        ``lead_id`` and ``asked_at``.
    probability : Series of shape (n,)
    is_plain : ndarray of bool, shape (n,)
        Whether a lead may stand for anything: it is familiar and on schedule.
    previous : Previous or None
        Last night's; without it standing is qualification, since now.
    """
    before, known = (None, None) if previous is None else previous.of(spine["lead_id"])
    now = standing(
        probability,
        contract.cutoffs,
        None if before is None else before.standing,
        hysteresis=contract.hysteresis,
        may_qualify=is_plain,
    )
    at = spine["asked_at"].dt.tz_localize(None).to_numpy()
    return published(now, at, before, known)


def _files(path: Path) -> list[Path]:
    if not path.is_dir():
        return [path]
    files = sorted(
        f
        for f in path.glob("*.parquet")
        if not f.name.endswith((ENDING, QUARANTINE)) and not is_held(f)
    )
    if not files:
        raise RunError(
            f"{path} holds no scores: a folder of last night's output holds Parquet "
            "files that `leadlight score` wrote. Name another with --previous, or "
            "score without."
        )
    return files


def _read(path: Path) -> pd.DataFrame:
    try:
        there = set(pq.read_schema(path).names)
        lacking = [c for c in _COLUMNS if c not in there]
        kept = [c for c in _COLUMNS if c in there]
        table: pd.DataFrame = pq.read_table(path, columns=kept).to_pandas()
    except MemoryError:  # Arrow's is an ArrowException, too
        raise
    except UNREADABLE as error:
        raise RunError(
            f"{path} cannot be read as last night's scores in Parquet "
            f"({str(error).splitlines()[0].rstrip('.')}). Name what `leadlight score` "
            "wrote with --previous, or score without."
        ) from error
    if lacking or not table["standing"].isin(list(Qualification)).all():
        what = f"lack {', '.join(lacking)}" if lacking else "hold other standings"
        raise RunError(
            f"{path} is no output of `leadlight score`: its rows {what}. Name last "
            "night's with --previous, or score without."
        )
    for column in ("snapshot_at", "standing_since"):
        table[column] = pd.to_datetime(table[column], utc=True)
    return table


def _check_model(table: pd.DataFrame, path: Path, contract: Contract) -> None:
    horizon = contract.horizon_days
    other = table["model_name"] != contract.model
    days = table["horizon_days"].astype("float64")
    other |= days.notna() if horizon is None else days != horizon
    if other.any():
        name, found = table.loc[other, ["model_name", "horizon_days"]].iloc[0]
        raise RunError(
            f"{path} is of the model {name!r} with a horizon of "
            f"{_days(found)}, and tonight's is {contract.model!r} with "
            f"{_days(horizon)}: their standings do not mean the same. Score without "
            "--previous."
        )


def _check_instants(table: pd.DataFrame, path: Path, at: pd.Timestamp) -> None:
    # Off schedule a snapshot may well be to come.
    plain = table["status"] != Status.OFF_SCHEDULE.value
    latest = max(
        (i for i in (table["snapshot_at"][plain].max(), table["standing_since"].max())
         if not pd.isna(i)),
        default=at,
    )  # fmt: skip
    if latest > at:
        raise RunError(
            f"{path} is of {latest:%Y-%m-%d %H:%M} UTC, which is later than tonight, "
            f"{at:%Y-%m-%d %H:%M} UTC: standing cannot go on from what is yet to come. "
            "Name an earlier night's scores with --previous, or score without."
        )


def _days(horizon: float | None) -> str:
    return "none" if horizon is None or pd.isna(horizon) else f"{horizon:g} days"
