"""Pages need nothing else, and are light or dark as the reader's screen is."""

from __future__ import annotations

import re
from html.parser import HTMLParser

from hypothesis import given
from hypothesis import strategies as st

from models.points import signed
from pipeline.paper import BASE_CSS, page


class _Tags(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.ended: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        self.ended.append(tag)


def test_a_page_is_whole_and_asks_for_nothing_outside() -> None:
    made = page("A", "<p>b</p>", css=".x { color: red; }\n")
    tags = _Tags()
    tags.feed(made)
    assert sorted(set(tags.open) - {"meta"}) == sorted(set(tags.ended))
    assert not {"script", "link", "img", "iframe"} & set(tags.open)
    assert not re.search(r"https?:|url\(|@import", made)
    assert made.index(BASE_CSS) < made.index(".x { color: red; }")


@given(st.text())
def test_a_title_cannot_leave_its_element(title: str) -> None:
    made = page(title, "")
    told = made.partition("<title>")[2].partition("</title>")[0]
    assert "<" not in told


def test_every_colour_is_there_in_light_in_dark_and_in_print() -> None:
    names = ("paper", "ink", "soft", "line", "pale", "raise", "lower")
    for name in names:
        assert len(re.findall(rf"--{name}: #[0-9a-f]{{6}};", BASE_CSS)) == 3
    light, dark, printed = (
        re.findall(r"--paper: (#[0-9a-f]{6})", BASE_CSS)[i] for i in range(3)
    )
    assert light == printed == "#ffffff"
    assert dark != light


@given(st.floats(-1e6, 1e6))
def test_a_nought_has_no_sign_and_a_minus_is_a_minus(points: float) -> None:
    told = signed(points)
    assert "-" not in told
    assert (told[0] in "+−") == (round(abs(points), 1) != 0)
