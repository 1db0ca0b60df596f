"""An attribute of a lead as known before a snapshot, and the verbs that read it.

Attributes arrive as text, whatever they mean. The verbs turn the text into a number, a
flag or a category; text that cannot be read is missing, never nought.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field

from sqlglot import exp

from .amounts import size_band, sum_band
from .company import Means
from .let import let
from .letters import plain_sql, unmarked_sql
from .notation import Notation, number_as_written

YES = ("1", "true", "yes", "y", "t", "on", "ja", "oui", "sí", "si", "sim", "sì")
NO = ("0", "false", "no", "n", "f", "off", "nein", "non", "não", "nao", "nee")


@dataclass(frozen=True)
class Attribute:
    """One attribute: text that was known of a lead, or missing.

    Attributes
    ----------
    name : str
        Its column.
    means : str
        How it is read.
    notation : Notation or None
        That a number is written in; None where any machine can read it.

    Examples
    --------
    >>> import duckdb
    >>> def told(read, *texts):
    ...     given = ", ".join(f"('{text}')" for text in texts)
    ...     sql = f"SELECT {read.sql('duckdb')} FROM (VALUES {given}) t(x)"
    ...     return [value for (value,) in duckdb.execute(sql).fetchall()]
    >>> x = Attribute("x")
    >>> told(x.is_known(), "red", ""), told(x.category(), "Red")
    ([1, 1], ['Red'])
    >>> told(x.number(), "1e3", "inf", "a few"), told(x.flag(), "Yes", "off", "2")
    ([1000.0, None, None], [1, 0, None])
    >>> told(x.matched([("gold", "^or$"), ("gold", "gold")], otherwise="?"), "Gold!")
    ['gold']
    >>> told(x.listed([("Korea", ("korea south",))], otherwise="?"), "Korea (South)")
    ['Korea']
    >>> told(x.size(), "11–50", "10k+"), told(x.revenue(), "€ 2,5 Mio", "much")
    ([11, 10001], [1000000, None])
    >>> told(x.plain(), "São Paulo"), told(x.is_like("^paris$"), "Paris", "Parish")
    (['sao paulo'], [True, False])
    """

    name: str
    means: Means = field(default="category", kw_only=True)
    notation: Notation | None = field(default=None, kw_only=True)

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
        if self.notation is not None:
            return number_as_written(self._text(), self.notation)
        cast = exp.TryCast(this=self._text(), to=exp.DataType.build("DOUBLE"))
        size = exp.Abs(this=cast)  # of "nan", "inf" and "1e999" it is not below any
        return exp.Case().when(size < exp.Literal.number("1e308"), cast.copy())

    def flag(self) -> exp.Expression:
        """1 for yes, 0 for no, however written; missing for anything else."""
        lower = exp.Lower(this=self._text())
        return (
            exp.Case()
            .when(lower.isin(*YES), _number(1))
            .when(lower.copy().isin(*NO), _number(0))
        )

    def category(self) -> exp.Expression:
        """The text itself, as a category."""
        return self._text()

    def matched(
        self, patterns: Iterable[tuple[str, str]], *, otherwise: str
    ) -> exp.Expression:
        """The first name whose pattern is found in the plain text.

        Parameters
        ----------
        patterns : iterable of (str, str)
            Name and regular expression (RE2 and Java alike), tried in order; a name
            may come twice.
        otherwise : str
            The name where no pattern is found; missing text stays missing.
        """

        def read(t: exp.Expression) -> exp.Expression:
            named = exp.Case().when(exp.Is(this=t, expression=exp.null()), exp.null())
            for name, pattern in patterns:
                found = exp.RegexpLike(this=t.copy(), expression=_word(pattern))
                named = named.when(found, _word(name), copy=False)
            return named.else_(_word(otherwise))

        return let("t", self.plain(), read)

    def listed(
        self, names: Iterable[tuple[str, tuple[str, ...]]], *, otherwise: str
    ) -> exp.Expression:
        """The name in whose list the whole text stands, whatever its marks.

        Parameters
        ----------
        names : iterable of (str, tuple of str)
            Name and unmarked texts.
        otherwise : str
            The name where the text is in no list; missing text stays missing.
        """

        def read(t: exp.Expression) -> exp.Expression:
            named = exp.Case().when(exp.Is(this=t, expression=exp.null()), exp.null())
            for name, texts in names:
                listed = exp.In(this=t.copy(), expressions=[_word(x) for x in texts])
                named = named.when(listed, _word(name), copy=False)
            return named.else_(_word(otherwise))

        return let("t", unmarked_sql(self._text()), read)

    def size(self) -> exp.Expression:
        """The fewest employees in the band of the text; missing where none is read."""
        return size_band(self.plain())

    def revenue(self) -> exp.Expression:
        """The least sum in the band of the text; missing where none is read."""
        return sum_band(self.plain())

    def plain(self) -> exp.Expression:
        """The text in plain lower-case letters."""
        return plain_sql(self._text())

    def is_like(self, pattern: str) -> exp.Expression:
        """Whether a pattern is found in the plain text."""
        return exp.RegexpLike(this=self.plain(), expression=_word(pattern))

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
    disposable_domains : tuple of str
        Domains of addresses that are thrown away after use.
    roles : tuple of str
        What stands before the @ where nobody's name does.

    Examples
    --------
    >>> import duckdb
    >>> mail = EmailAddress("x", free_domains=("gmail.com",), roles=("info",))
    >>> verbs = (mail.domain_class(), mail.is_of_a_role())
    >>> told = ", ".join(verb.sql("duckdb") for verb in verbs)
    >>> given = "(VALUES ('ada@gmail.com'), ('info@acme.io'), ('nobody')) t(x)"
    >>> duckdb.execute(f"SELECT {told} FROM {given}").fetchall()
    [('free', 0), ('corporate', 1), (None, None)]
    """

    free_domains: tuple[str, ...] = ()
    rival_domains: tuple[str, ...] = ()
    education_domain: str = "$^"
    disposable_domains: tuple[str, ...] = ()
    roles: tuple[str, ...] = ()

    def domain_class(self) -> exp.Expression:
        """Rival, free, disposable, education or corporate; missing without address."""
        domain = self._part(2)
        school = exp.RegexpLike(
            this=domain.copy(), expression=_word(self.education_domain)
        )
        named = exp.Case().when(_is_blank(domain), exp.null())
        listed = {
            "rival": self.rival_domains,
            "free": self.free_domains,
            "disposable": self.disposable_domains,
        }
        for name, domains in listed.items():
            if domains:
                lower = [d.lower() for d in domains]
                named = named.when(domain.copy().isin(*lower), _word(name), copy=False)
        return named.when(school, _word("education")).else_(_word("corporate"))

    def is_of_a_role(self) -> exp.Expression:
        """1 where a function reads the mail, 0 where a person may; else missing."""
        local, domain = self._part(1), self._part(2)
        names = "|".join(re.escape(r).replace(r"\-", "-") for r in self.roles)
        role = exp.RegexpLike(
            this=local.copy(), expression=_word(f"^({names})([.+_-].*)?[0-9]*$")
        )
        return (
            exp.Case()
            .when(_is_blank(domain), exp.null())
            .when(_is_blank(local), exp.null())
            .when(role, _number(1))
            .else_(_number(0))
        )

    def _part(self, number: int) -> exp.Expression:
        return exp.SplitPart(
            this=exp.Trim(this=exp.Lower(this=self._text())),
            delimiter=_word("@"),
            part_index=_number(number),
        )


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


def _is_blank(text: exp.Expression) -> exp.Expression:
    return exp.func("COALESCE", text.copy(), _word("")).eq(_word(""))


def _number(value: float) -> exp.Expression:
    return exp.Literal.number(value)


def _word(value: str) -> exp.Expression:
    return exp.Literal.string(value)
