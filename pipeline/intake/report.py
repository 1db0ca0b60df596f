"""What was taken in: for every source, how many rows came, stayed and were set aside.

The promise ``rows_in = rows_kept + rows_quarantined`` is kept by the record itself: a
report in which it does not hold cannot be made.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from typing import Any, Literal

from features.errors import SourceError
from features.notation import Evidence, Notation

from .texts import NullCells, OutcomeText, together

Origin = Literal["given", "assumed"]


@dataclass(frozen=True)
class FileDigest:
    """A file as it was when it was read."""

    name: str
    bytes: int
    sha256: str


@dataclass(frozen=True)
class InstantCells:
    """What is written in one column of instants, in the rows kept.

    Attributes
    ----------
    field, column : str
        The canonical name, such as ``"occurred_at"`` (of a wide table, the milestone's
        place: ``"reached_0"``), and the source's own.
    read : int
        Cells that were read as an instant.
    days : int
        Of these, cells that name a day (or a month) and no time.
    midnights : int
        Of these, cells that tell a time, and that is 00:00.
    sentinels : int
        Cells that are missing since their day is a declared sentinel.
    """

    field: str
    column: str
    read: int
    days: int
    midnights: int
    sentinels: int


@dataclass(frozen=True)
class UnreadableCells:
    """Cells of one column that say something nobody can read; they count as missing.

    Only the cell is lost, and never its row: that is for columns a row can do without.

    Attributes
    ----------
    column : str
        As the source calls it.
    why : str
        What they should have been; a whole sentence, of the most frequent kind.
    count : int
        Cells of rows kept that could not be read.
    filled : int
        Cells of rows kept that hold any text, unreadable ones included.
    examples : tuple of str
        Up to three different texts, the most frequent first.
    conversions : int or None
        Leads with such a cell that reached the conversion; None where nobody counted.
    """

    column: str
    why: str
    count: int
    filled: int
    examples: tuple[str, ...]
    conversions: int | None = None


@dataclass(frozen=True)
class SourceReport:
    """One source of one table.

    Attributes
    ----------
    table : str
        Such as ``"touches"``.
    files : tuple of FileDigest
        In the order read.
    rows_in, rows_kept, rows_quarantined : int
        In the source's own rows; a row with several milestones is one.
    rows_written : int
        Rows this source gave to the canonical table.
    reasons : dict of str to int
        Why rows were set aside, and how many for each; repeats included.
    recorded_at : "given", "assumed" or None
        Assumed: the source does not say when our systems knew, so that it is taken
        to be when it happened. None: the table has no such column.
    recorded_at_missing : int
        Rows for which a given recorded_at is missing, and assumed.
    twins : int
        Touches that tell again of a lead, kind, instant and asset that another row
        of the same source tells of, but not in every column: kept.
    cells_unreadable : tuple of UnreadableCells
        One for each column with such cells, where a row can do without the column.
    instants : tuple of InstantCells
        One for each column of instants.
    notation : Notation or None
        That the values of touches were read in; None where they are plain numbers.
    newest : str or None
        Instant in ISO 8601, UTC, at which our systems knew the newest row kept, as far
        as it was asked about; None where no row kept says so.
    newest_by : str or None
        The clock that says so, such as ``recorded_at``.
    outcome_texts : tuple of OutcomeText
        Of the leads of a flat export, the most frequent texts first. Of a column of
        many texts only the first: the rows of the others are the rows kept less these.
    null_cells : dict of str to dict of str to int
        For each column of words in which a null token stands, cells with each token,
        and under ``""`` those that are truly empty; of every row that could be read.
    relabelled : dict of str to int
        For each label of a milestone that is configured to go by another name, rows
        kept that bear it.
    """

    table: str
    files: tuple[FileDigest, ...]
    rows_in: int
    rows_kept: int
    rows_quarantined: int
    rows_written: int
    reasons: dict[str, int]
    recorded_at: Origin | None = None
    recorded_at_missing: int = 0
    twins: int = 0
    cells_unreadable: tuple[UnreadableCells, ...] = ()
    newest: str | None = None
    newest_by: str | None = None
    instants: tuple[InstantCells, ...] = ()
    notation: Notation | None = None
    outcome_texts: tuple[OutcomeText, ...] = ()
    relabelled: dict[str, int] = field(default_factory=dict)
    null_cells: NullCells = field(default_factory=dict)

    def __post_init__(self) -> None:
        told = sum(self.reasons.values())
        if (
            self.rows_in != self.rows_kept + self.rows_quarantined
            or told != self.rows_quarantined
        ):
            raise SourceError(
                f"The rows of {self.table} do not add up: {self.rows_in:,} came in, "
                f"{self.rows_kept:,} were kept, {self.rows_quarantined:,} set aside, "
                f"{told:,} of these for a reason. This is a fault of Leadlight; please "
                "report it."
            )


def added_up(reports: Sequence[SourceReport]) -> SourceReport:
    """Return the report of a source that came in by parts, one report each.

    Examples
    --------
    >>> one = SourceReport("touches", (), 3, 2, 1, 2, {"It is late.": 1})
    >>> added_up([one, one]).reasons
    {'It is late.': 2}
    """
    reasons = sum((Counter(r.reasons) for r in reports), Counter[str]())
    return SourceReport(
        table=reports[0].table,
        files=tuple(f for r in reports for f in r.files),
        rows_in=sum(r.rows_in for r in reports),
        rows_kept=sum(r.rows_kept for r in reports),
        rows_quarantined=sum(r.rows_quarantined for r in reports),
        rows_written=sum(r.rows_written for r in reports),
        reasons=dict(sorted(reasons.items(), key=lambda told: (-told[1], told[0]))),
        recorded_at=reports[0].recorded_at,
        recorded_at_missing=sum(r.recorded_at_missing for r in reports),
        twins=sum(r.twins for r in reports),
        cells_unreadable=_unreadable_together(
            [c for r in reports for c in r.cells_unreadable]
        ),
        instants=_instants_together([i for r in reports for i in r.instants]),
        notation=reports[0].notation,
        null_cells=together([r.null_cells for r in reports]),
    )


def _instants_together(cells: Sequence[InstantCells]) -> tuple[InstantCells, ...]:
    """Add up what the parts of a source say of the same field."""
    by_field: dict[str, InstantCells] = {}
    for part in cells:
        other = by_field.get(
            part.field, InstantCells(part.field, part.column, 0, 0, 0, 0)
        )
        by_field[part.field] = InstantCells(
            part.field,
            part.column,
            other.read + part.read,
            other.days + part.days,
            other.midnights + part.midnights,
            other.sentinels + part.sentinels,
        )
    return tuple(by_field.values())


def _unreadable_together(
    cells: Sequence[UnreadableCells],
) -> tuple[UnreadableCells, ...]:
    """Add up what the parts of a source say of the same column."""
    by_column: dict[str, UnreadableCells] = {}
    for part in cells:
        if (other := by_column.get(part.column)) is None:
            by_column[part.column] = part
            continue
        more = max(other, part, key=lambda c: c.count)
        examples = dict.fromkeys((*other.examples, *part.examples))
        by_column[part.column] = UnreadableCells(
            part.column,
            more.why,
            other.count + part.count,
            other.filled + part.filled,
            tuple(examples)[:3],
        )
    return tuple(by_column.values())


@dataclass(frozen=True)
class IntakeReport:
    """Everything that was taken in.

    Attributes
    ----------
    sources : tuple of SourceReport
        One for each source, in the order of the tables.
    known_until : str or None
        Instant in ISO 8601, UTC, up to which conversions are completely recorded.
        None for a flat export.
    known_until_is : "configured", "latest seen" or None
        Where ``known_until`` comes from.
    touches_of_unknown_leads, milestones_of_unknown_leads : int
        Kept rows whose lead (or account) is not in the leads table.
    rows_left_out : int
        Rows of touches, milestones and history whose lead (or account) ``leads.query``
        leaves out of the leads table.
    milestones_before_creation : int
        Rows whose lead was created later; counted, not set aside.
    unused : dict of str to tuple of str
        For leads and accounts, columns that no table takes though they could tell
        something.
    numbers : dict of str to Evidence
        Of each attribute that is a number or may be one, what its cells show of their
        notation.
    """

    sources: tuple[SourceReport, ...]
    known_until: str | None
    known_until_is: Literal["configured", "latest seen"] | None
    touches_of_unknown_leads: int
    milestones_of_unknown_leads: int
    milestones_before_creation: int
    unused: dict[str, tuple[str, ...]] = field(default_factory=dict)
    numbers: dict[str, Evidence] = field(default_factory=dict)
    rows_left_out: int = 0

    def of(self, table: str) -> tuple[SourceReport, ...]:
        """Return the sources of one table."""
        return tuple(s for s in self.sources if s.table == table)

    def to_dict(self) -> dict[str, Any]:
        """Return the report as JSON can hold it."""
        return asdict(self)
