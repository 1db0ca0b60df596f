"""What is usual of each source of touches, found in training for nights to compare."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from features.company import Company
from features.engine import Engine, literal, one_row
from features.vocabulary import DAY_US
from models.touch_sources import TouchSource, touched_bands, usual_age

from ..intake.judging import REPEAT
from ..origins import TouchesConfig
from ..sections import Config

_TELLING = ("lead_id", "account_id", "kind", "kind_is", "occurred_at")


def written(touches: TouchesConfig) -> dict[str, str]:
    """Return what tells a source from others, whatever its files are called tonight.

    Examples
    --------
    >>> calls = TouchesConfig(
    ...     from_="calls-2026-07-01.csv", lead_id="lead", kind_is="call",
    ...     occurred_at="at",
    ... )
    >>> written(calls)
    {'lead_id': 'lead', 'kind_is': 'call', 'occurred_at': 'at'}
    """
    told = {name: getattr(touches, name) for name in _TELLING}
    return {
        name: value if isinstance(value, str) else ", ".join(value)
        for name, value in told.items()
        if value is not None
    }


def source_name(touches: TouchesConfig) -> str:
    """Return what to call a source of touches: its one kind, or its file's name."""
    if touches.kind_is is not None:
        return touches.kind_is
    meant = touches.from_
    several = (meant,) if isinstance(meant, str) else tuple(meant)
    if isinstance(meant, dict):
        several = tuple(meant.values())
    more = f" and {len(several) - 1:,} more" if len(several) > 1 else ""
    return f"{Path(several[0]).name}{more}"


def touch_sources(
    config: Config, sources: Sequence[Mapping[str, Any]]
) -> Iterator[tuple[int, TouchesConfig, Mapping[str, Any]]]:
    """Pair the sources of touches as configured with their numbers and reports."""
    orders = [n for n, s in enumerate(sources) if s["table"] == "touches"]
    for order, touches in zip(orders, config.touches, strict=True):
        yield order, touches, sources[order]


def usual_sources(
    connection: Engine,
    tables: Path,
    config: Config,
    company: Company,
    sources: Sequence[Mapping[str, Any]],
) -> tuple[TouchSource, ...]:
    """Learn what is usual of each source of touches.

    Parameters
    ----------
    connection : Engine
        Showing ``spine``: the snapshots learnt from.
    tables : Path
        The folder with the tallies of the sources.
    company : Company
        Whose kinds of touch are known.
    sources : sequence of dict
        What the intake reported of every source, in its order.

    Returns
    -------
    tuple of TouchSource
        Empty where the intake is of an older version, which kept no tallies.
    """
    if not (tables / "source_leads.parquet").exists():
        return ()
    first, last = one_row(
        connection, "SELECT min(snapshot_at), max(snapshot_at) FROM spine"
    )
    if first is None:
        return ()
    days = [int(np.datetime64(i, "us").astype("int64")) / DAY_US for i in (first, last)]
    midnights = np.arange(np.ceil(days[0]), np.floor(days[1]) + 1)
    learnt = []
    for order, touches, report in touch_sources(config, sources):
        newest = _newest_days(connection, tables, order)
        age, counted = usual_age(newest, midnights)
        aside = report["reasons"]
        learnt.append(
            TouchSource(
                name=source_name(touches),
                written=written(touches),
                rows=report["rows_in"],
                unreadable=sum(aside.values()) - aside.get(REPEAT, 0),
                known_kinds=known_kinds(connection, tables, order, company),
                age_days=age,
                midnights=counted,
                touched=touched_bands(*ages_and_touched(connection, tables, order)),
            )
        )
    return tuple(learnt)


def known_kinds(connection: Engine, tables: Path, order: int, company: Company) -> int:
    """Count a source's touches of a kind that is declared."""
    kinds = ", ".join(literal(k.name) for k in company.kinds) or "NULL"
    (rows,) = one_row(
        connection,
        f"SELECT coalesce(sum(rows), 0) FROM {_tally(tables, 'source_kinds')} "
        f"WHERE source = {order} AND kind IN ({kinds})",
    )
    return int(rows)


def ages_and_touched(
    connection: Engine, tables: Path, order: int, condition: str = "true"
) -> tuple[np.ndarray, np.ndarray]:
    """Look which snapshots of the spine had a touch of a source before them.

    Parameters
    ----------
    condition : str
        SQL for the snapshots that are looked at; those of leads without an instant of
        creation never are.

    Returns
    -------
    ndarray of float, shape (n_snapshots,)
        The leads' ages in days.
    ndarray of bool, shape (n_snapshots,)
        Whether a touch of the lead, or of its account, was known before.
    """
    of = f"FROM {_tally(tables, 'source_leads')} WHERE source = {order}"
    found = connection.execute(
        f"""
        SELECT (epoch_us(s.snapshot_at) - epoch_us(s.created_at)) / {DAY_US} AS age,
            coalesce(l.first_known_at < s.snapshot_at, false)
                OR coalesce(a.first_known_at < s.snapshot_at, false) AS is_touched
        FROM spine s
        LEFT JOIN (SELECT lead_id, first_known_at {of} AND lead_id IS NOT NULL) l
            ON l.lead_id = s.lead_id
        LEFT JOIN (SELECT account_id, first_known_at {of} AND lead_id IS NULL) a
            ON a.account_id = s.account_id
        WHERE s.created_at IS NOT NULL AND s.snapshot_at IS NOT NULL AND {condition}
        """
    ).fetchnumpy()
    return (
        np.asarray(found["age"], dtype=np.float64),
        np.asarray(found["is_touched"], dtype=np.bool_),
    )


def _newest_days(connection: Engine, tables: Path, order: int) -> np.ndarray:
    """The newest instant of each day with a touch, in days since 1970."""
    found = connection.execute(
        f"SELECT epoch_us(newest) AS newest FROM {_tally(tables, 'source_days')} "
        f"WHERE source = {order} ORDER BY newest"
    ).fetchnumpy()
    return np.asarray(found["newest"], dtype=np.float64) / DAY_US


def _tally(tables: Path, name: str) -> str:
    return f"read_parquet({literal((tables / f'{name}.parquet').as_posix())})"
