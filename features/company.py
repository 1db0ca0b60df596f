"""A company as the catalogue must know it: its kinds of touch and its attributes."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any, Literal

from .declare import Monotone
from .notation import ColumnNotation, Notation, notation_from
from .vocabulary import Family, FunnelStage

Means = Literal[
    "number", "category", "flag", "title", "email", "size", "revenue", "industry",
    "country",
]  # fmt: skip


@dataclass(frozen=True)
class DeclaredAttribute:
    """An attribute of leads, and what it means.

    Attributes
    ----------
    name : str
        Its column.
    means : str
        How it is read.
    words : str
        What a reviewer calls it.
    family : Family
        Behavioural for counts that a flat export brings along.
    direction : {-1, 0, 1}
        The direction the booster is held to.
    personal : bool
        Whether its values may never be shown; what is derived from them (the class of
        a domain) may.
    notation : Notation or None
        That a number is written in; None for one that any machine can read.
    """

    name: str
    means: Means
    words: str
    family: Family = Family.FIRMOGRAPHIC
    direction: Monotone = 0
    personal: bool = False
    notation: Notation | None = None


@dataclass(frozen=True)
class Kind:
    """A kind of touch, its funnel stage, and who acts."""

    name: str
    words: str
    stage: FunnelStage
    is_outbound: bool = False


@dataclass(frozen=True)
class Company:
    """What the catalogue is made for.

    Attributes
    ----------
    kinds : tuple of Kind
        The declared kinds of touch; empty where there are no touches.
    attributes : tuple of DeclaredAttribute
    lookbacks_days : tuple of int
    free_domains, rival_domains : tuple of str
        Besides the well-known free ones.
    is_dated : bool
        Whether leads have instants; a flat export has none.
    has_touches, has_accounts : bool
        Whether there are any.
    conversion : str or None
        The milestone we predict: what colleagues may have reached before.
    closed_by : tuple of str
        Milestones after which a lead can no longer convert.
    values : tuple of ColumnNotation
        What the values of touches are written in, source by source; empty where all
        are plain numbers.
    deadline_within_days : float or None
        The horizon, where leads have deadlines of their own: what lies beyond it makes
        no difference to an outcome. None: leads have none.
    """

    kinds: tuple[Kind, ...] = ()
    attributes: tuple[DeclaredAttribute, ...] = ()
    lookbacks_days: tuple[int, ...] = (7, 30, 90)
    free_domains: tuple[str, ...] = ()
    rival_domains: tuple[str, ...] = ()
    is_dated: bool = True
    has_touches: bool = True
    has_accounts: bool = False
    conversion: str | None = None
    closed_by: tuple[str, ...] = ()
    values: tuple[ColumnNotation, ...] = ()
    deadline_within_days: float | None = None

    @property
    def outbound_kinds(self) -> tuple[str, ...]:
        """Kinds of touch that we made, not the lead."""
        return tuple(k.name for k in self.kinds if k.is_outbound)

    @property
    def has_deadlines(self) -> bool:
        """Whether leads have deadlines of their own."""
        return self.deadline_within_days is not None

    @property
    def conversions(self) -> tuple[str, ...]:
        """The milestone we predict; none for a flat export."""
        return () if self.conversion is None else (self.conversion,)

    @property
    def endings(self) -> tuple[str, ...]:
        """Milestones that end a lead, whichever comes first."""
        return (*self.conversions, *self.closed_by)

    def to_dict(self) -> dict[str, Any]:
        """Return plain values, for JSON; of notations and deadlines what there is."""
        raw = asdict(self)
        for each in raw["attributes"]:
            if each["notation"] is None:
                del each["notation"]
        if not raw["values"]:
            del raw["values"]
        if self.deadline_within_days is None:
            del raw["deadline_within_days"]
        return raw

    @classmethod
    def from_dict(cls, raw: dict[str, Any]) -> Company:
        """Read what :meth:`to_dict` wrote."""
        kinds = [Kind(**{**k, "stage": FunnelStage(k["stage"])}) for k in raw["kinds"]]
        attributes = [
            DeclaredAttribute(
                **{
                    **a,
                    "family": Family(a["family"]),
                    "notation": notation_from(a.get("notation")),
                }
            )
            for a in raw["attributes"]
        ]
        values = [
            ColumnNotation(v["column"], notation_from(v["notation"]))
            for v in raw.get("values", ())
        ]
        return cls(
            kinds=tuple(kinds),
            attributes=tuple(attributes),
            lookbacks_days=tuple(raw["lookbacks_days"]),
            free_domains=tuple(raw["free_domains"]),
            rival_domains=tuple(raw["rival_domains"]),
            is_dated=raw["is_dated"],
            has_touches=raw["has_touches"],
            has_accounts=raw["has_accounts"],
            conversion=raw["conversion"],
            closed_by=tuple(raw["closed_by"]),
            values=tuple(values),
            deadline_within_days=raw.get("deadline_within_days"),
        )
