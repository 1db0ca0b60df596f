"""Exports of other companies: other languages, other shapes, other habits.

Each is the invented company told as somebody else would have exported it, with what a
person who knows the company would write into the configuration.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from features.world import World, generate

COUNTRY = {"DE": "Deutschland", "FR": "Frankreich", "GB": "Großbritannien"}


@dataclass(frozen=True)
class Told:
    """The invented company's tables, with plain instants."""

    leads: pd.DataFrame
    accounts: pd.DataFrame
    touches: pd.DataFrame
    milestones: pd.DataFrame

    def first(self, *names: str) -> pd.Series:
        """The first instant at which each lead reached any of some milestones."""
        rows = self.milestones.loc[self.milestones["milestone"].isin(names)]
        return rows.groupby("lead_id")["reached_at"].min()


def told(seed: int, leads: int = 400) -> Told:
    """One company, its rows once each and all readable."""
    company = generate(World(seed=seed, leads=leads, mess=False))
    tables = {
        name: company.connection.execute(f"FROM {name}").df()
        for name in ("leads", "accounts", "touches", "milestones")
    }
    for table in tables.values():
        for name in table.columns:
            if name.endswith("_at") or name == "known_from":
                table[name] = pd.to_datetime(table[name])
    tables["leads"] = tables["leads"].drop_duplicates("lead_id", ignore_index=True)
    return Told(**tables)


def german(folder: Path) -> None:
    """A CRM in German: semicolons, cp1252, dates of milestones beside the lead."""
    t = told(1)
    key = _numbers(t.leads["lead_id"], 10_001)
    frame = pd.DataFrame(
        {
            "Kundennummer": t.leads["lead_id"].map(key),
            "Angelegt am": _day_first(t.leads["created_at"]),
            "Firma": t.leads["account_id"],
            "E-Mail": t.leads["email"],
            "Position": t.leads["job_title"],
            "Land": t.leads["country"],
            "Herkunft": t.leads["source"],
            "Branche": t.leads["industry"],
            "Unternehmensgröße": t.leads["company_size"],
            "Letzter Kontakt": _day_first(
                t.leads["lead_id"].map(
                    t.touches.groupby("lead_id")["occurred_at"].max()
                )
            ),
            "Abschluss am": _day_first(t.leads["lead_id"].map(t.first("opportunity"))),
            "Verloren am": _day_first(
                t.leads["lead_id"].map(t.first("disqualified", "lost"))
            ),
        }
    )
    _semicolons(folder / "Interessenten.csv", frame)
    touches = pd.DataFrame(
        {
            "Kd-Nr.": t.touches["lead_id"].map(key),
            "Art": t.touches["kind"],
            "Zeitpunkt": _day_first(t.touches["occurred_at"]),
            "Kanal": t.touches["channel"],
            "Dauer": range(len(t.touches)),
        }
    ).assign(Dauer=lambda f: f["Dauer"] % 61)
    _semicolons(folder / "Aktivitäten.csv", touches)


GERMAN = {
    "leads.from": "Interessenten.csv",
    "leads.lead_id": "Kundennummer",
    "leads.account_id": "Firma",
    "leads.created_at": "Angelegt am",
    "leads.format": "%d.%m.%Y %H:%M",
    "leads.delimiter": ";",
    "leads.encoding": "cp1252",
    "touches.Aktivitäten.csv.lead_id": "Kd-Nr.",
    "touches.Aktivitäten.csv.kind": "Art",
    "touches.Aktivitäten.csv.occurred_at": "Zeitpunkt",
    "touches.Aktivitäten.csv.channel": "Kanal",
    "milestones.Interessenten.csv.lead_id": "Kundennummer",
    "milestones.Interessenten.csv.columns": ("Abschluss am", "Verloren am"),
    "outcome.conversion": "Abschluss am",
    "outcome.closed_by": ("Verloren am",),
    "snapshots.rule": "weekly",
    "used": (
        "E-Mail", "Position", "Land", "Herkunft", "Branche", "Unternehmensgröße",
    ),
    "means.E-Mail": "email",
    "means.Position": "title",
    "means.Unternehmensgröße": "size",
}  # fmt: skip


def french(folder: Path) -> None:
    """A shop in French: stages reached in a file of their own, ISO days."""
    t = told(2)
    pd.DataFrame(
        {
            "identifiant": t.leads["lead_id"],
            "inscrit_le": t.leads["created_at"].dt.strftime("%Y-%m-%dT%H:%M:%S"),
            "nom": [f"Durand {i}" for i in range(len(t.leads))],
            "pays": t.leads["country"],
            "secteur": t.leads["industry"],
            "effectif": t.leads["company_size"],
            "origine": t.leads["source"],
        }
    ).to_csv(folder / "prospects.csv", index=False)
    pd.DataFrame(
        {
            "prospect": t.touches["lead_id"],
            "évènement": t.touches["kind"],
            "horodatage": t.touches["occurred_at"].dt.strftime("%Y-%m-%dT%H:%M:%S"),
            "canal": t.touches["channel"],
        }
    ).to_csv(folder / "journal.csv", index=False)
    stages = {
        "opportunity": "devis accepté", "won": "vendu", "lost": "perdu",
        "disqualified": "annulé",
    }  # fmt: skip
    pd.DataFrame(
        {
            "prospect": t.milestones["lead_id"],
            "étape": t.milestones["milestone"].map(stages),
            "date": t.milestones["reached_at"].dt.strftime("%Y-%m-%d"),
        }
    ).to_csv(folder / "etapes.csv", index=False)


