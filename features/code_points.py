"""Equal texts of other code points, written one way: before any is compared or learnt.

"é" is one code point or two (Unicode's forms NFC and NFD: files that went through a Mac
hold the second); a cell that was copied from a web page holds spaces and signs that
nobody sees; East Asian keyboards write digits in full width. All of them read alike and
are unlike as bytes, so that a category would be two, and a word would be in no lexicon.
Ids are not touched: whether two of them are one is for their owner to say.

Why here and not where a text is read: a definition is part of a scorer, and texts that
are compared without any definition (kinds, milestones, outcomes) must be alike as well.
What is done in SQL and in Python is the same, so that a word of the configuration meets
the cells that it means.
"""

from __future__ import annotations

import re
import unicodedata
from typing import Final

from .engine import literal

_WIDE: Final = tuple(
    c
    for c in map(chr, range(0xFF01, 0xFFEF))
    if len(unicodedata.normalize("NFKC", c)) == 1
    and unicodedata.normalize("NFKC", c) != c
)
_NARROW: Final = tuple(unicodedata.normalize("NFKC", c) for c in _WIDE)
_SPACES: Final = (
    "\u00a0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a"
    "\u2028\u2029\u202f\u205f\u3000"
)
# Marks of direction, soft hyphens, word joiners, byte order marks. The two joiners
# U+200C and U+200D shape Persian and Indic words and emoji; elsewhere they say nothing.
_UNSEEN: Final = (
    "\u00ad\u061c\u180e\u200b\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2060\u2061"
    "\u2062\u2063\u2064\u2066\u2067\u2068\u2069\ufeff"
)
_JOINERS: Final = "\u200c\u200d"
_SHAPED: Final = (  # a letter whose shape a joiner may change: of no European alphabet
    f"[^{_JOINERS}\u0000-\u058f\u1e00-\u1fff\u2010-\u2027\u2030-\u205e\u20a0-\u20cf]"
)
_FROM: Final = "".join((*_WIDE, *_SPACES, *_UNSEEN))
_TO: Final = "".join((*_NARROW, *(" " for _ in _SPACES)))
_TABLE: Final = str.maketrans(_FROM[: len(_TO)], _TO, _UNSEEN)
_WITHOUT_JOINERS: Final = str.maketrans("", "", _JOINERS)


def normalised(text: str) -> str:
    r"""Return a text in form NFC, of narrow letters, plain spaces and what can be seen.

    Examples
    --------
    >>> normalised("Gescha\u0308ft"), normalised("\uff11\uff12"), normalised("a\u200bb")
    ('Geschäft', '12', 'ab')
    """
    if text.isascii():
        return text.strip(" ")
    seen = unicodedata.normalize("NFC", text.translate(_TABLE))
    if not re.search(_SHAPED, seen):
        seen = unicodedata.normalize("NFC", seen.translate(_WITHOUT_JOINERS))
    return seen.strip(" ")


def normalised_sql(text: str) -> str:
    """Return SQL for the same, of a text.

    Why only where some character takes several bytes: most texts are plain, and
    counting both costs next to nothing.
    """
    seen = f"nfc_normalize(translate({text}, {literal(_FROM)}, {literal(_TO)}))"
    apart = f"nfc_normalize(translate(s, {literal(_JOINERS)}, ''))"
    is_shaped = f"regexp_matches(s, {literal(_SHAPED)})"
    return (
        f"CASE WHEN strlen({text}) = length({text}) THEN {text} "
        f"ELSE list_transform([{seen}], lambda s: "
        f"trim(CASE WHEN {is_shaped} THEN s ELSE {apart} END, ' '))[1] END"
    )
