"""What the names of files, columns and kinds speak of, by the lists of the lexicon."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection

from .lexicon import CLOSINGS, CONVERSIONS, NEGATION, OF_TIME, stems


def said(name: str) -> str:
    """Return a name as lower-case words without accents.

    Examples
    --------
    >>> said("TotalVisits"), said("concept:name"), said("AMOUNT_REQ"), said("Größe")
    ('total visits', 'concept name', 'amount req', 'grosse')
    """
    apart = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", " ", plain(name))
    return " ".join(re.split(r"[^\w]+|_", apart)).strip().lower()


def plain(text: str) -> str:
    """Return a text without accents.

    Examples
    --------
    >>> plain("Créé à Málaga, Straße")
    'Cree a Malaga, Strasse'
    """
    apart = unicodedata.normalize("NFKD", text.replace("ß", "ss"))
    return "".join(c for c in apart if not unicodedata.combining(c))


def is_one_of(text: str, listed: Collection[str]) -> bool:
    """Whether a text, but for case and accents, is one of a list.

    Examples
    --------
    >>> is_one_of("SÍ", ("si", "ja")), is_one_of("sieben", ("si", "ja"))
    (True, False)
    """
    return plain(text).casefold().strip() in listed


def speaks(name: str, pattern: str) -> bool:
    """Whether a name holds a word of a list.

    Examples
    --------
    >>> [speaks(name, stems("last$")) for name in ("Last Activity", "ballast")]
    [True, False]
    """
    return re.search(pattern, said(name)) is not None


def conversion_rank(name: str) -> int:
    """The place of a milestone's name among those that speak of converting.

    Examples
    --------
    >>> conversion_rank("Won") < conversion_rank("A_ACCEPTED")
    True
    >>> conversion_rank("disqualified") == conversion_rank("closed lost")
    True
    """
    if speaks(name, CLOSINGS) or speaks(name, NEGATION):
        return len(CONVERSIONS)
    places = (i for i, w in enumerate(CONVERSIONS) if speaks(name, stems(w)))
    return next(places, len(CONVERSIONS))


def converts(name: str) -> bool:
    """Whether a milestone's name speaks of converting."""
    return conversion_rank(name) < len(CONVERSIONS)


def without_time(name: str) -> str:
    """Return a date column's name without the words that say that it is one.

    Examples
    --------
    >>> without_time("won_date"), without_time("ts_booking_at"), without_time("date")
    ('won', 'booking', '')
    """
    kept = (w for w in said(name).split() if not re.search(OF_TIME, w))
    return "_".join(kept)
