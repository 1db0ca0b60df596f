"""What can go wrong in a way that a user can mend.

Every error here carries whole sentences: what was expected, what was found, what to
do. The command line prints them and nothing else.

::

    LeadlightError
    ├── ConfigError    the configuration does not say what is needed
    ├── SourceError    a file or table cannot be read as it was described
    ├── DataError      the data were read, and cannot bear what is asked of them
    ├── ModelError     a stored scorer is damaged, or does not fit the data
    ├── RunError       a run folder lacks something, or is in use
    └── ResourceError  the machine has too little memory or disk
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable

_NEAREST = 0.75  # of two names, the share of letters in common, in their order


class LeadlightError(Exception):
    """Base class of every error that a user can mend."""


class ConfigError(LeadlightError):
    """The configuration does not say what is needed."""


class SourceError(LeadlightError):
    """A file or table cannot be read as it was described."""


class DataError(LeadlightError):
    """The data were read, and cannot bear what is asked of them."""


class ModelError(LeadlightError):
    """A stored scorer is damaged, or does not fit the data."""


class RunError(LeadlightError):
    """A run folder lacks something, or is in use."""


class ResourceError(LeadlightError):
    """The machine has too little memory or disk."""


def few(values: list[str], most: int = 3) -> str:
    """Return up to ``most`` values as a quoted list, saying how many more there are.

    Examples
    --------
    >>> few(["a", "b"])
    "'a', 'b'"
    >>> few(["a", "b", "c", "d", "e"])
    "'a', 'b', 'c' and 2 more"
    """
    shown = ", ".join(repr(v) for v in values[:most])
    return f"{shown} and {len(values) - most} more" if len(values) > most else shown


def near(name: str, names: Iterable[str], most: int = 1) -> list[str]:
    """Return the names that may have been meant, the nearest first; often none.

    Case aside, three quarters of the letters have to be the same in the same order: a
    suggestion that is far-fetched is worse than none.

    Examples
    --------
    >>> near("emial", ["email", "name"]), near("E-Mail", ["e_mail"])
    (['email'], ['e_mail'])

    Of twelve letters in both, eight are in common: two thirds.

    >>> near("region", ["reason"])
    []
    """
    folded = {n.casefold(): n for n in names}
    found = difflib.get_close_matches(name.casefold(), folded, n=most, cutoff=_NEAREST)
    return [folded[f] for f in found]
