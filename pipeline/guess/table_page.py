"""The tables' sections: where each comes from, and by which columns it is read."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from features.engine import literal, quoted

from . import toml
from .attributes import Attribute, Fate, stand_in
from .column import Column, Written
from .dated import Dated, Wide, milestone_names
from .guessed import Guess
from .null_tokens import token_questions
from .own_dates import Created
from .query import keys_of, query_lines
from .roles import Joined
from .sample import Sample
from .sentinels import sentinel_questions
from .toml import Line

ROW = "@row"
Page = tuple[list[Line], list[str]]  # the section's keys, and what is asked above it


@dataclass(frozen=True)
class Place:
    """How files are called in the configuration."""

    path_of: Callable[[Sample], str]


def leads_lines(guess: Guess, place: Place) -> Page:
    """The section of the leads."""
    dated = guess.created.column if guess.created else guess.order_by
    written = dated.written if dated else None
    lines, asked = file_lines(guess.leads, place, written)
    lines += query_lines(guess.leads, keys_of(guess.lead_id, guess.account_id))
    lines.append(_lead_id(guess))
    if guess.account_id is not None:
        lines.append(_account_id(guess.account_id))
    if guess.created is not None:
        lines.append(_created_at(guess, guess.created.column))
        asked += _created_asked(guess.created)
    else:
        lines.append(_order_by(guess, asked))
    if (left := guess.roles.accounts_left_out) is not None:
        asked.append(
            "does a lead have its account when it comes? Leads that ended have one far "
            f"more often than others, so {left.name} is left out until someone knows."
        )
    more, questions = _attribute_lines(guess)
    return [*lines, *more], [*asked, *questions]


def accounts_lines(guess: Guess, place: Place) -> Page:
    """The section of the accounts."""
    side = guess.roles.accounts
    if side is None:
        return [], []
    written = side.known_from.written if side.known_from else None
    lines, asked = file_lines(side.sample, place, written)
    lines += query_lines(side.sample, keys_of(side.key))
    share = side.of_leads.share_in(side.key)
    why = f"{share:.0%} of the leads' {side.of_leads.name} stand here"
    lines.append(Line("account_id", toml.text(side.key.name), why))
    if side.known_from is not None:
        lines.append(Line("known_from", toml.text(side.known_from.name)))
    else:
        asked.append(
            f"were the values in {side.sample.name} known when the leads came? "
            f"{_since(side)} Leave out what is filled in, or changed, later."
        )
    used = [a for a in guess.account_attributes if a.fate is Fate.USED]
    asked += token_questions(side.sample, [a.name for a in used])
    told = toml.tall([(a.name, a.why) for a in used])
    lines.append(Line("known_at_creation", told, _left_out(guess.account_attributes)))
    return lines, asked


def _since(side: Joined) -> str:
    """Say whether a file of accounts tells since when its values were known."""
    dates = [c.name for c in side.sample.instants]
    if not dates:
        return "They have no date."
    return f"If {dates[0]} says since when, say known_from = {toml.text(dates[0])}."


def touch_pages(guess: Guess, place: Place) -> Iterator[Page]:
    """The sections of the touches."""
    for table in guess.roles.touches:
        lines, asked = file_lines(table.sample, place, table.at.written)
        where = _without(guess, table)
        tells = guess.ending.tells if where and guess.ending else ()
        if tells:
            asked.append(
                f"are {', '.join(tells)} the conversion under another name? Nearly "
                "all leads with them convert within a day, so they are left out."
            )
        why = "what ends a lead is no touch of it" if where else ""
        lines += query_lines(table.sample, keys_of(table.key), where, why)
        lines += _dated_lines(table, guess)
        optional = {
            "recorded_at": table.recorded_at,
            "asset": table.asset,
            "channel": table.channel,
            "value": table.value,
        }
        lines += [Line(k, toml.text(c.name)) for k, c in optional.items() if c]
        yield lines, asked


def milestone_pages(guess: Guess, place: Place) -> Iterator[Page]:
    """The sections of the milestones."""
    for table in guess.milestones:
        dates = table.dates if isinstance(table, Wide) else (table.at,)
        lines, asked = file_lines(table.sample, place, dates[0].written)
        where, why = None, ""
        if isinstance(table, Dated) and table.at.filled < table.at.rows:
            where, why = _filled(table), _undated(table)
        lines += query_lines(table.sample, keys_of(table.key), where, why)
        if isinstance(table, Wide):
            lines.append(
                Line("lead_id", toml.text(table.key.name), _key_told(guess, table))
            )
            named = milestone_names(table).items()
            told = ", ".join(f"{toml.key(n)} = {toml.text(c)}" for n, c in named)
            why = (
                "each date column is a milestone; the file's other columns are not read"
            )
            lines.append(Line("columns", f"{{ {told} }}", why))
        else:
            lines += _dated_lines(table, guess, is_touch=False)
            if table.recorded_at is not None:
                lines.append(Line("recorded_at", toml.text(table.recorded_at.name)))
        yield lines, asked


def file_lines(sample: Sample, place: Place, written: Written | None) -> Page:
    """The keys that say which file, and how it is written."""
    bad = sample.unreadable
    told = f"rows that cannot be read and are set aside: {bad:,}" if bad else ""
    lines = [Line("from", toml.text(place.path_of(sample)), told)]
    asked = []
    if sample.delimiter != ",":
        lines.append(Line("delimiter", toml.text(sample.delimiter)))
    if sample.encoding != "utf-8":
        why = "it is not UTF-8; this is the commonest other"
        lines.append(Line("encoding", toml.text(sample.encoding), why))
    if written is not None and written.format is not None:
        lines.append(Line("format", toml.text(written.format), _written_told(written)))
        if written.is_ambiguous:
            asked.append(
                f"are instants in {sample.name} written day first? No date there "
                "tells; if the month is first, swap %d and %m."
            )
    return lines, [*asked, *sentinel_questions(sample)]


def _lead_id(guess: Guess) -> Line:
    column = guess.lead_id
    if column is None:
        return Line("lead_id", toml.text(ROW), "no column is unique: the row's place")
    shared = guess.roles.leads.shared_with
    also = f"; also in {', '.join(shared)}" if shared else ""
    most = "" if column.distinct == guess.leads.rows else "nearly "
    why = f"{most}unique in {guess.leads.rows_told}{also}"
    return Line("lead_id", toml.text(column.name), why)


def _created_asked(created: Created) -> list[str]:
    if created.rival is None:
        return []
    told = f"{created.column.name} or {created.rival.name}"
    return [f"when did a lead come: {told}? Both are filled in nearly every row."]


def _created_at(guess: Guess, column: Column) -> Line:
    rest = [c.name for c in guess.leads.instants if c is not column]
    why = _written_told(column.written)
    why += f"; rather than {', '.join(rest)}" if rest else ""
    if column.filled < column.rows:
        why += f"; rows without one are set aside: {column.rows - column.filled:,}"
    return Line("created_at", toml.text(column.name), why)


def _account_id(column: Column) -> Line:
    why = f"{column.distinct:,} accounts"
    if column.filled < column.rows:
        why += f", missing for {1 - column.filled_share:.0%} of the leads"
    return Line("account_id", toml.text(column.name), why)


def _order_by(guess: Guess, asked: list[str]) -> Line:
    if guess.order_by is None:
        asked.append("are the rows in the order of time? Else name order_by a column.")
        return Line("order_by", toml.text(ROW), "no column tells the order")
    name = guess.order_by.name
    if guess.order_by.is_instant:
        return Line("order_by", toml.text(name), "the oldest first")
    asked.append(f"does {name} rise with time? It orders the leads, oldest first.")
    return Line("order_by", toml.text(name), "unique and rising")


def _attribute_lines(guess: Guess) -> Page:
    by_fate = {f: [a for a in guess.attributes if a.fate is f] for f in Fate}
    used, never = by_fate[Fate.USED], by_fate[Fate.NEVER]
    asked = []
    if used:
        asked.append(
            "was each of known_at_creation known when the lead came, and never changed "
            "afterwards? Move what was filled in later to never."
        )
    if late := [a.name for a in never if a.is_asked]:
        asked.append(
            f"when are these filled in: {', '.join(late)}? They are under never until "
            "someone knows that it is when the lead comes."
        )
    columns = {c.name: c for c in guess.leads.columns}
    for each in used:
        if number := stand_in(columns[each.name]):
            column = quoted(each.name)
            sql = f"select * replace (nullif({column}, '{number}') as {column})"
            asked.append(
                f"does {number} in {each.name} stand for missing? If so, add query = "
                f"'''{sql} from source'''"
            )
    asked += token_questions(guess.leads, [a.name for a in used])
    told = toml.tall([(a.name, a.why) for a in used])
    lines = [Line("known_at_creation", told, _left_out(guess.attributes))]
    if never:
        lines.append(Line("never", toml.tall([(a.name, a.why) for a in never])))
    return lines, asked


def _left_out(attributes: Sequence[Attribute]) -> str:
    out: dict[str, list[str]] = {}
    for each in attributes:
        if each.fate is Fate.OUT:
            out.setdefault(each.why, []).append(each.name)
    told = [f"{', '.join(names)} ({why})" for why, names in out.items()]
    return f"left out: {'; '.join(told)}" if told else ""


def _dated_lines(table: Dated, guess: Guess, *, is_touch: bool = True) -> list[Line]:
    key = "account_id" if table.is_of_account else "lead_id"
    lines = [Line(key, toml.text(table.key.name), _key_told(guess, table))]
    kind, at = ("kind", "occurred_at") if is_touch else ("milestone", "reached_at")
    if table.kind is not None:
        why = f"{table.kind.distinct:,} different"
        lines.append(Line(kind, toml.text(table.kind.name), why))
    else:
        lines.append(Line("kind_is", toml.text(table.sample.stem), "no column says it"))
    lines.append(Line(at, toml.text(table.at.name), _written_told(table.at.written)))
    return lines


def _key_told(guess: Guess, table: Dated | Wide) -> str:
    if isinstance(table, Dated) and table.is_of_account:
        return "counts for every lead of the account"
    if table.sample is guess.leads or guess.lead_id is None:
        return ""
    share = table.key.share_in(guess.lead_id)
    missing = table.key.rows - table.key.filled
    also = f"; missing in {missing:,} rows" if missing else ""
    return f"{share:.0%} of its ids stand in {guess.leads.name}{also}"


def _without(guess: Guess, table: Dated) -> str | None:
    """SQL for the touches that are no end of a lead; None where the file has none."""
    ending = guess.ending
    if ending is None or table.kind is None:
        return None
    is_both = any(m.sample is table.sample for m in guess.milestones)
    ends = (ending.conversion, *ending.closed_by) if is_both else ()
    names = dict.fromkeys((*ends, *ending.tells))
    told = [n for n in names if n in table.kind.counts]
    if not told:
        return None
    listed = ",\n  ".join(map(literal, told))
    column = quoted(table.kind.name)
    return f"{column} not in (\n  {listed}\n)"


def _undated(table: Dated) -> str:
    at = table.at
    return f"rows without a date in {at.name} are left out: {at.rows - at.filled:,}"


def _filled(table: Dated) -> str:
    return f"{quoted(table.at.name)} is not null"


def _written_told(written: Written | None) -> str:
    if written is None:
        return ""
    if written.format is None:
        return "ISO 8601" + (", with offset" if written.has_offset else "")
    return "every date there can be read so"
