"""How a score is shown: safe whatever an id holds, and the same figures everywhere."""

from __future__ import annotations

import io
import json
import re
import xml.etree.ElementTree as ElementTree
from dataclasses import replace
from html.parser import HTMLParser
from itertools import pairwise
from pathlib import Path

import pytest
from rich.cells import cell_len
from rich.console import Console

from features.errors import ConfigError
from models.points import signed
from pipeline.cli.looking import why
from pipeline.why.asked import Asked, answer
from pipeline.why.data import as_json, data
from pipeline.why.found import Why
from pipeline.why.inert import inert, inert_long
from pipeline.why.outlook import plain
from pipeline.why.page import page
from pipeline.why.picture import steps_of, svg, waterfall
from pipeline.why.terminal import show, told
from tests.pipeline.small_nights import IDS, small_contract, small_night, small_scorer

ESCAPE, OVERRIDE, BELL = "\x1b", "\u202e", "\x07"
NASTY = (
    f"{ESCAPE}[2J{OVERRIDE}drawkcab{BELL}\r\n[red]x[/red]<script>alert(1)</script>"
    "\"><img src=x onerror='alert(2)'>&amp;{{7*7}}"
)
SPACE = "{http://www.w3.org/2000/svg}"
_VOID = {"meta"}


class _Tags(HTMLParser):
    """Every tag of a page, whether each is closed, and the text between them."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.open: list[str] = []
        self.attributes: set[str] = set()
        self.texts: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes |= {name for name, _ in attrs}
        if tag not in _VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes |= {name for name, _ in attrs}

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.texts.append(data)

    @property
    def text(self) -> str:
        return " ".join(" ".join(self.texts).split())


def _read(text: str) -> _Tags:
    tags = _Tags()
    tags.feed(text)
    tags.close()
    assert tags.open == []
    return tags


@pytest.fixture(scope="module")
def nasty(tmp_path_factory: pytest.TempPathFactory) -> Why:
    """A lead of whom everything that comes from outside is meant to do harm."""
    company = {"kinds": [{"name": "visit", "words": NASTY}], "attributes": []}
    changed = {"cause": "time passed", "code": "size", "points": 2.0, "was": NASTY}
    scores = small_night(
        tmp_path_factory.mktemp("nasty"),
        ids=(NASTY, *IDS[1:]),
        scorer=small_scorer(company=company, conversion=NASTY),
        status="unfamiliar",
        status_said=NASTY,
        grade=NASTY,
        model_name=NASTY,
        model_version=NASTY,
        changes=[[changed]] * len(IDS),
        seen={"source": [NASTY] * len(IDS)},
    )
    return answer(Asked(NASTY, scores))


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory) -> Why:
    """A lead like any other."""
    return answer(Asked("bob", small_night(tmp_path_factory.mktemp("plain"))))


def test_nothing_from_outside_steers_a_terminal(nasty: Why) -> None:
    for text in (told(nasty), told(nasty, every=True), told(nasty, width=60)):
        assert not {ESCAPE, OVERRIDE, BELL, "\r"} & set(text)
        assert "[red]x[/red]" in " ".join(text.split()).replace(" ", "")
    stream = io.StringIO()
    show(nasty, stream)
    assert stream.getvalue() == told(nasty)


def test_markup_of_an_id_is_not_read_on_a_terminal_either(
    nasty: Why, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Console, "is_terminal", property(lambda _: True))
    monkeypatch.setenv("TERM", "xterm-256color")
    monkeypatch.setenv("COLUMNS", "100")
    stream = io.StringIO()
    show(nasty, stream)
    written = stream.getvalue()
    # Colours are ours; no other sequence comes through.
    bare = re.sub(r"\x1b\[[\d;]*m", "", written)
    assert bare != written
    assert ESCAPE not in bare
    assert "[red]x[/red]" in bare.replace("\n", "").replace(" ", "")
    assert OVERRIDE not in written


def test_nothing_from_outside_is_a_tag_of_the_page(nasty: Why, found: Why) -> None:
    text = page(nasty)
    tags = _read(text)
    assert set(tags.tags) <= set(_read(page(found)).tags) | {"li", "p"}
    assert not {"script", "img", "a", "link", "iframe"} & set(tags.tags)
    assert not {a for a in tags.attributes if a.startswith("on")}
    assert "<script>alert(1)</script>" in tags.text
    assert not {ESCAPE, OVERRIDE, BELL, "\r"} & set(text)


def test_nothing_from_outside_is_an_element_of_the_picture(nasty: Why) -> None:
    for text in (svg(nasty), waterfall(nasty)):
        picture = ElementTree.fromstring(text)
        tags = {e.tag.removeprefix(SPACE) for e in picture.iter()}
        assert tags == {"svg", "title", "rect", "text", "line"}
        assert not re.search(r"<script|<img|href|<style", text)
        assert not {ESCAPE, OVERRIDE, BELL, "\r"} & set(text)


def test_a_notebook_is_told_the_same_text(
    found: Why, monkeypatch: pytest.MonkeyPatch
) -> None:
    plainly = told(found)
    monkeypatch.setattr("rich.console._is_jupyter", lambda: True)
    assert told(found) == plainly


def test_a_terminal_that_knows_few_signs_is_told_the_rest(found: Why) -> None:
    raw = io.BytesIO()
    stream = io.TextIOWrapper(raw, encoding="ascii")
    show(found, stream)
    stream.flush()
    assert raw.getvalue().decode("ascii") == re.sub(r"[^\x00-\x7f]", "?", told(found))


def test_json_keeps_an_id_as_it_came(nasty: Why) -> None:
    assert data(nasty)["lead_id"] == NASTY
    text = as_json(nasty)
    assert json.loads(text) == data(nasty)
    assert not {ESCAPE, OVERRIDE, BELL, "\r"} & set(text)


def test_a_long_id_is_cut_and_a_lone_surrogate_is_told() -> None:
    assert inert("x" * 5000) == "x" * 200 + "…"
    assert inert_long("x" * 5000) == "x" * 5000
    assert inert("a\ud800b\u2028c") == "a\\ud800b\\u2028c"
    assert inert("\U000e0041") == "\\U000e0041"


def test_a_page_needs_nothing_else(found: Why) -> None:
    text = page(found)
    own = text.replace("http://www.w3.org/2000/svg", "")
    assert not re.search(r"https?:|//|url\(|@import|src=|href=", own)
    tags = _read(text)
    assert "script" not in tags.tags
    assert text.startswith("<!doctype html>\n<html lang=")
    assert "<title>Why lead bob has its score</title>" in text


def test_a_page_has_headings_in_order_and_heads_for_its_tables(found: Why) -> None:
    tags = _read(page(found)).tags
    levels = [int(t[1]) for t in tags if re.fullmatch(r"h\d", t)]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(b <= a + 1 for a, b in pairwise(levels))
    assert tags.count("table") == tags.count("thead")
    assert tags.count("svg") == 2
    assert {"main", "header", "footer"} <= set(tags)


def test_the_page_says_what_the_terminal_says(found: Why) -> None:
    said = told(found)
    text = _read(page(found)).text
    for line in (*found.raising, *found.lowering):
        assert line.words in said
        assert line.words in text
        assert signed(line.amount) in text
        assert f"  {signed(line.amount):>6}  " in said
    for section in found.sections:
        for sentence in (section.heading, *section.lead, *section.close):
            assert sentence in said
            assert sentence in text
        for item in section.items:
            assert item.words in said
            assert item.words in text
    assert f"to {plain(found.total)}: every bar" in text


@pytest.mark.parametrize("width", [40, 60, 80, 120])
def test_lines_are_as_wide_as_the_terminal_and_no_wider(
    found: Why, nasty: Why, width: int
) -> None:
    for each in (found, nasty):
        lines = told(each, width=width).splitlines()
        assert max(map(cell_len, lines)) <= width
        assert not any(line.endswith(" ") for line in lines)


def test_wrapping_loses_no_word(found: Why) -> None:
    bars = re.compile("█+")
    whole = bars.sub("", told(found)).split()
    assert bars.sub("", told(found, width=50)).split() == whole


def test_every_signal_is_listed_if_asked_for(found: Why) -> None:
    said = told(found, every=True)
    assert all(x.words in said for x in found.lines)
    assert "other signal" not in said


def test_the_bars_of_the_picture_lead_from_the_start_to_the_points(found: Why) -> None:
    picture = ElementTree.fromstring(svg(found))
    bars = [
        (float(r.attrib["x"]), float(r.attrib["x"]) + float(r.attrib["width"]))
        for r in picture.iter(f"{SPACE}rect")
        if "bar" in r.attrib["class"]
    ]
    place = {
        line.attrib["class"]: float(line.attrib["x1"])
        for line in picture.iter(f"{SPACE}line")
    }
    steps = steps_of(found)
    assert len(bars) == len(steps)
    at = place["start"]
    for (left, right), step in zip(bars, steps, strict=True):
        begins, ends = (left, right) if step.amount >= 0 else (right, left)
        assert begins == pytest.approx(at, abs=1.1)  # a bar is one wide at least
        at = ends
    assert at == pytest.approx(place["total"], abs=1.1)
    assert steps[-1].end == pytest.approx(found.total_amount)


def test_the_picture_holds_the_head_the_status_and_the_cutoffs(tmp_path: Path) -> None:
    said = "The lead is too old. " * 12
    scores = small_night(tmp_path, status="off_schedule", status_said=said)
    text = svg(answer(Asked("bob", scores)))
    words = [e.text for e in ElementTree.fromstring(text).iter() if e.text]
    assert "Lead bob" in words
    assert "73" in words
    assert (
        "The lead as known before 2026-07-01 00:00 UTC. MQL from 25.0% (49 points)"
        in (text)
    )
    assert text.count("off schedule: The lead is too old.") == 1
    assert text.count("too old.") >= 8  # lines may be broken within some
    assert text.count("The ") + text.count("The<") >= 12


def test_the_scale_of_a_clipped_score_stays_within(found: Why) -> None:
    for start, score in ((150.0, 100), (-90.0, 0)):
        output = {**found.output, "score": score}
        text = page(replace(found, start=start, output=output))
        assert f"Score {score} on the scale from 0 to 100" in text
        assert "is clipped" in text
        for place in re.findall(r'<rect class="mark"[^>]* width="([\d.]+)"', text):
            assert 4 <= float(place) <= 892


def test_one_other_signal_is_one(found: Why) -> None:
    assert found.others == ()
    assert "other signal" not in told(found)
    contract = small_contract()
    assert len(contract.signals) == len(found.lines)


def test_how_points_were_shared_is_not_told_otherwise_in_the_small_print(
    tmp_path: Path,
) -> None:
    summed = small_night(tmp_path, reasons_method="columns_summed")
    said = told(answer(Asked("bob", summed)))
    assert "are the sum of its columns' own here" in said
    assert "share the points by the Shapley values of columns (training" in said
    assert "exact Shapley values" not in said
    other = small_night(tmp_path, reasons_method="otherwise")
    assert "exact Shapley values" not in told(answer(Asked("bob", other)))


def test_a_small_reference_is_told_in_the_terminal_too(found: Why) -> None:
    note = "The reference is 3 past leads only: other ones would change these points."
    small = replace(found, reference=replace(found.reference, note=note))
    assert note in told(small)
    assert note in page(small)


def test_without_topics_to_tell_there_is_no_empty_table(found: Why) -> None:
    line = found.lines[0]
    slight = replace(line, code="slight", points=0.01, amount=0.01)
    wording = found.wording
    more = replace(wording, signals=(*wording.signals, wording.signals[0]))
    with_other = replace(found, lines=(*found.lines, slight), wording=more)
    assert len(with_other.others) == 1
    assert "<tbody></tbody>" not in page(with_other)
    assert "The one other signal: 0.0 points" in page(with_other)


def test_signals_that_are_no_reasons_are_drawn_by_topic(found: Why) -> None:
    """Four of the six are reasons; the other two are about different things."""
    line, signal = found.lines[0], found.wording.signals[0]
    worths = {"a": 9.0, "b": 8.0, "c": 7.0, "d": 6.0, "e": 0.5, "f": 0.4}
    lines = [replace(line, code=c, points=p, amount=p) for c, p in worths.items()]
    signals = [replace(signal, code=c, topic="Fairs") for c in "abcde"]
    signals.append(replace(signal, code="f", topic="Calls"))
    wording = replace(found.wording, signals=tuple(signals))
    many = replace(found, lines=tuple(lines), wording=wording)
    rest = [(s.words, s.amount) for s in steps_of(many) if s.is_rest]
    assert rest == [("Fairs (one signal)", 0.5), ("Calls (one signal)", 0.4)]


def test_what_a_file_is_called_does_nothing_on_the_page(found: Why) -> None:
    noted = replace(found, notes=(f"The lead is not in the later {ESCAPE}<b>.",))
    assert "later \\u001b&lt;b&gt;." in page(noted)
    assert ESCAPE not in told(noted)


def test_shares_that_are_all_nought_have_bars_of_no_length(found: Why) -> None:
    nought = replace(found, lines=tuple(replace(x, amount=0.0) for x in found.lines))
    assert 'style="width:0.0%"' in page(nought)


def test_scores_are_not_written_over_by_a_page(tmp_path: Path) -> None:
    scores = small_night(tmp_path)
    before = scores.read_bytes()
    with pytest.raises(ConfigError, match=r"'tonight\.parquet' would .* --html\.$"):
        why("bob", scores, html=scores)
    with pytest.raises(
        ConfigError, match=r"'why\.html' would .* in \.svg with --svg\.$"
    ):
        why("bob", scores, html=tmp_path / "why.html", svg=tmp_path / "why.html")
    assert scores.read_bytes() == before
    assert not (tmp_path / "why.html").exists()
