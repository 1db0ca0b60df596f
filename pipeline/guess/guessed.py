"""The guess: what every file, column and kind was taken for, before it is written."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from features.engine import Engine, literal
from pipeline.open_questions import UNKNOWN

from . import words
from .attributes import LEAST_GAP, Attribute, Fate, attributes_of, gaps_in
from .column import Column
from .dated import Dated, Wide, milestone_names
from .ending import Ending, ending_of
from .flat import FlatOutcome, flat_outcome, order_column
from .kinds import Funnel, funnel_of
from .lexicon import CLOSINGS
from .own_dates import Created, created_of, later_dates, own_ends, own_milestones
from .roles import Roles, account_column, roles_of
from .sample import MissingWord, Sample
from .words import speaks


@dataclass(frozen=True)
class Guess:
    """Everything that is written down.

    Attributes
    ----------
    roles : Roles
    missing : tuple of MissingWord
    created : Created or None
    order_by, account_id : Column or None
        Of the leads.
    milestones : tuple of Dated or Wide
        Where conversions are recorded, be it the touches' or the leads' own file.
    ending : Ending or None
        For dated outcomes; else ``flat``.
    flat : FlatOutcome or None
    attributes, account_attributes : tuple of Attribute
    funnel : Funnel
    later_dates : tuple of str
        Of leads whose outcome is not known: the dates that some have after their
        creation.
    """

    roles: Roles
    missing: tuple[MissingWord, ...]
    created: Created | None
    order_by: Column | None
    account_id: Column | None
    milestones: tuple[Dated | Wide, ...]
    ending: Ending | None
    flat: FlatOutcome | None
    attributes: tuple[Attribute, ...]
    account_attributes: tuple[Attribute, ...]
    funnel: Funnel
    later_dates: tuple[str, ...] = ()

    @property
    def leads(self) -> Sample:
        """The file of leads."""
        return self.roles.leads.sample

    @property
    def lead_id(self) -> Column | None:
        """The leads' id; None where a row is known by its place."""
        return self.roles.leads.lead_id

    @property
    def event(self) -> str:
        """What seems to be the conversion."""
        if self.flat is not None:
            return f"{self.flat.column} = {self.flat.positive}"
        return self.ending.conversion if self.ending is not None else UNKNOWN

    @property
    def rate(self) -> float | None:
        """Share of the leads looked at that converted; None where that is not known."""
        if self.flat is not None:
            return self.flat.rate
        ending = self.ending
        if ending is None or not ending.is_known or not ending.leads:
            return None
        return ending.converted / ending.leads


def guess_of(
    engine: Engine, samples: Sequence[Sample], missing: tuple[MissingWord, ...]
) -> Guess:
    """Guess every mapping from the files' first rows.

    Dated milestones come first, then an outcome without a date. Where neither speaks of
    a conversion, milestones are written down and the conversion is asked for.
    """
    roles = roles_of(engine, samples)
    sample, lead_id = roles.leads.sample, roles.leads.lead_id
    created = created_of(engine, sample)
    if lead_id is None or created is None:
        return _flat(engine, roles, missing, flat_outcome(sample))
    own = own_milestones(engine, roles.leads, created.column)
    milestones = _milestones(roles, own)
    if not any(_has_end(m) for m in milestones) and milestones:
        ends = own_ends(engine, roles.leads, created.column)
        milestones = (*milestones, ends) if ends is not None else milestones
    ending = None
    if milestones:
        named = (lead_id, created.column)
        ending = ending_of(engine, sample, named, milestones, roles.touches)
    flat = flat_outcome(sample)
    is_reached = ending is not None and bool(ending.milestones)
    if ending is not None and is_reached and (ending.is_known or not flat.is_known):
        return _dated(engine, roles, missing, (created, milestones, ending))
    guess = _flat(engine, roles, missing, flat)
    dates = later_dates(engine, sample, created.column)
    return replace(guess, later_dates=tuple(c.name for c in dates))


def _milestones(roles: Roles, own: Dated | Wide | None) -> tuple[Dated | Wide, ...]:
    """Where stages are recorded: a file of them, the leads' own, or the touches."""
    if roles.milestones:
        return roles.milestones
    if own is not None:
        return (own,)
    return tuple(
        t
        for t in roles.touches
        if not t.is_of_account
        and any(words.converts(k) for k in (t.kind.counts if t.kind else ()))
    )


