"""Tonight's touches of one source: those that are kept, and those of new files.

Tonight gives what reading all files gives: the same touches, and the same numbers. For
that a row of a new file that repeats a kept one is set aside, as repeats across files
are, and counts of rows told twice look at all parts. Two things may differ: *which* of
several copies of a row is called the repeat (the one read later, not the one in the
later file), and the order of rows that were set aside.

Why everything is read anew when a file is gone or has other bytes: a row of it may be
why a row of another part was set aside. And when a file brings a column that others
have not: whether rows are alike is asked over all columns.

Why a query's answer is one unit: it may join, count or rank, so that a new file can
change what came of the old ones.

Why parts are merged when there are many: each is opened every night, and its words are
held in a dictionary of its own. One in thirty nights writes all touches again.
"""

from __future__ import annotations

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path

from features.engine import Engine, literal
from features.errors import ConfigError, few

from ..origins import TouchesConfig
from .files import digest_of, found_files
from .judging import DIGEST, KEPT, QUARANTINE, Take
from .kept import Shelf, union_of
from .opened import Desk
from .report import FileDigest, SourceReport, added_up
from .sources import Source
from .tables import TOUCH
from .writing import write_table

MOST_PARTS = 30
# Whoever reads them puts each lead's side by side, which is faster where they are.
BY_LEAD = "ORDER BY lead_id NULLS FIRST, account_id, occurred_at"


@dataclass(frozen=True)
class _Files:
    """The files that are there tonight, in the order of a full intake."""

    paths: tuple[Path, ...]
    digests: tuple[FileDigest, ...]


def take_tonight(
    desk: Desk, touches: TouchesConfig, take: Take, shelf: Shelf, *, order: int
) -> tuple[SourceReport, list[Path]]:
    """Add what came since to what is kept of a source.

    Parameters
    ----------
    take : callable
        Takes in what a source holds.
    shelf : Shelf
        What is kept of this one.
    order : int
        The source's number in the report.

    Returns
    -------
    SourceReport
        As if all files had been read tonight.
    list of Path
        The parts that hold its touches.
    """
    files = _found(desk, touches, shelf)
    new = _new(touches, shelf, files)
    if new is None:
        shelf = _anew(desk, touches, take, shelf, order)
    elif new:
        source = desk.some(touches, new, shelf.columns)
        if strange := [c for c in source.columns if c not in shelf.columns]:
            told = f"has {few(strange)}, which files read earlier have not"
            _note(shelf, source.name, told, files)
            shelf = _anew(desk, touches, take, shelf, order)
        else:
            source = replace(source, before=f"({union_of(shelf.parts, '*')})")
            shelf = _with(desk.engine, source, take, shelf, order)
    if len(shelf.reports) > MOST_PARTS:
        shelf = _merged(desk.engine, shelf)
    _show_quarantine(desk.engine, shelf, order)
    report = replace(added_up(list(shelf.reports.values())), files=files.digests)
    return report, shelf.parts


def _found(desk: Desk, touches: TouchesConfig, shelf: Shelf) -> _Files:
    meant = touches.from_
    several = tuple(meant.values()) if isinstance(meant, dict) else (meant,)
    follow_links = desk.config.source.follow_links
    paths = tuple(
        p for each in several for p in found_files(each, follow_links=follow_links)
    )
    kept = shelf.folder.parent.resolve()
    if any(p.resolve().is_relative_to(kept) for p in paths):
        raise ConfigError(
            f"The touches kept in {shelf.folder.parent} would be read as a source of "
            "touches: name a folder that no 'from' means."
        )
    with ThreadPoolExecutor() as pool:
        return _Files(paths, tuple(pool.map(digest_of, paths)))


def _new(
    touches: TouchesConfig, shelf: Shelf, files: _Files
) -> tuple[Path, ...] | None:
    """Return the files to be read; None if these are all of them, kept ones too."""
    if not shelf.reports:
        return None
    if touches.query is not None:
        if shelf.files == files.digests:
            return ()
        _note(shelf, "a file that the query asks", "is new or has other bytes", files)
        return None
    held = Counter(shelf.files)
    new = []
    for path, told in zip(files.paths, files.digests, strict=True):
        if held[told]:
            held[told] -= 1
        else:
            new.append(path)
    if gone := [f.name for f in held.elements()]:
        verb = "is" if len(gone) == 1 else "are"
        told_of = f"{verb} gone, or changed since read"
        _note(shelf, few(gone), told_of, files)
        return None
    return tuple(new)


def _note(shelf: Shelf, what: str, told: str, files: _Files) -> None:
    count = len(files.paths)
    every = "its one file is" if count == 1 else f"all {count:,} files are"
    shelf.notes.append(f"Of a source of touches, {what} {told}: {every} read anew.")


def _anew(
    desk: Desk, touches: TouchesConfig, take: Take, shelf: Shelf, order: int
) -> Shelf:
    """Read every file; what was kept goes when the new part is valid."""
    source = desk.source(touches)
    empty = replace(shelf, columns=source.columns, reports={})
    return _with(desk.engine, source, take, empty, order)


def _with(
    engine: Engine, source: Source, take: Take, shelf: Shelf, order: int
) -> Shelf:
    """Take a source in, and put what came of it on the shelf."""
    number = shelf.free
    report = take(engine, source, order=order)
    row = f"SELECT {TOUCH}, {DIGEST} AS digest FROM {KEPT}"
    aside = f"FROM {QUARANTINE} WHERE source = {order}"
    write_table(engine, f"{row} {BY_LEAD}", shelf.touches(number))
    write_table(
        engine,
        f"SELECT * EXCLUDE (source) {aside} ORDER BY n",
        shelf.quarantine(number),
    )
    engine.execute(f"DELETE {aside}")
    engine.execute("DELETE FROM touches")
    reports = {**shelf.reports, number: report}
    shelf = replace(shelf, reports=reports, free=number + 1)
    shelf.write()
    return shelf


def _merged(engine: Engine, shelf: Shelf) -> Shelf:
    """Put one part in the place of all."""
    number = shelf.free
    query = f"{union_of(shelf.parts, '*')} {BY_LEAD}"
    write_table(engine, query, shelf.touches(number))
    write_table(engine, _quarantine(shelf), shelf.quarantine(number))
    report = added_up(list(shelf.reports.values()))
    shelf = replace(shelf, reports={number: report}, free=number + 1)
    shelf.write()
    return shelf


def _show_quarantine(engine: Engine, shelf: Shelf, order: int) -> None:
    query = f"SELECT *, {order} AS source FROM ({_quarantine(shelf)})"
    engine.execute(f"INSERT INTO {QUARANTINE} BY NAME {query}")


def _quarantine(shelf: Shelf) -> str:
    """Return SQL for the rows set aside, numbered on from part to part."""
    told, rows = [], 0
    for number, report in shelf.reports.items():
        path = literal(shelf.quarantine(number).as_posix())
        told.append(f"SELECT * REPLACE (n + {rows} AS n) FROM read_parquet({path})")
        rows += report.rows_in
    return " UNION ALL ".join(told)
