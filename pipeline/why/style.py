"""How the page of one lead looks, after the paper that all pages are written on."""

from __future__ import annotations

from typing import Final

CSS: Final = """\
body { max-width: 60rem; }
header { display: flex; gap: 2rem; align-items: flex-start;
  justify-content: space-between; }
header h1 { overflow-wrap: anywhere; }
.eyebrow { color: var(--soft); letter-spacing: .04em; margin: 0 0 .2rem; }
.chance { font-size: 1.1em; }
.score { text-align: right; flex: none; line-height: 1; margin: 0; }
.score strong { font-size: 4em; font-weight: 650; letter-spacing: -.02em; }
.score span { display: block; color: var(--soft); margin-top: .4rem; }
.chips { list-style: none; display: flex; flex-wrap: wrap; gap: .5rem; padding: 0;
  margin: .7rem 0; }
.chips li { border: 1px solid var(--line); border-radius: 1rem; padding: .1rem .7rem;
  background: var(--pale); }
.remark { border-left: 3px solid var(--line); padding-left: .8rem; }
.scale { margin: 1.2rem 0 0; }
svg .ground { fill: none; }
svg .rest { fill: var(--soft); }
svg line { stroke: var(--line); }
svg line.total { stroke: var(--ink); }
svg .track { fill: var(--pale); stroke: var(--line); }
svg .mark { fill: var(--ink); }
.reasons { list-style: none; padding: 0; margin: 0; }
.reasons > li { display: grid; grid-template-columns: 4.2rem 1fr; gap: 0 .9rem;
  padding: .65rem 0; border-top: 1px solid var(--line); break-inside: avoid; }
.reasons .figure { text-align: right; font-size: 1.15em; font-weight: 600;
  font-variant-numeric: tabular-nums; }
.reasons p { margin: 0; max-width: none; overflow-wrap: anywhere; }
.reasons .bar { display: block; height: 5px; border-radius: 2px; margin: .35rem 0;
  min-width: 2px; }
.bar.raise { background: var(--raise); } .bar.lower { background: var(--lower); }
.reasons .under { color: var(--soft); font-size: .92em; }
.parts { list-style: none; padding: 0; }
.parts > li { padding: .4rem 0; border-top: 1px solid var(--line);
  display: grid; grid-template-columns: 4.2rem 1fr; gap: 0 .9rem; }
.parts.bare > li { grid-template-columns: 1fr; }
.parts .figure { text-align: right; font-weight: 600;
  font-variant-numeric: tabular-nums; }
.small { display: inline-block; min-width: 3rem; font-variant-numeric: tabular-nums; }
.parts ul { list-style: none; padding: 0; margin: .15rem 0 0; color: var(--soft);
  font-size: .92em; }
table { width: 100%; } td { overflow-wrap: anywhere; }
tfoot td, tfoot th { font-weight: 600; color: var(--ink); border-bottom: 0; }
details { margin-top: 1rem; }
footer { margin-top: 2.5rem; border-top: 1px solid var(--line); padding-top: .8rem;
  color: var(--soft); font-size: .88em; }
footer p { max-width: none; overflow-wrap: anywhere; }
.waterfall { overflow-x: auto; }
@media (max-width: 40rem) { header { display: block; }
  .waterfall svg { min-width: 42rem; }
  .score { text-align: left; margin-top: 1rem; } }
@media print { header { display: flex; } .score { text-align: right; margin: 0; }
  .waterfall svg { width: 100%; } }
"""
