"""Labels that are alike but for their form: case, accents, marks, spaces, a plural.

Why labels and ids are held against each other in two ways: a label is a word that
people type, of which a plural is the same word; an id is a code, of which it is not.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable

from features.code_points import normalised, normalised_sql
from features.engine import literal

_DOTTED, _DOTLESS = "\u0130", "\u0131"  # of Turkish: I with a dot, i without


def word_form(label: str) -> str:
    """Return what two spellings of one label have in common.

    Examples
    --------
    >>> [word_form(w) for w in ("Opportunity", "opportunities", "OPPORTUNITY\u200b ")]
    ['opportunity', 'opportunity', 'opportunity']
    >>> word_form("Closed_Lost") == word_form("closed lost")
    True
    >>> word_form("1.0") == word_form("1"), word_form("10") == word_form("1")
    (True, False)
    """
    try:
        return f"{float(label):g}"
    except ValueError:
        pass
    folded = unicodedata.normalize("NFKD", normalised(label)).casefold()
    folded = folded.replace(_DOTLESS, "i")
    letters = "".join(c for c in folded if c.isalnum())
    if letters.endswith("ies") and len(letters) > 4:
        return letters[:-3] + "y"
    return letters.removesuffix("s") if len(letters) > 3 else letters


def alike(label: str, others: Iterable[str]) -> str | None:
    """Return the first of the other labels that this one is alike to.

    Examples
    --------
    >>> alike("Opportunity", ["lost", "opportunity"])
    'opportunity'
    >>> alike("opportunity lost", ["opportunity"]), alike("lost", ["lost"])
    (None, None)
    """
    form = word_form(label)
    if not form:  # nothing but marks, which may each mean something else
        return None
    return next((o for o in others if o != label and word_form(o) == form), None)


def quoted_label(label: str) -> str:
    r"""Return a label in quotes; what cannot be seen, or told apart, as its code.

    The codes are those of TOML: the label can be copied into the configuration.

    Examples
    --------
    >>> print(quoted_label("Won"), quoted_label("Won\u200b"), quoted_label("e\u0301t"))
    'Won' 'Won\u200b' 'e\u0301t'
    """
    told = "".join(c if _is_seen(c) else f"\\u{ord(c):04x}" for c in label)
    return f"'{told}'"


def id_form_sql(cell: str) -> str:
    """Return SQL for what two spellings of one id have in common.

    Left out are case, Unicode form (composed or not, full width or not), white space
    and what nobody sees; marks and noughts stay, which codes are told apart by.

    Examples
    --------
    >>> from features.engine import open_engine
    >>> ids = ["AB 1", "ab1", "\uff41b1", "ab\u200b1", "ab-1"]
    >>> told = ", ".join(id_form_sql(f"'{i}'") for i in ids)
    >>> open_engine().execute(f"SELECT {told}").fetchall()
    [('ab1', 'ab1', 'ab1', 'ab1', 'ab-1')]
    """
    turkish = literal(_DOTTED + _DOTLESS)
    plain = f"lower(translate({normalised_sql(cell)}, {turkish}, 'ii'))"
    return rf"regexp_replace({plain}, '\s', '', 'g')"


def _is_seen(character: str) -> bool:
    return character.isprintable() and not unicodedata.combining(character)
