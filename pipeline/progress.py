"""What is going on, told on standard error."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager

from rich.console import Console

from .stage import Say


@contextmanager
def progress(quiet: bool = False) -> Iterator[Say]:
    """Give a function that is told what is going on.

    On a terminal its words replace one another beside a spinner; elsewhere they are
    kept to themselves, since a log wants results and not every step.
    """
    console = Console(stderr=True, quiet=quiet)
    if quiet or not sys.stderr.isatty():
        yield lambda _: None
        return
    with console.status("starting") as status:
        yield lambda words: status.update(words)
