"""What follows from a touch, column by column, read off the signals' definitions.

A lead that visits the pricing page once more has one more touch of that kind, one more
in all and in the funnel stage, and was here just now. Whoever changed one of these
columns alone would ask the scorer about a lead that cannot be. So all columns move that
can be reckoned from what is seen of the lead: counts, days since, visits and days of
presence, the journey, the kind that came last, and shares whose counts are seen.

Values, channels, hours and breadths of pages hang on what such a touch would be. They
stay, and are listed as held, so that it can be said.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from features.catalogue import Catalogue
from features.company import Kind
from features.declare import Feature
from features.past.atoms import SESSION_GAP_US, Atom, Measure
from features.past.selection import Selection
from features.vocabulary import DAY_US, KIND

from ..players import ModelFeature
from .actions import How, MoreTouches, Move

# Columns that others are reckoned from come after those, but for LIKE, which is of
# what they have become.
_ORDER: Final = (
    How.ONE, How.ADD, How.FIRST, How.NOW, How.LIKE, How.LIKE_MISSING, How.SHARE,
    How.POSITION, How.WORD, How.FIRST_WORD,
)  # fmt: skip
_DAY: Final = "day"


def more_touches(
    kind: Kind, most: int, catalogue: Catalogue, features: tuple[ModelFeature, ...]
) -> MoreTouches | None:
    """What up to ``most`` touches of a kind would do to the columns of a scorer.

    Parameters
    ----------
    features : tuple of ModelFeature
        The scorer's columns; some of the catalogue's may be missing.

    Returns
    -------
    MoreTouches or None
        None where no column of the scorer would move.
    """
    reckoned = _Reckoned(kind.name, catalogue, features)
    moves, held = [], []
    for signal in catalogue:
        for feature in signal:
            place = reckoned.place.get(feature.name)
            if place is None or not reckoned.is_touched(feature):
                continue
            move = reckoned.move(feature, place)
            if move is None:
                held.append(signal.name)
            else:
                moves.append(move)
    if not moves:
        return None
    ordered = sorted(moves, key=lambda m: (_ORDER.index(m.how), m.column))
    told = tuple(dict.fromkeys(held))
    return MoreTouches(kind.name, kind.words, most, tuple(ordered), told)


class _Reckoned:
    """The moves of one kind of touch."""

    def __init__(
        self, kind: str, catalogue: Catalogue, features: tuple[ModelFeature, ...]
    ) -> None:
        self.kind = kind
        self.features = features
        self.lookbacks_days = catalogue.company.lookbacks_days
        self.outbound = tuple(sorted(catalogue.company.outbound_kinds))
        self.place = {f.name: i for i, f in enumerate(features)}
        # Where a plain atom is a column of the scorer.
        self.atoms = {
            f.atoms[0]: self.place[f.name]
            for f in catalogue.features
            if f.is_plain and f.name in self.place
        }

    def is_touched(self, feature: Feature) -> bool:
        """Whether a touch of the kind may change a column."""
        return any(self._holds(a.selection) for a in _own(feature))

    def move(self, feature: Feature, place: int) -> Move | None:
        """What the touch does; None where it cannot be reckoned."""
        if not feature.is_plain:
            return self._made_of(feature, place)
        (atom,) = _own(feature)
        selection = atom.selection
        if selection.moment is not None or selection.has_value:
            return None
        if selection.older_than_days is not None:
            return None  # a touch of now is too young: but the catalogue has no such
        return self._plain(atom, place)

    def _plain(self, atom: Atom, place: int) -> Move | None:
        if how := _ALWAYS.get(atom.measure):
            return Move(place, how)
        if atom.measure is Measure.SESSIONS:
            return self._one(atom.selection, place, SESSION_GAP_US / DAY_US)
        if atom.measure is Measure.DISTINCT and atom.column == _DAY:
            return self._one(atom.selection, place, 1.0)
        if atom.measure is Measure.DISTINCT and atom.column == KIND:
            return self._one(Selection().of((self.kind,)), place, None)
        if atom.column == KIND and atom.is_word:
            return self._word(atom, place)
        return None

    def _one(
        self, selection: Selection, place: int, after_days: float | None
    ) -> Move | None:
        """One more, if the last touch of a selection is long enough ago."""
        last = self.atoms.get(Atom(Measure.LAST_AGE, selection.of_any_age()))
        if last is None:
            return None
        return Move(place, How.ONE, other=last, after_days=after_days)

    def _word(self, atom: Atom, place: int) -> Move | None:
        categories = self.features[place].categories or ()
        if self.kind not in categories:
            return None
        how = How.WORD if atom.measure is Measure.LAST_WORD else How.FIRST_WORD
        return Move(place, how, category=1 + categories.index(self.kind))

    def _made_of(self, feature: Feature, place: int) -> Move | None:
        """What becomes of an expression over two atoms or three."""
        atoms = _own(feature)
        spelled = feature.expression.sql("duckdb").replace('"', "")
        names = [a.name for a in atoms]
        if len(atoms) == 2 and spelled == f"({names[0]} - {names[1]})":
            return self._span(atoms[0], atoms[1], place)
        if len(atoms) == 2 and spelled == f"{names[0]} / NULLIF({names[1]}, 0)":
            return self._share(atoms[0], atoms[1], place)
        if len(atoms) == 3 and spelled == (
            f"({names[0]} - {names[1]}) / NULLIF(({names[0]} - {names[2]}), 0)"
        ):
            columns = [self.atoms.get(a) for a in atoms]
            if None not in columns:
                first, part, whole = columns
                return Move(place, How.POSITION, other=first, part=part, whole=whole)
        return None

    def _span(self, first: Atom, then: Atom, place: int) -> Move | None:
        """From the first touch to the last, or to the first of a stage."""
        other = self.atoms.get(first)
        if first.measure is not Measure.FIRST_AGE or other is None:
            return None
        if then == Atom(Measure.LAST_AGE, first.selection):  # which is now
            return Move(place, How.LIKE, other=other)
        if then.measure is Measure.FIRST_AGE and self._holds(then.selection):
            return Move(place, How.LIKE_MISSING, other=other)
        return None

    def _share(self, part: Atom, whole: Atom, place: int) -> Move | None:
        """One count over another, of some age or of any."""
        if any(a.selection.moment or a.selection.has_value for a in (part, whole)):
            return None
        if part in self.atoms and whole in self.atoms:
            of = self.atoms[part], self.atoms[whole]
            return Move(place, How.SHARE, part=of[0], whole=of[1])
        if part in self.atoms and self._holds(part.selection):
            return Move(place, How.SHARE, part=self.atoms[part])
        everything = replace(whole.selection, kinds=self.outbound, is_all_but=True)
        first = self.atoms.get(Atom(Measure.FIRST_AGE, everything))
        for days in reversed(self.lookbacks_days):
            of_age = [_within(a, days) for a in (part, whole)]
            if first is not None and all(a in self.atoms for a in of_age):
                columns = [self.atoms[a] for a in of_age]
                return Move(
                    place, How.SHARE, other=first, after_days=float(days),
                    part=columns[0], whole=columns[1],
                )  # fmt: skip
        return None

    def _holds(self, selection: Selection) -> bool:
        return selection.holds_kind(self.kind)


_ALWAYS = {
    Measure.COUNT: How.ADD,
    Measure.DECAYED: How.ADD,
    Measure.LAST_AGE: How.NOW,
    Measure.FIRST_AGE: How.FIRST,
}


def _within(atom: Atom, days: int) -> Atom:
    """The same of touches of so many days; as it is where it has an age of its own."""
    if atom.selection.younger_than_days is not None:
        return atom
    selection = replace(atom.selection, younger_than_days=days)
    return replace(atom, selection=selection)


def _own(feature: Feature) -> tuple[Atom, ...]:
    """The atoms of the lead's own touches; those of colleagues are left alone."""
    return tuple(a for a in feature.atoms if isinstance(a, Atom))
