"""What else is told of a score, section by section, for whoever shows it.

A section is words and figures and nothing of how they look, so that the terminal and
the page tell the same.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Below:
    """What is said under an item, and the figure in front, if there is one."""

    words: str
    figure: str = ""


@dataclass(frozen=True)
class Item:
    """A line of a section.

    Attributes
    ----------
    words : str
    figure : str
        What stands in front, such as ``+3.2``; empty for none.
    below : tuple of Below
        What is said under it.
    """

    words: str
    figure: str = ""
    below: tuple[Below, ...] = ()


@dataclass(frozen=True)
class Section:
    """Something that is known about a score.

    Attributes
    ----------
    name : str
        For programs.
    heading : str
    lead : tuple of str
        Sentences in front.
    items : tuple of Item
    close : tuple of str
        Sentences after.
    """

    name: str
    heading: str
    lead: tuple[str, ...] = ()
    items: tuple[Item, ...] = ()
    close: tuple[str, ...] = ()


def plain(points: float) -> str:
    """Points without a plus, with the same minus.

    Examples
    --------
    >>> plain(44.12), plain(-3.0), plain(-0.01)
    ('44.1', '−3.0', '0.0')
    """
    told = f"{points:.1f}"
    return told.replace("-", "−") if float(told) else "0.0"
