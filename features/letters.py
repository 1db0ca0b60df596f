"""Letters as people type them: accents written or dropped, any dash, any space.

Texts are read in plain lower-case letters. ``ü`` is read as ``u``; a stem that is
written with ``ü`` finds ``u`` and ``ue``, so that each word stands in the lexicon once.
"""

from __future__ import annotations

import re
import unicodedata
from typing import Final

from sqlglot import exp

_ACCENTS: Final = {
    "a": "àáâãäåāăąæ", "c": "çćč", "d": "ďđð", "e": "èéêëēėęě", "g": "ğģ",
    "i": "ìíîïīįı", "l": "ľł", "n": "ñńňņ", "o": "òóôõöøőœ", "r": "ŕř", "s": "śšşșß",
    "t": "ťţț", "u": "ùúûüūůűų", "y": "ýÿ", "z": "źżž", "-": "–—−\u2010\u2011\u2012",
    "'": "’\u2018\u00b4`", " ": "\u00a0\u202f\u2009\t\n\r", "<": "≤",
}  # fmt: skip
ACCENTED: Final = "".join(_ACCENTS.values())
PLAIN: Final = "".join(p * len(accented) for p, accented in _ACCENTS.items())
_SPELLED: Final = {  # two letters where the accent was dropped with care
    "ä": "ae?", "æ": "ae?", "ö": "oe?", "ø": "oe?", "œ": "oe?", "ü": "ue?",
    "å": "aa?", "ß": "ss?",
}  # fmt: skip


_MARKS: Final = "_-.,'()"  # two that part words, and what is left out
_UNLIKE_PLAIN: Final = "[^ -_a-~]"  # anything but the letters of a plain keyboard


def plain(text: str) -> str:
    r"""Return a text in plain lower-case letters.

    Examples
    --------
    >>> plain("Geschäftsführer"), plain("Gescha\u0308ft"), plain("İş"), plain("10–50")
    ('geschaftsfuhrer', 'geschaft', 'is', '10-50')
    """
    composed = unicodedata.normalize("NFC", text)
    lower = composed.replace("İ", "i").lower()  # which would make two letters of it
    return lower.translate(str.maketrans(ACCENTED, PLAIN))


def plain_sql(text: exp.Expression) -> exp.Expression:
    """The same, of a column, whose texts intake has put into Unicode's form NFC.

    Why only where a letter asks for it: most texts need no translation, which costs
    more than all that is read from them.
    """
    lower = exp.Lower(this=text)
    translated = exp.Translate(
        this=lower.copy(),
        from_=exp.Literal.string(ACCENTED),
        to=exp.Literal.string(PLAIN),
    )
    is_unlike = exp.RegexpLike(
        this=text.copy(), expression=exp.Literal.string(_UNLIKE_PLAIN)
    )
    return exp.Case().when(is_unlike, translated).else_(lower)


def unmarked(text: str) -> str:
    """Return a text in plain letters, without dots, commas, hyphens and the like.

    Examples
    --------
    >>> unmarked("Korea (South)"), unmarked("Guinea-Bissau"), unmarked("U.S.A.")
    ('korea south', 'guinea bissau', 'usa')
    """
    table = str.maketrans(_MARKS[:2], "  ", _MARKS[2:])
    return plain(text).translate(table).strip()


def unmarked_sql(text: exp.Expression) -> exp.Expression:
    """The same, of a column."""
    without = exp.Translate(
        this=plain_sql(text),
        from_=exp.Literal.string(_MARKS),
        to=exp.Literal.string("  "),
    )
    return exp.Trim(this=without)


def stems(*words: str) -> str:
    """Return a pattern that finds any of the stems in a plain text.

    A stem starts a word; with ``*`` before it, it stands anywhere. A stem that ends in
    ``$`` ends the word.

    Examples
    --------
    >>> pattern = stems("geschäftsführ", "*leiter", "vp$")
    >>> titles = ("Geschaeftsfuehrerin", "Vertriebsleiter", "VP", "VPN")
    >>> [bool(re.search(pattern, plain(title))) for title in titles]
    [True, True, True, False]
    """
    starts = [_stem(w) for w in words if not w.startswith("*")]
    inside = [_stem(w[1:]) for w in words if w.startswith("*")]
    parts = [f"(^|[^a-z0-9])({'|'.join(starts)})"] if starts else []
    return "|".join([*parts, *inside])


def either(*patterns: str) -> str:
    """Return a pattern that finds what any of the patterns finds."""
    return "|".join(patterns)


def _stem(word: str) -> str:
    letters = word.removesuffix("$")
    spelled = "".join(_SPELLED.get(c) or re.escape(plain(c)) for c in letters)
    ending = "([^a-z0-9]|$)" if word.endswith("$") else ""
    return spelled.replace("\\ ", " ") + ending
