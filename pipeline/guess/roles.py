"""Which file is which table, and by which columns they hold together."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass

from features.engine import Engine

from . import lexicon
from .column import Column
from .dated import Dated, Wide, is_milestones, is_of_touches, long_table, wide_table
from .sample import Sample
from .words import said, speaks

LEAST_SHARED = 0.5  # of a whole file's ids, to be those of another
ALIKE = 0.8  # of the leads' columns, to be a file of leads as well
LEAST_SHARED_OF_PART = 0.05  # where only the first rows of either were looked at
NEARLY_ALL = 0.95  # of whole numbers of another name, to be those ids
LEAST_USED = 0.25  # of the ids, by whole numbers whose name is none of an id
MIDDLE = (0.1, 0.9)  # of the ids in order: a number of another meaning is small


@dataclass(frozen=True)
class Leads:
    """The file of leads; without ``lead_id`` a row is known by its place."""

    sample: Sample
    lead_id: Column | None
    shared_with: tuple[str, ...]


@dataclass(frozen=True)
class Joined:
    """A file of which each row says something about many leads."""

    sample: Sample
    key: Column
    of_leads: Column  # the leads' column with the same ids
    known_from: Column | None = None


@dataclass(frozen=True)
class Roles:
    """What each file was taken for."""

    leads: Leads
    touches: tuple[Dated, ...]
    milestones: tuple[Dated | Wide, ...]
    accounts: Joined | None
    lookups: tuple[Joined, ...]
    unused: tuple[tuple[Sample, str], ...]
    accounts_left_out: Sample | None = None  # for its absence tells the outcome


def roles_of(engine: Engine, samples: Sequence[Sample]) -> Roles:
    """Guess which file is which table."""
    leads = _leads(samples)
    others = [s for s in samples if s is not leads.sample]
    sides = [(s, _joined(s, leads)) for s in others]
    accounts = _accounts([j for _, j in sides if j is not None])
    touches: list[Dated] = []
    milestones: list[Dated | Wide] = []
    lookups: list[Joined] = []
    unused: list[tuple[Sample, str]] = []
    for sample, joined in sides:
        if accounts is not None and sample is accounts.sample:
            continue
        role = _dated(engine, sample, leads, accounts)
        if (
            isinstance(role, Dated)
            and role.kind is None
            and is_milestones(engine, role)
        ):
            role = Wide(sample, role.key, (role.at,))
        if isinstance(role, Wide) or (role is not None and is_milestones(engine, role)):
            milestones.append(role)
        elif role is not None:
            touches.append(role)
        elif joined is not None:
            lookups.append(joined)
        else:
            unused.append((sample, _why_unused(sample, leads)))
    told = (tuple(touches), tuple(milestones))
    return Roles(leads, *told, accounts, tuple(lookups), tuple(unused))


def _leads(samples: Sequence[Sample]) -> Leads:
    """The file whose unique ids the others use, and that is called so."""
    candidates = [
        (_lead_points(s, c, samples), -i, Leads(s, c, _users(s, c, samples)))
        for i, s in enumerate(samples)
        for c in s.columns
        if c.is_unique and not c.is_email
    ]
    if candidates:
        return max(candidates, key=lambda each: each[:2])[2]
    widest = max(samples, key=lambda s: (speaks(s.stem, lexicon.LEAD), len(s.columns)))
    return Leads(widest, None, ())


def _lead_points(sample: Sample, column: Column, samples: Sequence[Sample]) -> int:
    others = [s for s in samples if s is not sample]
    is_part = any(
        c.is_unique and c.distinct > column.distinct and _is_shared(column, c, sample)
        for s in others
        for c in s.columns
    )
    is_account = speaks(column.name, lexicon.ACCOUNT) or speaks(
        sample.stem, lexicon.ACCOUNT
    )
    return (
        3 * bool(_users(sample, column, samples))
        + 2 * speaks(column.name, lexicon.LEAD)
        + 2 * speaks(sample.stem, lexicon.LEAD)
        + bool(sample.instants)
        + column.looks_like_id
        - 2 * column.is_counter
        - 4 * is_part
        - 4 * is_account
        - 2 * speaks(sample.stem, lexicon.TOUCHES)
    )


def _users(sample: Sample, ids: Column, samples: Sequence[Sample]) -> tuple[str, ...]:
    """The other files that use these ids."""
    return tuple(
        s.name
        for s in samples
        if s is not sample and any(_is_shared(c, ids, s, sample) for c in s.columns)
    )


def _is_shared(column: Column, ids: Column, *samples: Sample) -> bool:
    """Whether a column's texts are ids of another file, by their values.

    Small whole numbers stand in columns of any meaning: without the name of the ids
    they have to lie all over them, and without any name of an id use many of them.
    """
    if column.is_instant or column.is_fraction or column.distinct < 2:
        return False
    is_alike = _is_alike(column, ids)
    if column.is_whole and not is_alike and not _lies_over(column, ids):
        return False
    is_all = all(s.is_all for s in samples)
    least = LEAST_SHARED if is_all or not is_alike else LEAST_SHARED_OF_PART
    return column.share_in(ids) >= least


def _is_alike(column: Column, ids: Column) -> bool:
    """Whether two columns have one name."""
    return said(column.name) == said(ids.name)


def _lies_over(column: Column, ids: Column) -> bool:
    """Whether whole numbers lie all over whole ids, as a key does and no quantity."""
    if not ids.is_whole:
        return False
    known = sorted(int(t) for t in ids.counts if t.isdigit())
    seen = sorted(int(t) for t in column.counts if t.isdigit())
    place = bisect_left(known, seen[len(seen) // 2]) / len(known)
    if not MIDDLE[0] <= place <= MIDDLE[1]:
        return False
    is_used = ids.share_in(column) >= LEAST_USED and column.share_in(ids) >= NEARLY_ALL
    return column.looks_like_id or is_used


def _key(sample: Sample, ids: Column, *others: Sample) -> Column | None:
    """The column of a file that holds another's ids."""
    fit = [c for c in sample.columns if _is_shared(c, ids, sample, *others)]
    best = max(
        fit,
        key=lambda c: (
            c.name == ids.name,
            c.looks_like_id,
            c.share_in(ids) + ids.share_in(c),
        ),
        default=None,
    )
    return best


