"""An attribute of a lead as known before a snapshot, and the verbs that read it.

Attributes arrive as text, whatever they mean. The verbs turn the text into a number, a
flag or a category; text that cannot be read is missing, never nought.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from sqlglot import exp

from .vocabulary import CREATED_AT, DAY_US, SNAPSHOT_AT

_YES = ("1", "true", "yes", "y", "t", "on")
_NO = ("0", "false", "no", "n", "f", "off")


@dataclass(frozen=True)
class Attribute:
    """One attribute: text that was known of a lead, or missing.

    Attributes
    ----------
    name : str
        Its column.
    """

    name: str

    def is_known(self) -> exp.Expression:
        """1 where anything is known, else 0."""
        is_missing = exp.Is(this=self._text(), expression=exp.null())
        return exp.Case().when(is_missing, _number(0)).else_(_number(1))

    def number(self) -> exp.Expression:
        """The text as a finite number; missing where it is none.

        Examples
        --------
        >>> print(Attribute("size").number().sql("duckdb", pretty=True))
        CASE
          WHEN ABS(TRY_CAST("size" AS DOUBLE)) < 1e308
          THEN TRY_CAST("size" AS DOUBLE)
        END
        """
        cast = exp.TryCast(this=self._text(), to=exp.DataType.build("DOUBLE"))
        size = exp.Abs(this=cast)  # of "nan", "inf" and "1e999" it is not below any
        return exp.Case().when(size < exp.Literal.number("1e308"), cast.copy())

    def flag(self) -> exp.Expression:
        """1 for yes, 0 for no, however written; missing for anything else."""
        lower = exp.Lower(this=self._text())
        return (
            exp.Case()
            .when(lower.isin(*_YES), _number(1))
            .when(lower.copy().isin(*_NO), _number(0))
        )

    def category(self) -> exp.Expression:
        """The text itself, as a category."""
        return self._text()

    def matched(self, patterns: Mapping[str, str], *, otherwise: str) -> exp.Expression:
        """The first name whose pattern is found in the lower-case text.

        Parameters
        ----------
        patterns : mapping of str to str
            Name to regular expression (RE2 and Java alike), tried in order.
        otherwise : str
            The name where no pattern is found; missing text stays missing.
        """
        lower = exp.Lower(this=self._text())
        missing = exp.Is(this=self._text(), expression=exp.null())
        named = exp.Case().when(missing, exp.null())
        for name, pattern in patterns.items():
            found = exp.RegexpLike(
                this=lower.copy(), expression=exp.Literal.string(pattern)
            )
            named = named.when(found, _word(name))
        return named.else_(_word(otherwise))

    def _text(self) -> exp.Expression:
        return exp.column(exp.to_identifier(self.name, quoted=True))


@dataclass(frozen=True)
class EmailAddress(Attribute):
    """An attribute that holds an e-mail address; the address itself is never a signal.

    Attributes
    ----------
    free_domains, rival_domains : tuple of str
        Domains that say nothing of an employer, and those of competitors.
    education_domain : str
        A pattern of the domains of schools.
    """

    free_domains: tuple[str, ...] = ()
    rival_domains: tuple[str, ...] = ()
    education_domain: str = "$^"

    def domain_class(self) -> exp.Expression:
        """Free, education, rival or corporate; missing where there is no address."""
        domain = exp.SplitPart(
            this=exp.Lower(this=self._text()),
            delimiter=exp.Literal.string("@"),
            part_index=exp.Literal.number(2),
        )
        school = exp.RegexpLike(
            this=domain.copy(), expression=exp.Literal.string(self.education_domain)
        )
        named = exp.Case().when(
            exp.func("COALESCE", domain, _word("")).eq(_word("")), exp.null()
        )
        listed = {"rival": self.rival_domains, "free": self.free_domains}
        for name, domains in listed.items():
            if domains:
                lower = [d.lower() for d in domains]
                named = named.when(domain.copy().isin(*lower), _word(name))
        return named.when(school, _word("education")).else_(_word("corporate"))


@dataclass(frozen=True)
class Lead:
    """The lead's own instants."""

    def age_days(self) -> exp.Expression:
        """Days from the lead's creation to the snapshot."""
        between = microseconds_between(exp.column(CREATED_AT), exp.column(SNAPSHOT_AT))
        whole = exp.cast(between, "DOUBLE")
        return exp.Div(this=whole, expression=_number(DAY_US), typed=False)


def microseconds_between(start: exp.Expression, end: exp.Expression) -> exp.Expression:
    """Whole microseconds from one instant to another."""
    return exp.TimestampDiff(this=end, expression=start, unit=exp.var("MICROSECOND"))


def whole_words(*stems: str) -> str:
    """Return a pattern that finds any of the stems at the start of a word.

    A stem that ends in ``$`` has to be the whole word.

    Examples
    --------
    >>> pattern = whole_words("direct", "vp$")
    >>> titles = ("sales director", "vp", "vpn", "indirect")
    >>> [bool(re.search(pattern, title)) for title in titles]
    [True, True, False, False]
    """
    parts = [
        re.escape(s.removesuffix("$")) + (r"([^a-z0-9]|$)" if s.endswith("$") else "")
        for s in stems
    ]
    return r"(^|[^a-z0-9])(" + "|".join(p.replace(r"\ ", " ") for p in parts) + ")"


def _number(value: float) -> exp.Expression:
    return exp.Literal.number(value)


def _word(value: str) -> exp.Expression:
    return exp.Literal.string(value)