def _has_end(table: Dated | Wide) -> bool:
    """Whether some milestone is called an end without a conversion."""
    if isinstance(table, Wide):
        names = list(milestone_names(table))
    else:
        names = list(table.kind.counts) if table.kind is not None else []
    return any(speaks(name, CLOSINGS) for name in names)


def _dated(
    engine: Engine,
    roles: Roles,
    missing: tuple[MissingWord, ...],
    read: tuple[Created, tuple[Dated | Wide, ...], Ending],
) -> Guess:
    created, milestones, ending = read
    sample, lead_id = roles.leads.sample, roles.leads.lead_id
    key = sample.cell(lead_id.name) if lead_id else "''"
    ends = ", ".join(map(literal, (ending.conversion, *ending.closed_by)))
    gaps = gaps_in(
        engine,
        sample,
        f"{key} IN (SELECT lead_id FROM reached WHERE milestone IN ({ends}))",
    )
    roles, account = _accounts(roles, gaps)
    own = [m for m in milestones if m.sample is sample]
    stages = [name for m in own for name in _told_by(m)]
    parts = [c.name for c in (lead_id, created.column, account) if c is not None]
    judged = attributes_of(engine, sample, parts, gaps, is_flat=False)
    closed = {ending.conversion, *ending.closed_by, *ending.tells}
    same = {m.sample.name for m in milestones}
    without = closed if any(t.sample.name in same for t in roles.touches) else set()
    return Guess(
        roles=roles,
        missing=missing,
        created=created,
        order_by=None,
        account_id=account,
        milestones=milestones,
        ending=ending,
        flat=None,
        attributes=tuple(_unless_stage(a, stages) for a in judged),
        account_attributes=_of_accounts(engine, roles),
        funnel=funnel_of(roles.touches, {*without, *ending.tells}),
    )


def _flat(
    engine: Engine,
    roles: Roles,
    missing: tuple[MissingWord, ...],
    outcome: FlatOutcome,
) -> Guess:
    sample, lead_id = roles.leads.sample, roles.leads.lead_id
    order_by = order_column(sample, lead_id)
    gaps = {}
    if outcome.rate is not None:
        cell = sample.cell(outcome.column)
        gaps = gaps_in(engine, sample, f"{cell} = {literal(outcome.positive)}")
    roles, account = _accounts(roles, gaps)
    parts = [c.name for c in (lead_id, order_by, account) if c is not None]
    taken = [*parts, outcome.column]
    judged = attributes_of(engine, sample, taken, gaps, is_flat=True)
    return Guess(
        roles=roles,
        missing=missing,
        created=None,
        order_by=order_by,
        account_id=account,
        milestones=(),
        ending=None,
        flat=outcome,
        attributes=judged,
        account_attributes=_of_accounts(engine, roles),
        funnel=funnel_of((), ()),
    )


def _accounts(roles: Roles, gaps: dict[str, float]) -> tuple[Roles, Column | None]:
    """The leads' account, unless its absence would tell what became of the lead."""
    sample, side = roles.leads.sample, roles.accounts
    account = side.of_leads if side else account_column(sample)
    if account is None or gaps.get(account.name, 0.0) < LEAST_GAP:
        return roles, account
    if side is None:
        return roles, None
    unused = (side.sample, f"whether {account.name} is filled tells the outcome")
    return replace(
        roles,
        accounts=None,
        accounts_left_out=side.sample,
        unused=(*roles.unused, unused),
    ), None


def _of_accounts(engine: Engine, roles: Roles) -> tuple[Attribute, ...]:
    if roles.accounts is None:
        return ()
    side = roles.accounts
    parts = [c.name for c in (side.key, side.known_from) if c is not None]
    return attributes_of(engine, side.sample, parts, {}, is_flat=False)


def _told_by(table: Dated | Wide) -> list[str]:
    columns = table.dates if isinstance(table, Wide) else (table.kind, table.at)
    return [c.name for c in columns if c is not None]


def _unless_stage(attribute: Attribute, stages: Sequence[str]) -> Attribute:
    if attribute.name not in stages:
        return attribute
    return replace(
        attribute,
        fate=Fate.NEVER,
        why="it says what became of the lead",
        is_asked=False,
    )
