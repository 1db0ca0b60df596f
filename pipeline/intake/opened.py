"""What is open while sources come in: the engine, a work folder, every source read."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

from features.company import Company
from features.engine import Engine, open_engine
from features.notation import Notation

from ..origins import AccountsConfig, HistoryConfig, TableConfig, TouchesConfig
from ..sections import Config
from .null_tokens import tokens_of
from .sources import Reading, Source, load, load_query
from .tables import prefixed

WORK = ".intake-"  # a work folder's name begins so; a killed run leaves one behind


@dataclass
class Desk:
    """What is open while sources come in.

    Attributes
    ----------
    company : Company or None
        What a scorer was trained for; None: notations are to be found.
    known : dict
        Sources that were read.
    """

    engine: Engine
    config: Config
    work: Path
    company: Company | None = None
    known: dict[tuple[object, ...], Source] = field(default_factory=dict)

    def source(self, table: TableConfig, leads_from: Path | None = None) -> Source:
        """Read a table's source, unless it was read before in the same way."""
        meant = table.from_
        if leads_from is not None and isinstance(meant, dict):
            meant = {**meant, next(iter(meant)): str(leads_from)}
        elif leads_from is not None:
            meant = str(leads_from)
        return self._in_notation(table, self._read(table, meant, ()))

    def some(
        self, table: TableConfig, paths: Sequence[Path], columns: tuple[str, ...]
    ) -> Source:
        """Read some files of a table, of which others have these columns."""
        source = self._read(table, tuple(map(str, paths)), columns)
        return self._in_notation(table, source)

    def unasked(self, table: TableConfig) -> Source:
        """Read the first file of a table with a query, as the query finds it."""
        meant = table.from_
        first = next(iter(meant.values())) if isinstance(meant, dict) else meant
        return load(self.engine, f"unasked{len(self.known)}", first, self._how(table))

    def notation(self, touches: TouchesConfig) -> Notation | None:
        """Return what a scorer reads the values of a source in, by place and column.

        A source that has come since, of a column known from another one, is read like
        that.
        """
        if self.company is None or touches.value is None:
            return None
        place = [t is touches for t in self.config.touches].index(True)
        values = self.company.values
        alike = values[place : place + 1] + values
        told = [v.notation for v in alike if v.column == touches.value]
        return told[0] if told else None

    def _in_notation(self, table: TableConfig, source: Source) -> Source:
        if self.company is None:
            return source
        if isinstance(table, TouchesConfig):
            notation = self.notation(table)
            return replace(source, notation=notation, is_notation_known=True)
        attributes = self.company.attributes
        noted = {a.name for a in attributes if a.notation is not None}
        if isinstance(table, HistoryConfig):  # one column for all attributes
            return replace(source, noted=frozenset({table.value} if noted else ()))
        called = prefixed if isinstance(table, AccountsConfig) else str
        names = {called(column): column for column in source.columns}
        numbers = {a.name for a in attributes if a.means == "number"}
        return replace(
            source,
            numbers=frozenset(names[n] for n in numbers & names.keys()),
            noted=frozenset(names[n] for n in noted & names.keys()),
        )

    def _read(
        self,
        table: TableConfig,
        meant: str | tuple[str, ...] | Mapping[str, str],
        columns: tuple[str, ...],
    ) -> Source:
        told = meant if isinstance(meant, str | tuple) else tuple(meant.items())
        reading = self._how(table, columns)
        tokens, own = reading.null_tokens, reading.own_tokens
        how = (table.query, table.delimiter, table.encoding, columns)
        key = (told, *how, tokens, tuple(own.items()))
        if key in self.known:
            return self.known[key]
        name = f"source{len(self.known)}"
        if table.query is not None:
            named = {"source": meant} if isinstance(meant, str | tuple) else meant
            source = load_query(self.engine, name, named, table.query, reading)
        else:
            files = meant if isinstance(meant, str | tuple) else tuple(meant.values())
            source = load(self.engine, name, files, reading)
        if table.query is None:
            source.check_has(own, "null_tokens")
        self.known[key] = source
        return source

    def _how(self, table: TableConfig, columns: tuple[str, ...] = ()) -> Reading:
        tokens, own = tokens_of(table, self.config.source)
        return Reading(
            table.delimiter,
            table.encoding,
            tokens,
            self.work,
            self.config.run.memory_limit,
            columns,
            self.config.source.follow_links,
            own_tokens=own,
        )


@contextmanager
def opened(
    config: Config, folder: Path, company: Company | None = None
) -> Iterator[Desk]:
    """Open the engine, with a work folder that is gone afterwards."""
    folder.mkdir(parents=True, exist_ok=True)
    for left in folder.glob(f"{WORK}*"):
        shutil.rmtree(left, ignore_errors=True)
    with (
        tempfile.TemporaryDirectory(prefix=WORK, dir=folder) as work,
        open_engine(
            memory_limit=config.run.memory_limit, threads=config.run.threads
        ) as engine,
    ):
        engine.execute("SET temp_directory = ?", [work])
        yield Desk(engine, config, Path(work), company)
