"""What was known of an account's other leads before each snapshot.

Facts of an account lie in the order in which they became known; those of a span are
found by two binary searches, and the lead's own ones among them by two more. Spans and
ages are measured to the snapshot, whatever less it may know.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from ..colleagues import ColleagueAtom, Fact
from ..company import Company
from ..compilation import compiled
from ..engine import Engine, literal
from ..vocabulary import DAY_US
from .pattern import CLASSES_PER_KIND
from .threads import LEADS, Read, in_order


@dataclass(frozen=True, eq=False)
class Facts:
    """Facts of some sort, each of one lead.

    Attributes
    ----------
    lead : ndarray of shape (n_facts,)
    known : ndarray of shape (n_facts,)
        Since when, in microseconds.
    """

    lead: np.ndarray
    known: np.ndarray


class When(NamedTuple):
    """Instants of snapshots, in microseconds, each of shape (n_snapshots,).

    Attributes
    ----------
    at : ndarray
        To which spans and ages are measured.
    known : ndarray
        Before which a fact must be known; never later.
    """

    at: np.ndarray
    known: np.ndarray


def facts_of(
    connection: Engine, fact: Fact, company: Company, read: Read | None
) -> Facts:
    """Return every fact of a sort about the leads in ``past_leads``."""
    if fact is Fact.TOUCH:
        return _touches(connection, company, read)
    told = connection.sql(_query(fact, company)).to_arrow_table()
    return Facts(told.column("lead_no").to_numpy(), told.column("known").to_numpy())


def _query(fact: Fact, company: Company) -> str:
    if fact is Fact.LEAD:
        return (
            "SELECT p.lead_no, epoch_us(l.created_at) AS known "
            f"FROM leads l JOIN {LEADS} p USING (lead_id) "
            "WHERE l.created_at IS NOT NULL"
        )
    ends = company.endings if fact is Fact.ENDING else company.conversions
    listed = ", ".join(map(literal, ends)) or "NULL"
    since = "coalesce(l.created_at, e.reached_at)"  # it has to be a lead to be known
    known = (
        f"SELECT lead_id, epoch_us(greatest(e.reached_at, e.recorded_at, {since})) "
        "AS known FROM milestones e JOIN leads l USING (lead_id) "
        f"WHERE milestone IN ({listed})"
    )
    if fact is Fact.ENDING and company.has_deadlines:
        known += (
            " UNION ALL SELECT lead_id, "
            "greatest(epoch_us(created_at), epoch_us(deadline_at) - 1) "
            "FROM leads WHERE created_at IS NOT NULL AND deadline_at IS NOT NULL"
        )
    return (
        f"SELECT p.lead_no, min(k.known) AS known FROM ({known}) k "
        f"JOIN {LEADS} p USING (lead_id) GROUP BY p.lead_no"
    )


def _touches(connection: Engine, company: Company, read: Read | None) -> Facts:
    """Inbound touches that name their lead; an account's own are nobody's.

    What was done before the creation is known from the creation on: until then nobody
    could tell whose it was.
    """
    if read is None:
        return Facts(np.empty(0, np.int64), np.empty(0, np.int64))
    threads, outbound = read.threads, set(company.outbound_kinds)
    is_inbound = np.array([k not in outbound for k in read.words["kind"]], dtype=bool)
    kept = read.is_own & is_inbound[threads.kind // CLASSES_PER_KIND]
    lead = np.repeat(np.arange(len(threads.starts) - 1), np.diff(threads.starts))
    created = np.full(len(threads.starts) - 1, np.iinfo(np.int64).min)
    told = connection.sql(_query(Fact.LEAD, company)).to_arrow_table()
    created[told.column("lead_no").to_numpy()] = told.column("known").to_numpy()
    known = np.maximum(np.maximum(threads.occurred, threads.recorded), created[lead])
    return Facts(lead[kept], known[kept])


def colleagues_of(
    facts: Facts,
    atoms: Sequence[ColleagueAtom],
    account_of: np.ndarray,
    lead: np.ndarray,
    when: When,
) -> list[np.ndarray]:
    """Answer atoms of one sort of fact.

    Parameters
    ----------
    account_of : ndarray of shape (n_leads,)
        Each lead's account; -1 is none.
    lead : ndarray of shape (n_snapshots,)
    when : When

    Returns
    -------
    list of ndarray of shape (n_snapshots,), one per atom
    """
    accounts = int(account_of.max(initial=-1)) + 1
    has_account = account_of[facts.lead] >= 0
    mine = Facts(facts.lead[has_account], facts.known[has_account])
    whole = _sorted(account_of[mine.lead], mine, accounts)
    own = _sorted(mine.lead, mine, len(account_of))
    account = account_of[lead]
    found = []
    for atom in atoms:
        span = 0 if atom.within_days is None else atom.within_days * DAY_US
        if atom.is_age:
            found.append(_latest(*whole, account, lead, *when, span))
        else:
            counted = _count(*whole, account, *when, span)
            of_lead = _count(*own, lead, *when, span)
            found.append(counted - np.where(account < 0, 0, of_lead))
    return found


def _sorted(
    group: np.ndarray, facts: Facts, groups: int
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Known and owner in the order of groups, then of time, and where groups begin."""
    starts, order = in_order(group, facts.known, groups)
    return facts.known[order], facts.lead[order], starts


@compiled
def _span_of(
    known: np.ndarray, first: int, last: int, at: int, limit: int, span: int
) -> tuple[int, int]:
    """From and to which place facts were known, before a limit, for a span."""
    end = first + int(np.searchsorted(known[first:last], limit))
    if not span:
        return first, end
    begin = first + int(np.searchsorted(known[first:last], at - span))
    return min(begin, end), end


@compiled
def _count(
    known: np.ndarray,
    owner: np.ndarray,
    starts: np.ndarray,
    group: np.ndarray,
    at: np.ndarray,
    limit: np.ndarray,
    span: int,
) -> np.ndarray:
    counts = np.zeros(len(at))
    for i in range(len(at)):
        if group[i] >= 0:
            first, last = starts[group[i]], starts[group[i] + 1]
            begin, end = _span_of(known, first, last, at[i], limit[i], span)
            counts[i] = end - begin
    return counts


@compiled
def _latest(
    known: np.ndarray,
    owner: np.ndarray,
    starts: np.ndarray,
    account: np.ndarray,
    lead: np.ndarray,
    at: np.ndarray,
    limit: np.ndarray,
    span: int,
) -> np.ndarray:
    """Days for which the latest fact of another lead has been known; NaN is never."""
    ages = np.full(len(at), np.nan)
    for i in range(len(at)):
        if account[i] < 0:
            continue
        first, last = starts[account[i]], starts[account[i] + 1]
        begin, end = _span_of(known, first, last, at[i], limit[i], span)
        for j in range(end - 1, begin - 1, -1):
            if owner[j] != lead[i]:
                ages[i] = (at[i] - known[j]) / DAY_US
                break
    return ages
