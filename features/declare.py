"""How a signal is declared: a few lines that read like a sentence.

The declaration hangs on the function and the function stays a function, so that its
docstring's first line is the catalogue entry and its examples run as doctests.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from types import ModuleType
from typing import Any, Literal, TypeVar

from sqlglot import exp

from .errors import ConfigError
from .past.aggregate import Aggregate, AnyAtom
from .vocabulary import Family, Unit

Monotone = Literal[-1, 0, 1]
Function = TypeVar("Function", bound=Callable[..., Any])


class Of(StrEnum):
    """What a signal's function is handed, and how often it is asked."""

    TOUCHES = "touches"  # all touches, once
    OUTBOUND = "outbound"  # all touches, once, where some kinds are ours
    EACH_KIND = "each kind"  # the touches of one kind, once per declared kind
    EACH_STAGE = "each stage"  # the touches of one funnel stage, once per stage
    COLLEAGUES = "colleagues"  # what was known of the account's other leads, once
    LEAD = "lead"  # the instants of the lead itself, once
    DEADLINE = "deadline"  # likewise, where leads have deadlines of their own
    RECORD = "record"  # all attributes at once
    JUDGED = "judged"  # all attributes of which it can be told whether they read
    NUMBER = "number"  # one attribute, once per attribute that means this
    CATEGORY = "category"
    FLAG = "flag"
    TITLE = "title"
    EMAIL = "email"
    SIZE = "size"
    REVENUE = "revenue"
    INDUSTRY = "industry"
    COUNTRY = "country"


@dataclass(frozen=True)
class Declaration:
    """What the decorator says about a signal's function."""

    name: str
    words: str
    family: Family
    unit: Unit
    of: Of
    lookbacks: bool
    monotone: Monotone
    function: Callable[..., Any]


@dataclass(frozen=True)
class Feature:
    """One column of the feature table.

    Attributes
    ----------
    name : str
        The column's name.
    expression : sqlglot expression
        Its definition: over its atoms, or over the attributes known by then.
    atoms : tuple of atoms
        What it sums up of the past; none where it reads attributes.
    lookback_days : int or None
        How far back it looks; None is all the way.
    """

    name: str
    expression: exp.Expression
    atoms: tuple[AnyAtom, ...] = ()
    lookback_days: int | None = None

    @property
    def is_plain(self) -> bool:
        """Whether it is one atom as it is."""
        return bool(self.atoms) and isinstance(self.expression, exp.Column)

    def definition(self) -> exp.Expression:
        """Return the expression with every atom as a query over the past."""
        return Aggregate(self.expression, self.atoms).definition()


@dataclass(frozen=True)
class Signal:
    """A named thing that a reviewer understands; one player in an explanation.

    Attributes
    ----------
    name : str
        Its stable code.
    words : str
        What a reviewer calls it.
    features : tuple of Feature
        Its columns: one, or one for each lookback.
    attributes : tuple of str
        The attributes it reads.
    is_personal : bool
        Whether its values are personal and may never be shown.
    topic : str
        What it is about, in words, for gathering signals.
    """

    name: str
    words: str
    family: Family
    unit: Unit
    monotone: Monotone
    features: tuple[Feature, ...]
    attributes: tuple[str, ...] = ()
    is_personal: bool = False
    topic: str = ""

    def __iter__(self) -> Iterator[Feature]:
        return iter(self.features)


def signal(
    family: Family,
    unit: Unit,
    *,
    of: Of = Of.TOUCHES,
    lookbacks: bool = False,
    monotone: Monotone = 0,
) -> Callable[[Function], Function]:
    """Declare a function to be a signal; the function stays as it is.

    Parameters
    ----------
    family, unit
        Which question it answers, and in what.
    of : Of
        What the function is handed.
    lookbacks : bool
        Whether it is asked once for each configured lookback.
    monotone : {-1, 0, 1}
        The direction the booster is held to; 0 leaves it free.
    """

    def declare(function: Function) -> Function:
        name = getattr(function, "__name__", repr(function))
        if not function.__doc__:
            raise ConfigError(f"Signal {name!r} needs a docstring: reviewers read it.")
        words = function.__doc__.strip().splitlines()[0].removesuffix(".")
        declared = Declaration(
            name, words, family, unit, of, lookbacks, monotone, function
        )
        function.__dict__["declaration"] = declared
        return function

    return declare


def declarations(*modules: ModuleType) -> tuple[Declaration, ...]:
    """Gather what the modules declare, in the order of definition."""
    values = [v for m in modules for v in vars(m).values()]
    found = [getattr(v, "declaration", None) for v in values]
    return tuple(d for d in found if isinstance(d, Declaration))
