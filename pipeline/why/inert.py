"""Values that came from outside, so that they can be shown and do nothing.

An id may hold whatever a form let through. What is not to be seen is told by its
number, so that it can neither steer a terminal nor turn round what is read; what means
something in HTML is escaped where HTML is written.
"""

from __future__ import annotations

import unicodedata
from typing import Final

# Control and format characters (among them those that turn the writing direction),
# surrogates, private and unassigned ones, and separators of lines and paragraphs.
_INVISIBLE: Final = ("Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp")
_ASTRAL: Final = 0x10000  # from here on four digits are too few
_MOST: Final = 200  # characters of one value that are shown


def inert(value: object) -> str:
    r"""Return a value as one line of visible characters, at most 200.

    Examples
    --------
    >>> inert("Ada" + chr(27) + "[2J"), inert("a" + chr(10) + "b")
    ('Ada\\u001b[2J', 'a\\u000ab')
    """
    text = inert_long(str(value))
    return text if len(text) <= _MOST else f"{text[:_MOST]}…"


def inert_long(text: str) -> str:
    """Do the same to a sentence of our own with such values in it, uncut."""
    return "".join(_numbered(c) if is_invisible(c) else c for c in text)


def is_invisible(character: str) -> bool:
    """Whether a character is not to be seen, though it may do something."""
    return unicodedata.category(character) in _INVISIBLE


def _numbered(character: str) -> str:
    code = ord(character)
    return f"\\u{code:04x}" if code < _ASTRAL else f"\\U{code:08x}"
