"""The paper that pages are written on: one HTML file that needs nothing else.

Colours are variables, so that a page is light or dark as the reader's screen is, and
always light in print. ``--raise`` and ``--lower`` are the two colours of points; a
number beside a bar says the same, so that nothing is told by colour alone. No script
and no address of anything outside: a page can be mailed, kept and opened years later.
"""

from __future__ import annotations

from html import escape
from typing import Final

BASE_CSS: Final = """\
:root { color-scheme: light dark;
  --paper: #ffffff; --ink: #1d2330; --soft: #6b7280; --line: #d9dce2; --pale: #f4f5f7;
  --raise: #1b7f5c; --lower: #b3472e; }
@media (prefers-color-scheme: dark) { :root {
  --paper: #14171d; --ink: #e7e9ee; --soft: #9aa2b1; --line: #343a46; --pale: #1d222b;
  --raise: #46b68b; --lower: #e08066; } }
@media print { :root { color-scheme: light;
  --paper: #ffffff; --ink: #1d2330; --soft: #6b7280; --line: #d9dce2; --pale: #f4f5f7;
  --raise: #1b7f5c; --lower: #b3472e; } }
* { box-sizing: border-box; }
body { margin: 0 auto; padding: 2rem 1.25rem 4rem; max-width: 62rem;
  background: var(--paper); color: var(--ink);
  font: 15px/1.5 system-ui, "Segoe UI", Helvetica, Arial, sans-serif;
  -webkit-print-color-adjust: exact; print-color-adjust: exact; }
h1 { font-size: 1.6rem; line-height: 1.25; margin: 0 0 .25rem; }
h2 { font-size: 1.15rem; margin: 2.25rem 0 .5rem; }
h3 { font-size: 1rem; margin: 1.25rem 0 .25rem; }
p { margin: .4rem 0; max-width: 46rem; }
.soft, small, figcaption { color: var(--soft); }
.raise { color: var(--raise); }
.lower { color: var(--lower); }
table { border-collapse: collapse; font-variant-numeric: tabular-nums; }
th, td { padding: .3rem .7rem .3rem 0; text-align: left; vertical-align: top;
  border-bottom: 1px solid var(--line); }
th { color: var(--soft); font-weight: 500; }
th.number, td.number { text-align: right; white-space: nowrap; }
figure { margin: 0; break-inside: avoid; }
svg { max-width: 100%; height: auto; font-family: inherit; }
svg text { fill: var(--ink); }
svg text.soft { fill: var(--soft); }
svg .raise { fill: var(--raise); }
svg .lower { fill: var(--lower); }
summary { cursor: pointer; }
@page { margin: 14mm; }
@media print { body { max-width: none; padding: 0; font-size: 11px; }
  h2, h3 { break-after: avoid; } tr { break-inside: avoid; } }
"""


def page(title: str, body: str, *, css: str = "") -> str:
    """Put a body on paper.

    Parameters
    ----------
    title : str
        Plain text; it is escaped here.
    body : str
        HTML, whose values the caller has escaped.
    css : str
        Rules after the base's own.

    Examples
    --------
    >>> made = page("Cats & dogs", "<h1>Both</h1>")
    >>> "<title>Cats &amp; dogs</title>" in made, "http" in made
    (True, False)
    """
    return (
        '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{escape(title)}</title>\n<style>\n{BASE_CSS}{css}</style>\n</head>\n"
        f"<body>\n{body}\n</body>\n</html>\n"
    )
