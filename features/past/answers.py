"""The value of every atom at every snapshot, computed on one machine."""

from __future__ import annotations

import os
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

import numpy as np
import pyarrow as pa

from ..colleagues import ColleagueAtom, Fact
from ..company import Company
from ..engine import Engine, one_row
from . import loops
from .accounts import When, colleagues_of, facts_of
from .aggregate import AnyAtom
from .atoms import Atom
from .limits import limits_of
from .parts import WHOLE, Part
from .pattern import Cut, cut
from .threads import LEADS, Read, in_order, read_threads


@dataclass(eq=False)
class Answers:
    """Atoms by snapshot.

    Attributes
    ----------
    rows : ndarray of shape (n_snapshots,)
        The spine's row numbers, rising.
    values : dict of str to ndarray of shape (n_snapshots,)
        By the atom's name; NaN is missing; of a word its code.
    words : dict of str to tuple of str
        The texts of a column, by code.
    """

    rows: np.ndarray
    values: dict[str, np.ndarray] = field(default_factory=dict)
    words: dict[str, tuple[str, ...]] = field(default_factory=dict)

    def column(self, atom: AnyAtom) -> pa.Array:
        """Return an atom's values; missing is null."""
        values = self.values[atom.name]
        if not isinstance(atom, Atom) or not atom.is_word:
            return pa.array(values, from_pandas=True)
        codes = pa.array(values, from_pandas=True).cast(pa.int32())
        texts = pa.array(self.words.get(atom.column or "", ()), pa.string())
        return pa.DictionaryArray.from_arrays(codes, texts).cast(pa.string())


@dataclass(frozen=True, eq=False)
class _Spine:
    """The snapshots in the order of their rows."""

    rows: np.ndarray
    lead: np.ndarray
    at: np.ndarray
    known: np.ndarray
    until: np.ndarray
    account_of: np.ndarray  # by lead


def answers_of(
    connection: Engine,
    company: Company,
    atoms: Sequence[AnyAtom],
    part: Part = WHOLE,
) -> Answers:
    """Compute atoms for every snapshot of the spine, which is that of a part."""
    of_touches = [a for a in atoms if isinstance(a, Atom)]
    of_colleagues = [a for a in atoms if isinstance(a, ColleagueAtom)]
    _number_leads(connection, with_colleagues=bool(of_colleagues))
    spine = _spine(connection)
    answers = Answers(spine.rows)
    read: Read | None = None
    if of_touches or any(a.fact is Fact.TOUCH for a in of_colleagues):
        where = part.of_touches(connection)
        read = _sum_up(connection, of_touches, spine, answers, where)
    for fact in Fact:
        asked = [a for a in of_colleagues if a.fact is fact]
        if asked:
            facts = facts_of(connection, fact, company, read)
            when = When(spine.at, spine.known)
            told = colleagues_of(facts, asked, spine.account_of, spine.lead, when)
            answers.values |= dict(zip((a.name for a in asked), told, strict=True))
    return answers


def _number_leads(connection: Engine, *, with_colleagues: bool) -> None:
    """Number the leads of the spine, and those of their accounts."""
    others = (
        " UNION SELECT l.lead_id, l.account_id FROM leads l "
        "SEMI JOIN spine s USING (account_id)"
        if with_colleagues
        else ""
    )
    connection.execute(
        f"""
        CREATE OR REPLACE TEMP TABLE {LEADS} AS
        SELECT lead_id, account_id,
          CAST(row_number() OVER (ORDER BY lead_id) - 1 AS INTEGER) AS lead_no,
          CAST(CASE WHEN account_id IS NULL THEN -1 ELSE
            dense_rank() OVER (ORDER BY account_id NULLS FIRST) - 1 END AS INTEGER)
            AS account_no
        FROM (SELECT lead_id, account_id FROM spine{others}
          GROUP BY lead_id, account_id)
        """
    )


def _spine(connection: Engine) -> _Spine:
    limits = limits_of(connection)
    instants = {"at": "s.snapshot_at"}
    if limits.are_told:
        instants |= {"known": limits.known("s"), "until": limits.until("s")}
    listed = ", ".join(
        f"coalesce(epoch_us({i}), 0) AS {n}" for n, i in instants.items()
    )
    told = connection.sql(
        f"SELECT s.row, p.lead_no, {listed} "
        f"FROM spine s JOIN {LEADS} p USING (lead_id) ORDER BY s.row"
    ).to_arrow_table()
    at, *limited = (told.column(name).to_numpy() for name in instants)
    known, until = limited or (at, at)
    accounts = connection.sql(
        f"SELECT account_no FROM {LEADS} ORDER BY lead_no"
    ).to_arrow_table()
    return _Spine(
        told.column("row").to_numpy(),
        told.column("lead_no").to_numpy(),
        at,
        known,
        until,
        accounts.column("account_no").to_numpy(),
    )


def _sum_up(
    connection: Engine,
    atoms: Sequence[Atom],
    spine: _Spine,
    answers: Answers,
    where: str,
) -> Read:
    columns = tuple(sorted({a.column for a in atoms if a.column is not None}))
    leads = len(spine.account_of)
    threads = int(one_row(connection, "SELECT current_setting('threads')")[0])
    workers = min(threads, os.cpu_count() or 1)
    read = read_threads(connection, columns, leads, workers=workers, where=where)
    made = cut(atoms, read.words["kind"], columns)
    starts, order = in_order(spine.lead, spine.at, leads)
    instants = (spine.at[order], spine.known[order], spine.until[order])
    looks = loops.Looks(starts, *instants, order)
    values = np.empty((len(atoms), len(order)))
    _in_blocks(read, looks, made, values, workers)
    answers.values = dict(zip((a.name for a in atoms), values, strict=True))
    answers.words = read.words
    return read


def _in_blocks(
    read: Read, looks: loops.Looks, made: Cut, values: np.ndarray, workers: int
) -> None:
    """Do blocks of leads side by side, of about as many touches each."""
    touches = read.threads.starts
    shares = np.linspace(0, touches[-1], workers + 1)[1:-1]
    borders = [0, *np.searchsorted(touches, shares), len(touches) - 1]
    longest = int(read.threads.words.max(initial=-1)) + 1

    def work(block: int) -> None:
        stamps = np.full((made.stamps, longest), -1, np.int64)
        leads = (int(borders[block]), int(borders[block + 1]))
        loops.sum_up(
            read.threads, looks, made.pattern, leads, stamps, made.where_none, values
        )

    with ThreadPoolExecutor(workers) as pool:
        list(pool.map(work, range(workers)))
