"""From files as they were exported to the canonical tables."""

from __future__ import annotations

from features.notation import ColumnNotation

from ..artefacts import INTAKE, TABLES
from ..intake import take_in
from ..sections import Config
from ..stage import Shelf, stage


@stage(writes=(INTAKE,))
def intake(config: Config, shelf: Shelf) -> None:
    """Read the sources strictly, set bad rows aside, write the canonical tables."""
    intake_as(config, shelf, None)


def intake_as(
    config: Config, shelf: Shelf, values: tuple[ColumnNotation, ...] | None
) -> None:
    """Take in the values of touches in a scorer's notations; None: find them."""
    shelf.say("reading the sources")
    folder = shelf.folder / TABLES
    report = take_in(config, folder, values=values)
    for path in sorted(folder.glob("*.parquet")):
        shelf.note(path)
    shelf.put(INTAKE, report.to_dict())
