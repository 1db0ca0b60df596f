"""A signal's value: an expression over atoms."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from sqlglot import exp

from .spelling import number


class AnyAtom(Protocol):
    """What an expression is made of."""

    @property
    def name(self) -> str:
        """A name that follows from what the atom is, and from nothing else."""

    @property
    def where_none(self) -> float | None:
        """The value where there is nothing to sum up; None is missing."""

    @property
    def is_word(self) -> bool:
        """Whether its value is a word."""

    def definition(self) -> exp.Expression:
        """Return the atom as a scalar query over the past of one snapshot."""


@dataclass(frozen=True)
class Aggregate:
    """One value per snapshot: an expression over atoms of its past.

    Attributes
    ----------
    expression : sqlglot expression
        Its columns are names of the atoms.
    atoms : tuple of atoms
        Each once.
    """

    expression: exp.Expression
    atoms: tuple[AnyAtom, ...]

    @classmethod
    def of(cls, atom: AnyAtom) -> Aggregate:
        """Return an atom as it is."""
        return cls(exp.column(atom.name), (atom,))

    def minus(self, other: Aggregate) -> Aggregate:
        """Return the difference; missing where either is."""
        told = exp.Sub(this=self.expression.copy(), expression=other.expression.copy())
        return self._with(exp.paren(told), other)

    def over(self, whole: Aggregate) -> Aggregate:
        """Return the quotient; missing where the whole is nought or missing."""
        divisor = exp.func("NULLIF", whole.expression.copy(), number(0))
        told = exp.Div(this=self.expression.copy(), expression=divisor, typed=False)
        return self._with(told, whole)

    def definition(self) -> exp.Expression:
        """Return the expression with every atom as a query over the past."""
        spelled = {a.name: a.definition() for a in self.atoms}

        def spell(node: exp.Expression) -> exp.Expression:
            if isinstance(node, exp.Column) and node.name in spelled:
                return spelled[node.name].copy()
            return node

        return self.expression.copy().transform(spell)

    def _with(self, told: exp.Expression, other: Aggregate) -> Aggregate:
        return Aggregate(told, tuple(dict.fromkeys((*self.atoms, *other.atoms))))