def _joined(sample: Sample, leads: Leads) -> Joined | None:
    """A file whose keys stand in a column of the leads again and again."""
    options = [
        (_is_alike(key, column), column.share_in(key), key, column)
        for key in sample.columns
        for column in leads.sample.columns
        if column is not leads.lead_id
        and key.distinct >= sample.rows / 3
        and not column.is_varied
        and (not key.is_whole or column.looks_like_id or _is_alike(column, key))
        and _is_shared(column, key, sample, leads.sample)
    ]
    if not options:
        return None
    *_, key, column = max(options, key=lambda each: each[:2])
    known = [c for c in sample.instants if speaks(c.name, lexicon.KNOWN_FROM)]
    known_from = known[0] if known else None
    if known_from is None and not key.is_unique:
        return None
    return Joined(sample, key, column, known_from)


def _accounts(sides: list[Joined]) -> Joined | None:
    named = [
        j
        for j in sides
        if speaks(j.sample.stem, lexicon.ACCOUNT) or speaks(j.key.name, lexicon.ACCOUNT)
    ]
    return named[0] if named else None


def _as_milestones(engine: Engine, role: Dated | Wide | None) -> Dated | Wide | None:
    """A file of dated rows as milestones; None where it holds touches."""
    if not isinstance(role, Dated):
        return role
    if not is_milestones(engine, role):
        return None
    return role if role.kind is not None else Wide(role.sample, role.key, (role.at,))


def _dated(
    engine: Engine, sample: Sample, leads: Leads, accounts: Joined | None
) -> Dated | Wide | None:
    if not sample.instants or _is_more_leads(sample, leads):
        return None
    if leads.lead_id is not None:
        key = _key(sample, leads.lead_id, leads.sample)
        if key is not None and key.is_unique and not is_of_touches(sample):
            return wide_table(engine, sample, key)
        if key is not None:
            return long_table(engine, sample, key)
    account = accounts.of_leads if accounts else account_column(leads.sample)
    key = account and _key(sample, account, leads.sample)
    return long_table(engine, sample, key, is_of_account=True) if key else None


def account_column(sample: Sample) -> Column | None:
    """The column of a lead that names its account, and not something of it."""
    named = [
        c
        for c in sample.columns
        if re.fullmatch(lexicon.ACCOUNT_NAME, said(c.name)) and not c.is_instant
    ]
    return next((c for c in named if c.looks_like_id), named[0] if named else None)


def _is_more_leads(sample: Sample, leads: Leads) -> bool:
    names = {c.name for c in leads.sample.columns}
    same = names & {c.name for c in sample.columns}
    return len(same) >= ALIKE * len(names)


def _why_unused(sample: Sample, leads: Leads) -> str:
    if _is_more_leads(sample, leads):
        return "it looks like more leads; `leadlight score` takes those"
    if leads.lead_id is not None and _key(sample, leads.lead_id, leads.sample):
        return f"it has ids of {leads.sample.name} and no instants: undated, a leak"
    for key in sample.columns:
        for column in leads.sample.columns:
            if key.is_unique and not key.is_whole and _is_shared(column, key, sample):
                return f"its {key.name} is {column.name} of the leads"
    return f"it shares no column of ids with {leads.sample.name}"
