"""One lead's score as lines of text: coloured and wrapped where a person reads it.

Why not rich's tables and markup: an id or a value comes from outside. Here every text
is laid down as it is, and nothing in it is read as a command to the terminal.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from io import StringIO, TextIOWrapper
from typing import Final, TextIO

from rich.console import Console
from rich.text import Text

from models.points import signed

from .found import Why
from .inert import inert_long
from .lines import Line
from .outlook import Item, Section, plain
from .said import (
    chance,
    evidence_of,
    foot,
    others_words,
    remarks,
    start_words,
    title,
    told_topics,
    topic_words,
    total_words,
)

_BAR: Final = 24  # characters of the longest bar
_SHORT_BAR: Final = 8  # where the terminal is narrow
_NARROW: Final = 76
_FIGURE: Final = 8  # two of margin, six of figures
_PLAIN: Final = 10_000  # wide enough that nothing is broken
_RAISES, _LOWERS, _SOFT, _HEAD = "green", "red", "dim", "bold"


@dataclass(frozen=True)
class Row:
    """A line to be: what stands in front, and a text that is wrapped beside it."""

    front: Text
    text: Text
    indent: int = 0


def told(found: Why, *, every: bool = False, width: int = _PLAIN) -> str:
    """Return the explanation as plain text.

    Parameters
    ----------
    every : bool
        Whether each signal has a line, rather than the strongest only.
    width : int
        Of a line, in characters; a front without its text is never broken.
    """
    into = StringIO()
    console = Console(
        file=into, width=width, color_system=None, force_jupyter=False
    )  # a notebook would else show each line apart
    _print(found, console, every=every)
    return into.getvalue()


def show(found: Why, stream: TextIO, *, every: bool = False) -> None:
    """Write the explanation: in colours to a terminal, plain to anything else."""
    if isinstance(stream, TextIOWrapper):
        stream.reconfigure(errors="replace")  # where a terminal knows no such sign
    console = Console(
        file=stream, highlight=False, markup=False, emoji=False, force_jupyter=False
    )
    if console.is_terminal:
        _print(found, console, every=every)
    else:
        stream.write(told(found, every=every))


def _print(found: Why, console: Console, *, every: bool) -> None:
    for row in rows(found, every=every, bar=_bar_of(console.width)):
        for line in _laid(row, console):
            console.print(line, soft_wrap=True, highlight=False, markup=False)


def _bar_of(width: int) -> int:
    return _BAR if width >= _NARROW else _SHORT_BAR


def _laid(row: Row, console: Console) -> Iterator[Text]:
    """The lines of a row: its text wrapped, and what follows hangs below."""
    room = max(console.width - row.indent, 20)
    parts = list(row.text.wrap(console, room)) or [Text()]
    for number, part in enumerate(parts):
        front = row.front if number == 0 else Text(" " * row.indent)
        line = Text.assemble(front, part)
        line.rstrip()
        yield line


def rows(found: Why, *, every: bool, bar: int = _BAR) -> Iterator[Row]:
    """Give the explanation row by row."""
    yield _plain(title(found), _HEAD)
    yield _plain(chance(found))
    yield from (_plain(r) for r in remarks(found))
    for section in found.opening:
        yield from _section(section)
    yield _plain("")
    yield _figure(plain(found.start_amount), start_words(found))
    if found.reference.note:
        yield _below(found.reference.note, 2 + _FIGURE)
    longest = max([abs(x.amount) for x in found.lines] or [0.0]) or 1.0
    shown = 0
    for heading, lines in parts(found, every=every):
        if lines:
            yield _plain(heading, _HEAD)
            yield from _lines(found, lines, longest, bar, told=not every)
        shown += len(lines)
    yield _plain("")
    if others := len(found.lines) - shown:
        yield _figure(signed(found.other_amount), others_words(others))
        yield from _topics(found, bar)
    yield _figure(plain(found.total_amount), total_words(found), _HEAD)
    for section in found.sections:
        yield from _section(section)
    yield _plain("")
    yield from (_plain(note) for note in found.notes)
    yield from (_plain(line, _SOFT) for line in foot(found))


def parts(found: Why, *, every: bool) -> list[tuple[str, list[Line]]]:
    """Return the lines to show, under their titles, the strongest first."""
    if not every:
        return [("Raises", [*found.raising]), ("Lowers", [*found.lowering])]
    ranked = sorted(found.lines, key=lambda x: -abs(x.points))
    return [
        ("Raises", [x for x in ranked if x.points > 0]),
        ("Lowers", [x for x in ranked if x.points < 0]),
        ("Neither", [x for x in ranked if x.points == 0]),
    ]


def _lines(
    found: Why, lines: Iterable[Line], longest: float, bar: int, *, told: bool
) -> Iterator[Row]:
    for x in lines:
        size = max(round(abs(x.amount) / longest * bar), 1) if x.points else 0
        style = _RAISES if x.points > 0 else _LOWERS
        front = Text.assemble(
            (f"  {signed(x.amount):>6}  ", style), (f"{'█' * size:<{bar}}  ", style)
        )
        yield Row(front, _text(x.words), front.cell_len)
        if told:
            for said in evidence_of(found, x):
                yield _below(said, front.cell_len)


def _topics(found: Why, bar: int) -> Iterator[Row]:
    for topic in told_topics(found):
        yield _under(signed(topic.points), topic_words(topic), bar + _FIGURE + 4)


def _section(section: Section) -> Iterator[Row]:
    yield _plain("")
    yield _plain(section.heading, _HEAD)
    for line in section.lead:
        yield Row(Text("  "), _text(line), 2)
    for item in section.items:
        front = Text(f"  {item.figure:>6}  " if item.figure else "  ", _sign(item))
        yield Row(front, _text(item.words), front.cell_len)
        for said in item.below:
            if said.figure:
                yield _under(said.figure, said.words, front.cell_len)
            else:
                yield _below(said.words, front.cell_len + (0 if item.figure else 4))
    for line in section.close:
        yield Row(Text("  "), _text(line), 2)


def _sign(item: Item) -> str:
    return {"+": _RAISES, "−": _LOWERS}.get(item.figure[:1], "")


def _figure(figure: str, words: str, style: str = "") -> Row:
    front = Text(f"  {figure:>6}  ", style)
    return Row(front, _text(words, style), front.cell_len)


def _under(figure: str, words: str, indent: int) -> Row:
    front = Text(f"{'':{indent}}{figure:>6}  ", _SOFT)
    return Row(front, _text(words, _SOFT), front.cell_len)


def _below(words: str, indent: int) -> Row:
    return Row(Text(" " * indent), _text(words, _SOFT), indent)


def _plain(words: str, style: str = "") -> Row:
    return Row(Text(), _text(words, style))


def _text(words: str, style: str = "") -> Text:
    return Text(inert_long(words), style)
