"""A name for a value that is long to write, within one expression.

Why a list of one: SQL names a value within an expression in no other way that DuckDB
and Spark share; written out wherever it is read, a country's definition is four times
longer.
"""

from __future__ import annotations

from collections.abc import Callable

from sqlglot import exp


def let(
    name: str,
    value: exp.Expression,
    body: Callable[[exp.Expression], exp.Expression],
) -> exp.Expression:
    """Return the body, in which the value has a name.

    Examples
    --------
    >>> let("n", exp.column("size"), lambda n: n + 1).sql("spark")
    'TRANSFORM(ARRAY(size), n -> n + 1)[0]'
    """
    named = exp.to_identifier(name)
    told = exp.Lambda(this=body(named), expressions=[named.copy()])
    one = exp.Transform(this=exp.Array(expressions=[value]), expression=told)
    return exp.Bracket(this=one, expressions=[exp.Literal.number(1)], offset=1)
