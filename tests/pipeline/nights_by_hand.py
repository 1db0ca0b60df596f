"""Nights of a few leads whose every cause of change is known, worked out by hand.

A margin of 1 is ten points, and every signal that matters has one split of its own.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from features.catalogue import catalogue_of
from features.vocabulary import Family
from models.contract import Contract, model_signals
from models.players import ModelFeature
from models.points import Scale
from models.served import encode
from models.treeshap import TreeExplainer
from pipeline.bundle import Bundle
from pipeline.night.changes import Changed, Tonight, changes_of
from pipeline.night.ledger import SEEN, ledger_of, write_ledger
from pipeline.night.looking_back import eligible, weave_looking_back
from pipeline.night.previous import previous_of
from pipeline.night.prior import priors_of
from pipeline.night.scorer import scorer_file_of, scorer_in, write_scorer
from tests.features.loom import Loom, naive
from tests.features.small_worlds import (
    COMPANY,
    DAY,
    START,
    Milestone,
    Person,
    SmallWorld,
    Touch,
)
from tests.models.small_boosters import Both, Stump, booster_text
from tests.models.small_models import contract

TONIGHT = START + 30 * DAY  # 2026-02-04
LAST_NIGHT = TONIGHT - DAY
BETWEEN = TONIGHT - timedelta(hours=12)

KINDS = ("visit", "pricing_page", "mail")
ACME = replace(
    COMPANY,
    kinds=tuple(k for k in COMPANY.kinds if k.name in KINDS),
    attributes=tuple(a for a in COMPANY.attributes if a.name == "employees"),
    deadline_within_days=None,
)
CATALOGUE = catalogue_of(ACME)
SCALE = Scale(intercept=0.0, slope=float(np.log(2)), reference=0.0)
NAMES = (
    "visit_touches_7d", "visit_touches_30d", "pricing_page_touches_30d",
    "mail_touches_30d", "account_conversions", "lead_age", "employees",
)  # fmt: skip
FEATURES = tuple(ModelFeature(n) for n in CATALOGUE.columns if n in NAMES)
PLACE = {f.name: n for n, f in enumerate(FEATURES)}


def stump(name: str, threshold: float, points: float) -> Stump:
    """So many points above a threshold."""
    return Stump(PLACE[name], threshold, 0.0, points / 10)


TREES: list[Stump | Both] = [
    stump("visit_touches_7d", 0.5, 10),
    stump("visit_touches_30d", 1.5, 5),
    stump("pricing_page_touches_30d", 0.5, 9),
    stump("mail_touches_30d", 0.5, -2),
    stump("account_conversions", 0.5, 7),
    stump("lead_age", 29.5, -4),
    stump("employees", 50, 3),
]


def scorer(
    trees: list[Stump | Both] = TREES, *, scale: Scale = SCALE, fingerprint: str = ""
) -> Bundle:
    """A scorer of these trees."""
    told = contract(
        FEATURES,
        model_signals(CATALOGUE, FEATURES),
        scale=scale,
        company=ACME.to_dict(),
        fingerprint=fingerprint or CATALOGUE.fingerprint,
    )
    text = booster_text(trees, len(FEATURES))
    return Bundle("small", "1", "d" * 16, told, TreeExplainer(text, told.players), text)


def touch(
    lead: str, at: datetime, kind: str = "visit", *, known: datetime | None = None
) -> Touch:
    """A touch, known at once if nothing else is said."""
    return Touch(kind, at, known or at, lead)


YOUNG = START + 10 * DAY
LEADS = ("tim", "vic", "lea", "col", "rex", "out", "cor", "una")
PEOPLE = (
    Person("tim", None, START),  # twenty-nine days old last night, thirty tonight
    *(
        Person(name, None, YOUNG, employees="12")
        for name in ("vic", "lea", "rex", "out", "cor", "una")
    ),
    Person("col", "acme", YOUNG),
    Person("bob", "acme", START),  # Col's colleague
)  # fmt: skip
THEN = (touch("tim", LAST_NIGHT - 6.5 * DAY), touch("una", LAST_NIGHT - 20 * DAY))
WORLD_THEN = SmallWorld(PEOPLE, THEN)
WORLD_NOW = SmallWorld(
    tuple(replace(p, employees="120") if p.lead_id == "rex" else p for p in PEOPLE),
    (
        *THEN,
        touch("vic", BETWEEN, "pricing_page"),
        touch("lea", LAST_NIGHT - 2 * DAY, known=BETWEEN),
        touch("out", BETWEEN, "mail"),
        # No word of when it was recorded, and not among last night's.
        touch("cor", LAST_NIGHT - DAY),
    ),
    milestones=(Milestone("bob", "won", BETWEEN, BETWEEN),),
)


@dataclass
class Nights:
    """Nights in a folder, each going on from the one before.

    Attributes
    ----------
    folder : Path
    leads : tuple of str
        Who is scored.
    """

    folder: Path
    leads: tuple[str, ...] = LEADS
    features: pd.DataFrame = field(default_factory=pd.DataFrame)

    def score(
        self,
        world: SmallWorld,
        at: datetime,
        bundle: Bundle,
        *,
        previous: Path | None = None,
    ) -> Changed:
        """Score a night, and tell what changed since another."""
        last = (
            None
            if previous is None
            else previous_of(previous, bundle.contract, pd.Timestamp(at))
        )
        loom = Loom()
        loom.show(world)
        spine = self._spine(world, at)
        loom.engine.register("given", spine)
        loom.engine.execute("DROP VIEW spine")
        loom.engine.execute("CREATE TABLE spine AS FROM given")
        priors = priors_of(last, bundle, eligible(loom.engine))
        woven = weave_looking_back(loom.engine, CATALOGUE, priors.instants())
        assert loom.engine.sql("FROM spine").fetchall() == [
            tuple(row.values()) for row in spine.to_pylist()
        ]
        loom.engine.close()
        self.features = woven.tonight.to_pandas()
        tonight = Tonight(spine.to_pandas(), self.features, woven, bundle, CATALOGUE)
        return changes_of(tonight.eligible(), priors)

    def keep(self, name: str, at: datetime, bundle: Bundle) -> Path:
        """Write what was scored last, and what scored it."""
        path = self.folder / name
        told = bundle.contract
        instant = pd.Timestamp(at)
        pd.DataFrame(
            {
                "lead_id": self.leads,
                "snapshot_at": instant,
                "status": "scored",
                "standing": "none",
                "standing_since": instant,
                "model_name": told.model,
                "horizon_days": told.horizon_days,
            }
        ).to_parquet(path, index=False)
        plain = self.folder / "ledger"
        self._ledger(told, bundle, instant).to_parquet(plain, index=False)
        write_scorer(scorer_in(bundle), scorer_file_of(path))
        write_ledger(
            pq.read_table(plain),
            ledger_of(path),
            scores=path,
            scorer=scorer_file_of(path),
            at=at,
        )
        plain.unlink()
        return path

    def _ledger(
        self, told: Contract, bundle: Bundle, instant: pd.Timestamp
    ) -> pd.DataFrame:
        encoded = encode(self.features, told.encoding)
        points = told.scale.contribution_points(bundle.explainer.contributions(encoded))
        is_fit = np.array([s.family is Family.FIRMOGRAPHIC for s in told.signals])
        margin = bundle.explainer.margins(encoded)
        ledger = pd.DataFrame(
            {
                "lead_id": self.leads,
                "snapshot_at": instant,
                "score": pd.array(told.scale.score(margin), dtype="Int64"),
                "start_points": told.scale.start(bundle.explainer.baseline),
                "fit_points": points[:, is_fit].sum(axis=1),
                "engagement_points": points[:, ~is_fit].sum(axis=1),
                "standing_since": instant,
            }
        )
        names = [f.name for f in told.features]
        return ledger.join(self.features[names].add_prefix(SEEN))

    def _spine(self, world: SmallWorld, at: datetime) -> pa.Table:
        people = {p.lead_id: p for p in world.people}
        mine = [people[lead] for lead in self.leads]
        instant = pa.timestamp("us")
        return pa.table(
            {
                "row": pa.array(range(len(mine)), pa.int64()),
                "lead_id": pa.array(self.leads, pa.string()),
                "account_id": pa.array([p.account_id for p in mine], pa.string()),
                "created_at": pa.array([naive(p.created_at) for p in mine], instant),
                "snapshot_at": pa.array([naive(at)] * len(mine), instant),
                "asked_at": pa.array([naive(at)] * len(mine), instant),
                "is_eligible": pa.array([True] * len(mine)),
            }
        )


def two_nights(
    folder: Path, tonight: Bundle | None = None, *, before: Bundle | None = None
) -> Changed:
    """Score last night's world and tonight's, and tell what changed."""
    nights = Nights(folder)
    old = before or scorer()
    nights.score(WORLD_THEN, LAST_NIGHT, old)
    path = nights.keep("last.parquet", LAST_NIGHT, old)
    return nights.score(WORLD_NOW, TONIGHT, tonight or scorer(), previous=path)
