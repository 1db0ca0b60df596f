"""Whether a text reads as what its attribute means.

Of a category it cannot be told: any text may be one. A form filled in with "asdf" says
something of whoever filled it in, which is why it is a signal and not a fault.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from sqlglot import exp

from .amounts import is_size, is_sum
from .attributes import Attribute
from .letters import stems
from .lexicon import COUNTRIES

_EMAIL: Final = r"^ *[^@ ]+@[^@ .]+([.][^@ .]+)+ *$"
_INVENTED_EMAIL: Final = (
    "^ *(test|tests|testing|asdf|xxx+|abc|none|no|noemail|foo|bar)@"
    "|@(test|example|asdf|domain|email|none|noemail|abc)[.]"
)
_LETTERS: Final = "[aeiouy]|[^ -~]"  # a vowel, or a letter of another alphabet
_SHORT: Final = stems(  # words without a vowel
    "vp$", "svp$", "hr$", "pdg$", "pm$", "md$", "dg$", "phd$", "gf$", "sdr$", "bdr$",
    "hrbp$", "sr$", "mgr$", "vd$", "dr$", "drh$", "rh$", "pr$", "bpm$", "crm$", "qc$",
)  # fmt: skip
_INVENTED: Final = (
    "^[^a-z]*(test|testing|test test|tester tester|asdf|asd|asdfg.*|sdf.*|qwe|qwert.*"
    "|x+|y+|z+|a+|abc|abcd|foo|foo bar|bar|blah|bla|bla bla|dummy|fake|none|null|nil"
    "|n/?a|n[.]a[.]?|unknown|undefined|nothing|no|keine?|k[.]?a[.]?|nessuno|ninguno"
    "|aucun|xyz|hjkl|lorem ipsum)[^a-z]*$"
)


def reads(attribute: Attribute) -> exp.Expression:
    """Whether the text reads as what the attribute means."""
    return JUDGED[attribute.means](attribute)


def _is_there(value: exp.Expression) -> exp.Expression:
    return exp.Not(this=exp.Is(this=value, expression=exp.null()))


def _is_email(attribute: Attribute) -> exp.Expression:
    invented = exp.Not(this=attribute.is_like(_INVENTED_EMAIL))
    return exp.And(this=attribute.is_like(_EMAIL), expression=invented)


def _is_words(attribute: Attribute) -> exp.Expression:
    letters, short = attribute.is_like(_LETTERS), attribute.is_like(_SHORT)
    invented = exp.Not(this=attribute.is_like(_INVENTED))
    said = exp.Paren(this=exp.Or(this=letters, expression=short))
    return exp.And(this=said, expression=invented)


def _is_country(attribute: Attribute) -> exp.Expression:
    known = tuple(sorted(text for texts in COUNTRIES.values() for text in texts))
    read = attribute.listed((("known", known),), otherwise="other")
    return exp.EQ(this=read, expression=exp.Literal.string("known"))


JUDGED: Final[dict[str, Callable[[Attribute], exp.Expression]]] = {
    "email": _is_email,
    "title": _is_words,
    "industry": _is_words,
    "country": _is_country,
    "number": lambda a: _is_there(a.number()),
    "flag": lambda a: _is_there(a.flag()),
    "size": lambda a: is_size(a.plain()),
    "revenue": lambda a: is_sum(a.plain()),
}