FRENCH = {
    "leads.from": "prospects.csv",
    "leads.lead_id": "identifiant",
    "leads.created_at": "inscrit_le",
    "touches.journal.csv.lead_id": "prospect",
    "touches.journal.csv.kind": "évènement",
    "touches.journal.csv.occurred_at": "horodatage",
    "touches.journal.csv.channel": "canal",
    "milestones.etapes.csv.lead_id": "prospect",
    "milestones.etapes.csv.milestone": "étape",
    "milestones.etapes.csv.reached_at": "date",
    "outcome.conversion": "devis accepté",
    "outcome.closed_by": ("annulé", "perdu"),
    "snapshots.rule": "weekly",
    "used": ("pays", "secteur", "effectif", "origine"),
    "means.effectif": "size",
}


def warehouse(folder: Path) -> None:
    """A data warehouse: buyer_no here is client_id there, and a float besides."""
    t = told(3)
    key = _numbers(t.leads["lead_id"], 1)
    pd.DataFrame(
        {
            "buyer_no": t.leads["lead_id"].map(key),
            "joined": t.leads["created_at"].dt.strftime("%Y-%m-%d %H:%M:%S"),
            "region": t.leads["country"],
            "plan_wanted": t.leads["source"],
            "seats": (t.leads.index * 7) % 40,
        }
    ).to_csv(folder / "dim_buyer.csv", index=False)
    pd.DataFrame(
        {
            "client_id": t.touches["lead_id"].map(key).astype(float),
            "ts": t.touches["occurred_at"],
            "action": t.touches["kind"],
            "seconds": [i % 90 for i in range(len(t.touches))],
        }
    ).to_parquet(folder / "fact_web.parquet")
    won = t.first("opportunity")
    pd.DataFrame(
        {
            "client_id": won.index.map(key).astype(float),
            "order_ts": won.dt.strftime("%Y-%m-%d %H:%M:%S").to_numpy(),
            "amount": [100.5 + i for i in range(len(won))],
        }
    ).to_csv(folder / "fact_orders.csv", index=False)


WAREHOUSE = {
    "leads.from": "dim_buyer.csv",
    "leads.lead_id": "buyer_no",
    "leads.created_at": "joined",
    "touches.fact_web.parquet.lead_id": "client_id",
    "touches.fact_web.parquet.kind": "action",
    "touches.fact_web.parquet.occurred_at": "ts",
    "milestones.fact_orders.csv.lead_id": "client_id",
    "milestones.fact_orders.csv.columns": ("order_ts",),
    "outcome.conversion": "order_ts",
    "snapshots.rule": "weekly",
    "used": ("region", "plan_wanted", "seats"),
}


def answers(folder: Path) -> None:
    """Inquiries with an answer in German that may still be open, and no other date."""
    t = told(4)
    key, won = t.leads["lead_id"], t.first("opportunity")
    lost = t.first("disqualified", "lost")
    ergebnis = [
        "ja" if k in won.index else "nein" if k in lost.index else "offen" for k in key
    ]
    frame = pd.DataFrame(
        {
            "Anfrage-Nr.": [f"A{i:05}" for i in range(len(key))],
            "Anfragedatum": t.leads["created_at"].dt.strftime("%d.%m.%Y"),
            "Land": t.leads["country"].map(_decomposed),
            "Branche": t.leads["industry"],
            "Newsletter": ["ja" if i % 3 else "nein" for i in range(len(key))],
            "Ergebnis": ergebnis,
            "Absagegrund": ["Preis" if e == "nein" else "" for e in ergebnis],
        }
    )
    frame.to_csv(folder / "Anfragen.csv", index=False, sep=";")


ANSWERS = {
    "leads.from": "Anfragen.csv",
    "leads.lead_id": "Anfrage-Nr.",
    "leads.order_by": "Anfragedatum",
    "leads.format": "%d.%m.%Y",
    "leads.delimiter": ";",
    "outcome.column": "Ergebnis",
    "outcome.positive": "ja",
    "outcome.negative": ("nein",),
    "outcome.undecided": ("offen",),
    "snapshots.rule": "export",
    "used": ("Branche", "Land", "Newsletter"),
    "means.Newsletter": "flag",
}


