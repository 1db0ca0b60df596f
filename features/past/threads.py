"""From the engine's tables to the arrays that the compiled loops walk along.

The engine is asked for every touch of the leads at hand, with numbers in the place of
texts; it need not sort. Putting the touches of a lead side by side is a counting sort
here, which is nothing where a table is already in that order, as intake writes it.
"""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np

from ..compilation import compiled
from ..engine import Engine
from ..vocabulary import DAY_US
from . import loops
from .loops import NEVER
from .pattern import CLASSES_PER_KIND, EVENING, WEEKEND, WORK
from .selection import WORK_FROM, WORK_TO

LEADS = "past_leads"  # the leads at hand, numbered
_GREATEST_VALUE = 1e12  # what a decimal of six places and eighteen digits holds

_HOUR_US = DAY_US // 24
_THURSDAY = 3  # the weekday of 1970-01-01, Monday being 0


@dataclass(frozen=True, eq=False)
class Read:
    """The touches of some leads, as arrays.

    Attributes
    ----------
    threads : loops.Threads
    words : dict of str to tuple of str
        The texts of a column, by code; of ``kind`` always.
    is_own : ndarray of shape (n_touches,)
        Whether it names the lead, and not just its account.
    """

    threads: loops.Threads
    words: dict[str, tuple[str, ...]]
    is_own: np.ndarray


def read_threads(
    connection: Engine,
    columns: Sequence[str],
    leads: int,
    *,
    workers: int,
    where: str = "true",
) -> Read:
    """Read every touch of the leads in the table ``past_leads``.

    Parameters
    ----------
    columns : sequence of str
        Which columns of words are asked for.
    leads : int
        How many leads there are in ``past_leads``, numbered from 0.
    workers : int
        Threads to lay them out with.
    where : str
        A condition that every touch of these leads meets, to read fewer others.
    """
    texts = [c for c in columns if c in ("asset", "channel")]
    words = {name: _number(connection, name, where) for name in ("kind", *texts)}
    told = connection.sql(_query(texts, where)).to_arrow_table()
    array = {
        name: told.column(name).to_numpy() for name in told.column_names
    }  # numbers without a null: nothing is masked
    threads, order = _in_order(array, columns, leads, workers)
    return Read(threads, words, array["is_own"][order])


def _query(texts: Sequence[str], where: str) -> str:
    codes = "".join(f", coalesce(d_{n}.code, -1) AS {n}" for n in texts)
    joins = "".join(f" LEFT JOIN past_{n} d_{n} ON d_{n}.word = t.{n}" for n in texts)
    return " UNION ALL ".join(
        f"SELECT l.lead_no, k.code AS kind, epoch_us(t.occurred_at) AS occurred, "
        "epoch_us(t.recorded_at) AS recorded, "
        f"coalesce(t.value, CAST('nan' AS DOUBLE)) AS value, {is_own} AS is_own{codes} "
        f"FROM touches t JOIN {LEADS} l ON {on} "
        f"JOIN past_kind k ON k.word = t.kind{joins} WHERE {where}"
        for on, is_own in (
            ("l.lead_id = t.lead_id", "true"),
            # an account's touch: all its leads'
            ("l.account_id = t.account_id AND t.lead_id IS NULL", "false"),
        )
    )


def _number(connection: Engine, column: str, where: str) -> tuple[str, ...]:
    """Number the words of a column, in the order of the words; return them."""
    connection.execute(
        f"CREATE OR REPLACE TEMP TABLE past_{column} AS "
        "SELECT word, CAST(row_number() OVER (ORDER BY word) - 1 AS INTEGER) AS code "
        f"FROM (SELECT DISTINCT {column} AS word FROM touches "
        f"WHERE {column} IS NOT NULL AND ({where}))"
    )
    found = connection.execute(f"SELECT word FROM past_{column} ORDER BY code")
    return tuple(word for (word,) in found.fetchall())


def _in_order(
    array: dict[str, np.ndarray], columns: Sequence[str], leads: int, workers: int
) -> tuple[loops.Threads, np.ndarray]:
    starts, order = in_order(array["lead_no"], array["occurred"], leads)
    count = len(order)
    threads = loops.Threads(
        starts,
        np.empty(count, np.int64),
        np.empty(count, np.int64),
        np.empty(count, np.int32),
        np.empty(count, np.int64),
        np.empty((len(columns), count), np.int32),
    )
    first_day = int(array["occurred"].min() // DAY_US) if count else 0
    borders = np.linspace(0, count, workers + 1).astype(int)

    def lay(block: int) -> None:
        span = slice(borders[block], borders[block + 1])
        places = order[span]
        _lay(
            array["kind"],
            array["occurred"],
            array["recorded"],
            array["value"],
            places,
            threads.occurred[span],
            threads.recorded[span],
            threads.kind[span],
            threads.millionths[span],
        )
        for number, name in enumerate(columns):
            words = threads.words[number, span]
            if name == "day":
                words[:] = threads.occurred[span] // DAY_US - first_day
            else:
                np.take(array[name], places, out=words)

    with ThreadPoolExecutor(workers) as pool:
        list(pool.map(lay, range(workers)))
    return threads, order


@compiled
def _lay(
    kind: np.ndarray,
    occurred: np.ndarray,
    recorded: np.ndarray,
    value: np.ndarray,
    places: np.ndarray,
    occurred_to: np.ndarray,
    recorded_to: np.ndarray,
    class_to: np.ndarray,
    millionths_to: np.ndarray,
) -> None:
    """Put touches in their places: with their class, and their value in millionths."""
    for i in range(len(places)):
        j = places[i]
        day = occurred[j] // DAY_US
        hour = (occurred[j] - day * DAY_US) // _HOUR_US
        moment = EVENING
        if (day + _THURSDAY) % 7 >= 5:
            moment = WEEKEND
        elif WORK_FROM <= hour < WORK_TO:
            moment = WORK
        is_valued = abs(value[j]) < _GREATEST_VALUE  # false for NaN
        occurred_to[i] = occurred[j]
        recorded_to[i] = recorded[j]
        class_to[i] = kind[j] * CLASSES_PER_KIND + moment * 2 + is_valued
        millionths_to[i] = np.int64(np.rint(value[j] * 1e6)) if is_valued else NEVER


@compiled
def in_order(
    lead: np.ndarray, occurred: np.ndarray, leads: int
) -> tuple[np.ndarray, np.ndarray]:
    """Return where each lead's touches begin, and the order by lead, then time."""
    starts = np.zeros(leads + 1, np.int64)
    for j in range(len(lead)):
        starts[lead[j] + 1] += 1
    for n in range(leads):
        starts[n + 1] += starts[n]
    order = np.empty(len(lead), np.int64)
    free = starts[:-1].copy()
    for j in range(len(lead)):
        order[free[lead[j]]] = j
        free[lead[j]] += 1
    for n in range(leads):
        mine = order[starts[n] : starts[n + 1]]
        for i in range(1, len(mine)):
            if occurred[mine[i]] < occurred[mine[i - 1]]:
                mine[:] = mine[np.argsort(occurred[mine], kind="mergesort")]
                break
    return starts, order
