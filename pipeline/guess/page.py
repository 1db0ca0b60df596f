"""The page: a guess as a commented configuration, and what it leaves to be asked."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from pathlib import Path

from pipeline.config import defaults
from pipeline.open_questions import ASK

from . import toml
from .attributes import Attribute, Fate
from .guessed import Guess
from .outcome_page import cutoff_lines, outcome_lines, snapshot_lines, train_lines
from .sample import commonest
from .table_page import Place, accounts_lines, leads_lines, milestone_pages, touch_pages
from .toml import Line, comment, section

INTRODUCTION = """\
The first guess of `leadlight init`, to be corrected. What was seen is said beside the
keys; a line with ASK is for someone who knows the company. Every key is explained in
Leadlight's default.toml."""


@dataclass
class _Page:
    """Lines so far, and questions."""

    lines: list[str] = field(default_factory=list)
    questions: list[str] = field(default_factory=list)

    def add(self, header: str, lines: list[Line], asked: list[str]) -> None:
        self.lines += [""]
        for question in asked:
            self.lines += comment(f"{ASK} {question}")
        self.questions += [*asked, *(line.asked for line in lines if line.asked)]
        self.lines += section(header, lines)

    def say(self, said: str) -> None:
        self.lines += comment(said)


def page_of(guess: Guess, folder: Path) -> tuple[str, list[str]]:
    """Write a guess as TOML.

    Parameters
    ----------
    guess : Guess
        What is written.
    folder : Path
        The configuration's folder, that paths are relative to.

    Returns
    -------
    str
        The configuration.
    list of str
        The open questions.
    """
    page, place = _Page(), Place(lambda s: _relative(s.path, folder))
    page.say(INTRODUCTION)
    page.lines += [line for told in files_told(guess) for line in comment(told)]
    _add_source(page, guess)
    page.add("[leads]", *leads_lines(guess, place))
    _add_lookups(page, guess, place)
    if guess.roles.accounts is not None:
        page.add("[accounts]", *accounts_lines(guess, place))
    if guess.ending is not None:
        for lines, asked in touch_pages(guess, place):
            page.add("[[touches]]", lines, asked)
        for lines, asked in milestone_pages(guess, place):
            page.add("[[milestones]]", lines, asked)
        _add_funnel(page, guess)
    page.add("[outcome]", *outcome_lines(guess))
    page.add("[snapshots]", *snapshot_lines(guess))
    _add_attributes(page, guess)
    page.add("[cutoffs]", *cutoff_lines(guess))
    trained, asked = train_lines(guess)
    if trained:
        page.add("[train]", trained, asked)
    return "\n".join(page.lines) + "\n", page.questions


def files_told(guess: Guess) -> list[str]:
    """Say what each file was taken for."""
    roles = guess.roles
    taken: dict[str, list[str]] = {roles.leads.sample.name: ["leads"]}
    tables = {"touches": roles.touches, "milestones": guess.milestones}
    if guess.flat is not None:
        tables = {}
    for name, several in tables.items():
        for each in several:
            taken.setdefault(each.sample.name, []).append(name)
    if roles.accounts is not None:
        taken.setdefault(roles.accounts.sample.name, []).append("accounts")
    for joined in roles.lookups:
        taken[joined.sample.name] = [
            f"not used; its {joined.key.name} is {joined.of_leads.name} of the leads"
        ]
    told = [f"{name}: {' and '.join(what)}" for name, what in taken.items()]
    unused = [f"{s.name}: not used; {why}" for s, why in roles.unused]
    if guess.flat is not None:
        dated = (*roles.touches, *roles.milestones)
        unused += [f"{d.sample.name}: not used; no conversion is dated" for d in dated]
    return told + unused


def _add_source(page: _Page, guess: Guess) -> None:
    lines, asked = [], []
    written = [c.written for c in guess.leads.instants]
    tables = (*guess.roles.touches, *guess.milestones)
    written += [c.written for t in tables for c in t.sample.instants]
    is_local = any(w and w.has_time and not w.has_offset for w in written)
    if guess.ending is not None and is_local:
        asked.append("in which time zone are instants written? They say no offset.")
        lines.append(Line("timezone", toml.text("UTC")))
    if guess.missing:
        tokens = defaults()["source"]["null_tokens"]
        every = dict.fromkeys([*tokens, *(w.word for w in guess.missing)])
        seen = "; ".join(f"{w.word!r} in {commonest(w.columns)}" for w in guess.missing)
        asked.append(f"do these words stand for missing? {seen}.")
        lines.append(Line("null_tokens", toml.texts(every)))
    if lines:
        page.add("[source]", lines, asked)


def _add_lookups(page: _Page, guess: Guess, place: Place) -> None:
    for joined in guess.roles.lookups:
        more = [c.name for c in joined.sample.columns if c is not joined.key]
        file = toml.text(place.path_of(joined.sample))
        page.say(
            f"{joined.sample.name} could add {commonest(more, 5)}: name both files in "
            f"'from', as {{ leads = …, more = {file} }}, with the query select * from "
            f'leads left join more on leads."{joined.of_leads.name}" = '
            f'more."{joined.key.name}"'
        )


def _add_funnel(page: _Page, guess: Guess) -> None:
    if not guess.roles.touches:
        return
    funnel = guess.funnel
    asked = []
    unsure = [k for k in funnel.stages["other"] if k not in funnel.outbound]
    if unsure:
        told = ", ".join(unsure[:8]) + ("…" if len(unsure) > 8 else "")
        asked.append(f"do kinds under other belong to a stage? {told}.")
    if funnel.outbound:
        told = ", ".join(funnel.outbound)
        asked.append(f"are these our own doing, and no others: {told}?")
    lines = [
        Line(stage, _kinds_told(kinds, funnel.counts))
        for stage, kinds in funnel.stages.items()
    ]
    outbound = Line("outbound", toml.texts(funnel.outbound), "our own doing")
    page.add("[funnel]", [*lines, outbound], asked)


def _kinds_told(kinds: tuple[str, ...], counts: dict[str, int]) -> str:
    return toml.tall([(k, f"{counts.get(k, 0):,}") for k in kinds])


def _add_attributes(page: _Page, guess: Guess) -> None:
    for attribute in guess.attributes:
        _add_attribute(page, attribute, attribute.name)
    if guess.ending is None:
        return
    for attribute in guess.account_attributes:
        name = attribute.name
        is_named = name.casefold().startswith("account")
        _add_attribute(page, attribute, name if is_named else f"account_{name}")


def _add_attribute(page: _Page, attribute: Attribute, name: str) -> None:
    lines = []
    if attribute.means is not None:
        means = toml.text(attribute.means)
        lines.append(Line("means", means, attribute.means_why))
    if attribute.is_behavioural:
        why = "by its name a count of what the lead did"
        lines.append(Line("family", toml.text("behavioural"), why))
    if attribute.is_personal:
        lines.append(Line("personal", "true", "never shown by value"))
    if lines and attribute.fate is Fate.USED:
        page.add(f"[attributes.{toml.key(name)}]", lines, [])


def _relative(path: Path, folder: Path) -> str:
    told = os.path.relpath(path.resolve(), folder.resolve())
    return Path(told).as_posix()