def two_shapes(folder: Path) -> None:
    """A spreadsheet kept by two people, who write dates each in their own way."""
    t = told(5)
    opened = t.leads["created_at"]
    is_early = opened < opened.quantile(0.6)
    iso = opened.dt.strftime("%Y-%m-%d")
    pd.DataFrame(
        {
            "Ref": t.leads["lead_id"],
            "Opened": opened.dt.strftime("%d/%m/%Y").where(is_early, iso),
            "Sector": t.leads["industry"],
            "Headcount": t.leads["company_size"],
            "Owner": [("Ann", "Bob", "Cy")[i % 3] for i in range(len(opened))],
            "Status": _status(t, t.leads["lead_id"]),
            "Closed": _closed(t, t.leads["lead_id"]).dt.strftime("%Y-%m-%d"),
        }
    ).to_csv(folder / "sheet.csv", index=False)


TWO_SHAPES = {
    "leads.from": "sheet.csv",
    "leads.lead_id": "Ref",
    "leads.created_at": "Opened",
    "milestones.sheet.csv.lead_id": "Ref",
    "milestones.sheet.csv.milestone": "Status",
    "milestones.sheet.csv.reached_at": "Closed",
    "outcome.conversion": "Won",
    "outcome.closed_by": ("Lost",),
    "snapshots.rule": "after_creation",
    "used": ("Sector", "Headcount"),
    "means.Headcount": "size",
}


def spanish(folder: Path) -> None:
    """Letters taken apart, a sale in a file of its own, firms in another."""
    t = told(6)
    pd.DataFrame(
        {
            "id_prospecto": t.leads["lead_id"],
            "empresa": t.leads["account_id"],
            "fecha_alta": t.leads["created_at"].dt.strftime("%d/%m/%Y %H:%M"),
            "fecha_nacimiento": [
                f"{1 + i % 28:02}/07/{1960 + i % 40}" for i in t.leads.index
            ],
            "país": t.leads["country"].map(_decomposed),
            "cargo": t.leads["job_title"],
            "teléfono": [f"+34 600 {i:06}" for i in t.leads.index],
        }
    ).to_csv(folder / "prospectos.csv", index=False)
    pd.DataFrame(
        {
            "id_prospecto": t.touches["lead_id"],
            "tipo": t.touches["kind"],
            "fecha_hora": t.touches["occurred_at"].dt.strftime("%d/%m/%Y %H:%M"),
            "canal": t.touches["channel"],
        }
    ).to_csv(folder / "interacciones.csv", index=False)
    won = t.first("opportunity")
    pd.DataFrame(
        {
            "id_prospecto": won.index,
            "fecha_venta": won.dt.strftime("%d/%m/%Y").to_numpy(),
            "importe": [float(i) for i in range(len(won))],
        }
    ).to_csv(folder / "ventas.csv", index=False)
    pd.DataFrame(
        {
            "empresa": t.accounts["account_id"],
            "sector": t.accounts["industry"],
            "empleados": t.accounts["employees"],
        }
    ).to_csv(folder / "empresas.csv", index=False)


SPANISH = {
    "leads.from": "prospectos.csv",
    "leads.lead_id": "id_prospecto",
    "leads.account_id": "empresa",
    "leads.created_at": "fecha_alta",
    "leads.format": "%d/%m/%Y %H:%M",
    "accounts.from": "empresas.csv",
    "accounts.account_id": "empresa",
    "touches.interacciones.csv.lead_id": "id_prospecto",
    "touches.interacciones.csv.kind": "tipo",
    "touches.interacciones.csv.occurred_at": "fecha_hora",
    "touches.interacciones.csv.channel": "canal",
    "milestones.ventas.csv.lead_id": "id_prospecto",
    "milestones.ventas.csv.columns": ("fecha_venta",),
    "outcome.conversion": "fecha_venta",
    "snapshots.rule": "weekly",
    "used": ("país", "cargo"),
    "means.cargo": "title",
}

EXPORTS: dict[str, tuple[Callable[[Path], None], dict[str, Any]]] = {
    "german": (german, GERMAN),
    "french": (french, FRENCH),
    "warehouse": (warehouse, WAREHOUSE),
    "answers": (answers, ANSWERS),
    "two_shapes": (two_shapes, TWO_SHAPES),
    "spanish": (spanish, SPANISH),
}


def _numbers(ids: pd.Series, first: int) -> dict[str, int]:
    return {key: first + i for i, key in enumerate(sorted(set(ids)))}


def _day_first(instants: pd.Series) -> pd.Series:
    told: pd.Series = instants.dt.strftime("%d.%m.%Y %H:%M")
    return told


def _semicolons(path: Path, frame: pd.DataFrame) -> None:
    text = frame.to_csv(index=False, sep=";")
    path.write_bytes(text.encode("cp1252", errors="replace"))


def _decomposed(text: str | float) -> str | float:
    return unicodedata.normalize("NFD", text) if isinstance(text, str) else text


def _status(t: Told, ids: pd.Series) -> list[str]:
    won, lost = t.first("opportunity").index, t.first("disqualified", "lost").index
    return ["Won" if k in won else "Lost" if k in lost else "Open" for k in ids]


def _closed(t: Told, ids: pd.Series) -> pd.Series:
    both = pd.concat([t.first("opportunity"), t.first("disqualified", "lost")])
    first: pd.Series = both.groupby(level=0).first()
    closed: pd.Series = pd.to_datetime(ids.map(first))
    return closed
