"""Exports as well-known tools write them: decoys, soft deletes, keys of their own.

Each is the invented company once more, as HubSpot, Salesforce, a shop in Italy, a list
in Excel or a product's own analytics would export it, with what a person who knows the
company would write into the configuration. The module is long because such exports
are wide: nearly all of it is names of columns and words in cells.
"""

from __future__ import annotations

import csv
import hashlib
import json
import string
import uuid
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from tests.pipeline.foreign_exports import Told, told

FIRST = (
    "Anna", "Ben", "Carla", "David", "Eva", "Frank", "Giulia", "Hugo", "Ines", "Jan",
)  # fmt: skip
LAST = (
    "Schmidt", "Martin", "Rossi", "Jones", "Garcia", "Visser", "Novak", "Berg", "Klein",
)  # fmt: skip
MINUTE = "%Y-%m-%d %H:%M"
ZULU = "%Y-%m-%dT%H:%M:%S.000Z"

CONTACTS = "hubspot-crm-exports-all-contacts.csv"
DEALS = "hubspot-crm-exports-all-deals.csv"
ENGAGEMENTS = "hubspot-crm-exports-engagements.csv"
COMPANIES = "hubspot-crm-exports-all-companies.csv"
HUBSPOT_OWNERS = ("Laura Keller", "Tom Price", "Mia Wong")
HUBSPOT_STATUSES = ("New", "Open", "In progress", "Connected")
HUBSPOT_NOTES = ("left voicemail", "follow up in May", "nice talk", "see email")
HUBSPOT_COUNTRIES = {
    "DE": "Germany", "FR": "France", "US": "United States", "GB": "United Kingdom",
    "ES": "Spain", "NL": "Netherlands",
}  # fmt: skip
HUBSPOT_SOURCES = {
    "organic": "Organic Search", "paid_search": "Paid Search",
    "outbound_list": "Offline Sources", "webinar": "Other Campaigns",
    "referral": "Referrals",
}  # fmt: skip
HUBSPOT_CHANNELS = {
    "web": "Website", "email": "Email", "phone": "Phone", "seminar": "Event",
    "product": "App",
}  # fmt: skip
HUBSPOT_KINDS = {
    "page_visit": "Page view", "docs_page": "Page view: documentation",
    "pricing_page": "Page view: pricing", "newsletter_open": "Marketing email opened",
    "outbound_email": "Sales email sent", "product_tour": "Interactive tour viewed",
    "webinar": "Webinar attended", "outbound_call": "Call (outbound)",
    "demo_request": "Form submission: Request a demo", "trial_start": "Trial sign-up",
    "careers_page": "Page view: jobs", "cart_started": "Checkout started",
    "bounce": "Email bounced", "unsubscribe": "Unsubscribed from all email",
}  # fmt: skip


def hubspot(folder: Path) -> None:
    """HubSpot in English: four objects, each with a "Create Date" of its own."""
    t = told(11)
    _contacts(t).to_csv(folder / CONTACTS, index=False)
    _deals(t).to_csv(folder / DEALS, index=False)
    _engagements(t).to_csv(folder / ENGAGEMENTS, index=False)
    _companies(t).to_csv(folder / COMPANIES, index=False)


def _contacts(t: Told) -> pd.DataFrame:
    leads, n, last = t.leads, len(t.leads), _last(t)
    stages = {"won": "Customer", "opportunity": "Opportunity"}
    statuses, others = {"disqualified": "Unqualified"}, _picked(n, HUBSPOT_STATUSES, 5)
    phones = [f"+49 30 {10**6 + i * 7919}" for i in range(n)]
    modified = last.fillna(leads["created_at"]) + pd.Timedelta(days=9)
    planned = (last + pd.Timedelta(days=30)).dt.strftime(MINUTE)
    has_deal = leads["lead_id"].isin(t.first("opportunity").index)
    companies = leads["account_id"].map(_numbers(t.accounts["account_id"], 10))
    return pd.DataFrame(
        {
            "Record ID": leads["lead_id"].map(_numbers(leads["lead_id"], 11)),
            "First Name": _sometimes(_picked(n, FIRST, 1), 0.05, 2),
            "Last Name": _picked(n, LAST, 3),
            "Email": leads["email"],
            "Phone Number": _sometimes(phones, 0.5, 4),
            "Job Title": leads["job_title"],
            "Country/Region": leads["country"].map(HUBSPOT_COUNTRIES),
            "Industry": _shouted(leads["industry"]),
            "Company size": leads["company_size"],
            "Original Source": leads["source"].map(HUBSPOT_SOURCES),
            "Lifecycle Stage": _reached(t, leads, stages, "Lead"),
            "Lead Status": _reached(t, leads, statuses, others),
            "Contact owner": _picked(n, HUBSPOT_OWNERS, 6),
            "Create Date": leads["created_at"].dt.strftime(MINUTE),
            "Last Activity Date": last.dt.strftime(MINUTE),
            "Last Modified Date": modified.dt.strftime(MINUTE),
            "Next Activity Date": _sometimes(planned, 0.85, 7),
            "Number of Sales Activities": _tally(t),
            "Number of Associated Deals": has_deal.astype(int),
            "Primary Associated Company ID": companies.astype("Int64"),
        }
    ).sample(frac=1, random_state=1)


def _deals(t: Told) -> pd.DataFrame:
    rows, keys = _opportunities(t), _numbers(t.leads["lead_id"], 11)
    stages = {"won": "Closed won", "lost": "Closed lost"}
    reasons = _reached(t, rows, {"lost": "Price"}, "")
    amounts = [float(900 + _hash(key) % 90 * 100) for key in rows["lead_id"]]
    expected = rows["opened"] + pd.Timedelta(days=120)
    return pd.DataFrame(
        {
            "Record ID": [7_000_000_000 + i * 10_007 for i in range(len(rows))],
            "Deal Name": rows["email"].str.split("@").str[-1] + " - New Deal",
            "Pipeline": "Sales Pipeline",
            "Deal Stage": _reached(t, rows, stages, "Decision maker bought-In"),
            "Amount": _sometimes(amounts, 0.2, 8),
            "Create Date": rows["opened"].dt.strftime(MINUTE),
            "Close Date": rows["closed"].fillna(expected).dt.strftime(MINUTE),
            "Closed Lost Reason": _sometimes(reasons, 0.4, 9),
            "Deal owner": _picked(len(rows), HUBSPOT_OWNERS, 10),
            "Associated Contact IDs": rows["lead_id"].map(keys),
        }
    )


def _engagements(t: Told) -> pd.DataFrame:
    rows, n = t.touches, len(t.touches)
    keys = _numbers(t.leads["lead_id"], 11)
    return pd.DataFrame(
        {
            "Activity ID": [31_000_000_000 + i * 37 for i in range(n)],
            "Activity type": rows["kind"].map(HUBSPOT_KINDS),
            "Activity date": rows["occurred_at"].dt.strftime(MINUTE),
            "Create date": rows["recorded_at"].dt.strftime(MINUTE),
            "Channel": rows["channel"].map(HUBSPOT_CHANNELS),
            "Activity assigned to": _sometimes(_picked(n, HUBSPOT_OWNERS, 12), 0.6, 13),
            "Notes": _sometimes(_picked(n, HUBSPOT_NOTES, 14), 0.93, 15),
            "Associated Contact IDs": rows["lead_id"].map(keys),
        }
    )


def _companies(t: Told) -> pd.DataFrame:
    rows = t.accounts
    return pd.DataFrame(
        {
            "Record ID": rows["account_id"].map(_numbers(rows["account_id"], 10)),
            "Company name": rows["name"],
            "Company Domain Name": rows["domain"],
            "Industry": _shouted(rows["industry"]),
            "Number of Employees": rows["employees"],
            "Country/Region": rows["country"],
            "Create Date": rows["known_from"].dt.strftime(MINUTE),
            "Company owner": _picked(len(rows), HUBSPOT_OWNERS[:2], 16),
        }
    )


HUBSPOT = {
    "leads.from": CONTACTS, "leads.lead_id": "Record ID",
    "leads.created_at": "Create Date",
    "leads.account_id": "Primary Associated Company ID",
    "accounts.from": COMPANIES, "accounts.account_id": "Record ID",
    "accounts.known_from": "Create Date",
    f"touches.{ENGAGEMENTS}.lead_id": "Associated Contact IDs",
    f"touches.{ENGAGEMENTS}.kind": "Activity type",
    f"touches.{ENGAGEMENTS}.occurred_at": "Activity date",
    f"touches.{ENGAGEMENTS}.recorded_at": "Create date",
    f"touches.{ENGAGEMENTS}.channel": "Channel",
    f"milestones.{DEALS}.lead_id": "Associated Contact IDs",
    f"milestones.{DEALS}.milestone": "Deal Stage",
    f"milestones.{DEALS}.reached_at": "Close Date",
    "outcome.conversion": "Closed won", "outcome.closed_by": ("Closed lost",),
    "snapshots.rule": "weekly",
    "used": (
        "Email", "Job Title", "Country/Region", "Industry", "Company size",
        "Original Source",
    ),
    "means.Email": "email", "means.Job Title": "title",
    "means.Country/Region": "country", "means.Industry": "industry",
    "means.Company size": "size",
}  # fmt: skip

OPEN, WORKING = "Open - Not Contacted", "Working - Contacted"
CONVERTED, NOT_CONVERTED = "Closed - Converted", "Closed - Not Converted"
SALESFORCE_SOURCES = {
    "organic": "Web", "paid_search": "Advertisement", "outbound_list": "Purchased List",
    "webinar": "Seminar", "referral": "External Referral",
}  # fmt: skip
SALESFORCE_KINDS = {
    "page_visit": "Web Visit", "docs_page": "Documentation Visit",
    "pricing_page": "Pricing Visit", "newsletter_open": "Newsletter Open",
    "outbound_email": "Email", "product_tour": "Product Tour", "webinar": "Webinar",
    "outbound_call": "Call", "careers_page": "Careers Visit",
    "demo_request": "Demo Request", "trial_start": "Trial", "cart_started": "Cart",
    "bounce": "Email Bounce", "unsubscribe": "Opt Out",
}  # fmt: skip


def salesforce(folder: Path) -> None:
    """Salesforce: keys of 18 letters, a history of statuses, tasks dated by the day."""
    t = told(12)
    frames = {
        "Lead.csv": _lead(t),
        "LeadHistory.csv": _lead_history(t),
        "Opportunity.csv": _opportunity(t),
        "Task.csv": _task(t),
    }
    for name, frame in frames.items():
        frame.to_csv(folder / name, index=False, quoting=csv.QUOTE_ALL)


def _lead(t: Told) -> pd.DataFrame:
    leads, n, last = t.leads, len(t.leads), _last(t)
    converted = leads["lead_id"].map(t.first("opportunity"))
    is_called = leads["lead_id"].isin(_first_called(t).index)
    statuses = {
        "opportunity": CONVERTED, "disqualified": NOT_CONVERTED, "lost": NOT_CONVERTED,
    }  # fmt: skip
    others = np.where(is_called, WORKING, OPEN).tolist()
    accounts = _salesforce_ids("001", leads["lead_id"]).where(converted.notna())
    deals = _salesforce_ids("006", leads["lead_id"]).where(converted.notna())
    changed = last.fillna(leads["created_at"]) + pd.Timedelta(days=3)
    return pd.DataFrame(
        {
            "Id": _salesforce_ids("00Q", leads["lead_id"]),
            "IsDeleted": "false",
            "LastName": _picked(n, LAST, 1),
            "FirstName": _sometimes(_picked(n, FIRST, 2), 0.1, 3),
            "Salutation": _sometimes(_picked(n, ("Mr.", "Ms.", "Dr."), 4), 0.6, 5),
            "Title": leads["job_title"],
            "Company": _firms(t, leads).fillna("[not provided]"),
            "CountryCode": leads["country"],
            "Email": leads["email"],
            "LeadSource": leads["source"].map(SALESFORCE_SOURCES),
            "Status": _reached(t, leads, statuses, others),
            "Industry": leads["industry"].str.title(),
            "Rating": _sometimes(_picked(n, ("Hot", "Warm", "Cold"), 6), 0.5, 7),
            "Company_Size__c": leads["company_size"],
            "OwnerId": _salesforce_users(n, 8),
            "IsConverted": np.where(converted.notna(), "true", "false"),
            "ConvertedDate": converted.dt.strftime("%Y-%m-%d"),
            "ConvertedAccountId": accounts,
            "ConvertedOpportunityId": deals,
            "CreatedDate": leads["created_at"].dt.strftime(ZULU),
            "LastModifiedDate": changed.dt.strftime(ZULU),
            "SystemModstamp": (changed + pd.Timedelta(hours=1)).dt.strftime(ZULU),
            "LastActivityDate": last.dt.strftime("%Y-%m-%d"),
        }
    )


def _first_called(t: Told) -> pd.Series:
    """When sales first wrote to or called each lead, once the lead was there."""
    calls = t.touches[t.touches["kind"].isin(["outbound_call", "outbound_email"])]
    called = calls.groupby("lead_id")["occurred_at"].min()
    created = t.leads.set_index("lead_id")["created_at"] + pd.Timedelta(minutes=7)
    return called.clip(lower=created.reindex(called.index))


def _lead_history(t: Told) -> pd.DataFrame:
    won, lost = t.first("opportunity"), t.first("disqualified", "lost")
    lost = lost.reindex(t.leads["lead_id"]).dropna().drop(won.index, errors="ignore")
    moves = [
        (_first_called(t), OPEN, WORKING),
        (won, WORKING, CONVERTED),
        (lost, WORKING, NOT_CONVERTED),
    ]
    rows = pd.concat(
        at.rename("at").rename_axis("lead_id").reset_index().assign(old=old, new=new)
        for at, old, new in moves
    ).sort_values("at", ignore_index=True)
    return pd.DataFrame(
        {
            "Id": _salesforce_ids("017", rows.index),
            "IsDeleted": "false",
            "LeadId": _salesforce_ids("00Q", rows["lead_id"]),
            "CreatedById": _salesforce_users(len(rows), 9),
            "CreatedDate": rows["at"].dt.strftime(ZULU),
            "Field": "Status",
            "OldValue": rows["old"],
            "NewValue": rows["new"],
        }
    )


def _opportunity(t: Told) -> pd.DataFrame:
    rows = _opportunities(t)
    stages = {"won": "Closed Won", "lost": "Closed Lost"}
    expected = rows["opened"] + pd.Timedelta(days=90)
    return pd.DataFrame(
        {
            "Id": _salesforce_ids("006", rows["lead_id"]),
            "IsDeleted": "false",
            "AccountId": _salesforce_ids("001", rows["lead_id"]),
            "Name": _firms(t, rows).fillna("Unnamed") + "-",
            "StageName": _reached(t, rows, stages, "Negotiation/Review"),
            "Amount": [1000 + _hash(key) % 500 * 10 for key in rows["lead_id"]],
            "CloseDate": rows["closed"].fillna(expected).dt.strftime("%Y-%m-%d"),
            "OwnerId": _salesforce_users(len(rows), 10),
            "CreatedDate": rows["opened"].dt.strftime(ZULU),
            "LastModifiedDate": rows["closed"].fillna(rows["opened"]).dt.strftime(ZULU),
        }
    )


def _task(t: Told) -> pd.DataFrame:
    rows, n = t.touches, len(t.touches)
    kinds = rows["kind"].map(SALESFORCE_KINDS)
    modified = rows["recorded_at"] + pd.Timedelta(minutes=2)
    seconds = pd.Series([_hash(i) % 900 for i in range(n)])
    return pd.DataFrame(
        {
            "Id": _salesforce_ids("00T", rows.index),
            "WhoId": _salesforce_ids("00Q", rows["lead_id"]),
            "WhatId": "",
            "Subject": kinds + ": " + rows["asset"].fillna("n/a").str.replace("_", " "),
            "ActivityDate": rows["occurred_at"].dt.strftime("%Y-%m-%d"),
            "Status": "Completed",
            "Priority": _picked(n, ("Normal", "High", "Normal"), 11),
            "OwnerId": _salesforce_users(n, 12),
            "Type": kinds,
            "IsDeleted": "false",
            "IsClosed": "true",
            "CreatedDate": rows["recorded_at"].dt.strftime(ZULU),
            "LastModifiedDate": modified.dt.strftime(ZULU),
            "CallDurationInSeconds": seconds.where(kinds == "Call"),
        }
    )


SALESFORCE = {
    "leads.from": "Lead.csv", "leads.lead_id": "Id", "leads.created_at": "CreatedDate",
    "leads.account_id": "Company",
    "touches.Task.csv.lead_id": "WhoId", "touches.Task.csv.kind": "Type",
    "touches.Task.csv.occurred_at": "ActivityDate",
    "touches.Task.csv.recorded_at": "CreatedDate",
    "milestones.LeadHistory.csv.lead_id": "LeadId",
    "milestones.LeadHistory.csv.milestone": "NewValue",
    "milestones.LeadHistory.csv.reached_at": "CreatedDate",
    "outcome.conversion": CONVERTED, "outcome.closed_by": (NOT_CONVERTED,),
    "snapshots.rule": "weekly",
    "used": (
        "Title", "CountryCode", "Email", "LeadSource", "Industry", "Company_Size__c",
    ),
    "means.Email": "email", "means.Title": "title", "means.CountryCode": "country",
    "means.Industry": "industry", "means.Company_Size__c": "size",
}  # fmt: skip

ITALIAN_COUNTRIES = {
    "DE": "Germania", "FR": "Francia", "US": "Stati Uniti", "GB": "Regno Unito",
    "ES": "Spagna", "NL": "Paesi Bassi",
}  # fmt: skip
ITALIAN_INDUSTRIES = {
    "manufacturing": "Manifattura", "software": "Software",
    "retail": "Commercio al dettaglio", "logistics": "Logistica",
    "public sector": "Pubblica amministrazione", "finance": "Finanza",
    "consulting": "Consulenza", "health": "Sanità", "education": "Istruzione",
    "media": "Media", "crm software": "Software CRM",
}  # fmt: skip
ITALIAN_SOURCES = {
    "organic": "Ricerca organica", "paid_search": "Annunci Google",
    "outbound_list": "Lista acquistata", "webinar": "Webinar",
    "referral": "Passaparola",
}  # fmt: skip
ITALIAN_NOTES = ("richiamare", "ok", "vuole sconto", "già cliente?")


def italian(folder: Path) -> None:
    """A shop in Italian: one file of offers, milestones beside them, decimal commas."""
    t = told(13)
    leads, n, created = t.leads, len(t.leads), t.leads["created_at"]
    won = leads["lead_id"].map(t.first("opportunity"))
    lost = leads["lead_id"].map(t.first("disqualified", "lost")).where(won.isna())
    clients = {k: f"C{i}" for k, i in _numbers(t.accounts["account_id"], 5).items()}
    money = pd.Series([150 + _hash(key) % 9000 for key in leads["lead_id"]])
    euros = money.map("{:,}".format).str.replace(",", ".") + ",50"
    born = [f"{1 + i % 28:02}/{1 + i % 12:02}/{1960 + i % 40}" for i in range(n)]
    later = (created + pd.Timedelta(days=400)).dt.strftime("%d/%m/%Y")
    changed = won.fillna(lost).fillna(created) + pd.Timedelta(days=5)
    pd.DataFrame(
        {
            "N. riga": range(1, n + 1),
            "N. preventivo": [f"PV{d:%y}/{i}" for i, d in enumerate(created, 1000)],
            "Data richiesta": created.dt.strftime("%d/%m/%Y %H:%M"),
            "Cod. cliente": leads["account_id"].map(clients),
            "Ragione sociale": _firms(t, leads),
            "Referente": _people(n, FIRST),
            "Qualifica": leads["job_title"],
            "Indirizzo e-mail": leads["email"],
            "Nazione": leads["country"].map(ITALIAN_COUNTRIES),
            "Settore": leads["industry"].map(ITALIAN_INDUSTRIES),
            "Numero dipendenti": leads["company_size"],
            "Canale di acquisizione": leads["source"].map(ITALIAN_SOURCES),
            "Newsletter": _picked(n, ("Sì", "No", "No"), 3),
            "Data di nascita referente": _sometimes(born, 0.7, 4),
            "Agente": _picked(n, ("Bianchi", "Ferrari", "Esposito"), 5),
            "Prossimo contatto": _sometimes(later, 0.8, 6),
            "Data ordine": won.dt.strftime("%d/%m/%Y"),
            "Data rifiuto": lost.dt.strftime("%d/%m/%Y"),
            "Importo ordine": euros.where(won.notna()),
            "Ultima modifica": changed.dt.strftime("%d/%m/%Y %H:%M"),
            "Note": _sometimes(_picked(n, ITALIAN_NOTES, 7), 0.8, 8),
        }
    ).to_csv(folder / "preventivi_2025.csv", sep=";", index=False, encoding="utf-8-sig")


ITALIAN = {
    "leads.from": "preventivi_2025.csv", "leads.lead_id": "N. preventivo",
    "leads.created_at": "Data richiesta", "leads.account_id": "Cod. cliente",
    "leads.delimiter": ";", "leads.format": "%d/%m/%Y %H:%M",
    "milestones.preventivi_2025.csv.lead_id": "N. preventivo",
    "milestones.preventivi_2025.csv.columns": ("Data ordine", "Data rifiuto"),
    "outcome.conversion": "Data ordine", "outcome.closed_by": ("Data rifiuto",),
    "snapshots.rule": "after_creation",
    "used": (
        "Qualifica", "Indirizzo e-mail", "Nazione", "Settore", "Numero dipendenti",
        "Canale di acquisizione",
    ),
    "means.Indirizzo e-mail": "email", "means.Qualifica": "title",
    "means.Nazione": "country", "means.Settore": "industry",
    "means.Numero dipendenti": "size",
}  # fmt: skip

EXCEL_COUNTRIES = {
    "DE": "Deutschland", "FR": "Frankreich", "US": "USA", "GB": "England",
    "ES": "Spanien", "NL": "Holland",
}  # fmt: skip
EXCEL_INDUSTRIES = {
    "manufacturing": "Maschinenbau", "software": "Software", "retail": "Handel",
    "logistics": "Logistik", "public sector": "Öffentlicher Dienst",
    "finance": "Banken", "consulting": "Beratung", "health": "Gesundheit",
    "education": "Bildung", "media": "Medien", "crm software": "CRM-Software",
}  # fmt: skip
EXCEL_SOURCES = {
    "organic": "Google", "paid_search": "Anzeige", "outbound_list": "Adressliste",
    "webinar": "Online-Seminar", "referral": "Empfehlung",
}  # fmt: skip
EXCEL_RESULTS = {
    "won": "Auftrag erhalten", "lost": "Absage", "opportunity": "Angebot verschickt",
}  # fmt: skip
EXCEL_REMARKS = ("AB war dran", "ruft zurück", "im Urlaub", "Preis zu hoch", "s. Mail")


def excel(folder: Path) -> None:
    """A list kept in Excel in German: results in words, years of two digits, cp1252."""
    t = told(14)
    leads, n, created = t.leads, len(t.leads), t.leads["created_at"]
    phones = [f"0{30 + i % 60}/{10**5 + i * 331}" for i in range(n)]
    sizes = leads["company_size"].str.replace("-", " bis ")
    later = (created + pd.Timedelta(days=60)).dt.strftime("%d.%m.%y")
    results = _results(t)
    euros = pd.Series(
        [f"{1 + _hash(i) % 60}.{_hash(i, 'x') % 10}00,00 €" for i in leads["lead_id"]]
    )
    pd.DataFrame(
        {
            "lfd. Nr.": range(1, n + 1),
            "Anfrage": [f"AN-{d:%y}-{i:04}" for i, d in enumerate(created, 1)],
            "Eingang": created.dt.strftime("%d.%m.%y"),
            "Firma": _firms(t, leads),
            "Ansprechpartner": _people(n, ("Hr.", "Fr.")),
            "Funktion": leads["job_title"],
            "Mailadresse": leads["email"],
            "Tel.": _sometimes(phones, 0.4, 3),
            "Land": leads["country"].map(EXCEL_COUNTRIES),
            "Branche": leads["industry"].map(EXCEL_INDUSTRIES),
            "MA": sizes.str.replace("5001+", "über 5000"),
            "Woher?": leads["source"].map(EXCEL_SOURCES),
            "bearbeitet von": _picked(n, ("MK", "SH", "TW"), 4),
            "Wiedervorlage": _sometimes(later, 0.75, 5),
            "Angebotssumme": euros.where(results.isin(EXCEL_RESULTS.values())),
            "Ergebnis": results,
            "Bemerkung": _sometimes(_picked(n, EXCEL_REMARKS, 6), 0.7, 7),
        }
    ).to_csv(
        folder / "Anfragen-Liste.csv",
        sep=";",
        index=False,
        encoding="cp1252",
        lineterminator="\r\n",
    )


def _results(t: Told) -> pd.Series:
    is_met = [_hash(key) % 3 > 0 for key in t.leads["lead_id"]]
    refused = np.where(is_met, "kein Bedarf", "nicht erreichbar")
    is_refused = t.leads["lead_id"].isin(t.first("disqualified").index)
    others = np.where(is_refused, refused, "noch offen").tolist()
    return _reached(t, t.leads, EXCEL_RESULTS, others)


EXCEL = {
    "leads.from": "Anfragen-Liste.csv", "leads.lead_id": "Anfrage",
    "leads.order_by": "Eingang", "leads.account_id": "Firma",
    "leads.format": "%d.%m.%y", "leads.delimiter": ";", "leads.encoding": "cp1252",
    "outcome.column": "Ergebnis", "outcome.positive": "Auftrag erhalten",
    "outcome.negative": ("Absage", "kein Bedarf", "nicht erreichbar"),
    "outcome.undecided": ("Angebot verschickt", "noch offen"),
    "snapshots.rule": "export",
    "used": ("Funktion", "Mailadresse", "Land", "Branche", "MA", "Woher?"),
    "means.Mailadresse": "email", "means.Funktion": "title", "means.Land": "country",
    "means.Branche": "industry", "means.MA": "size",
}  # fmt: skip

ANALYTICS_SOURCES = {
    "organic": "(direct)", "paid_search": "google_ads", "outbound_list": "outreach",
    "webinar": "webinar", "referral": "referral",
}  # fmt: skip
ANALYTICS_KINDS = {
    "page_visit": "$pageview", "docs_page": "docs_viewed",
    "pricing_page": "pricing_viewed", "newsletter_open": "email_opened",
    "outbound_email": "lifecycle_email_sent", "product_tour": "tour_completed",
    "webinar": "webinar_joined", "outbound_call": "success_call_logged",
    "careers_page": "careers_viewed", "demo_request": "demo_requested",
    "trial_start": "trial_started", "cart_started": "checkout_opened",
    "bounce": "email_bounced", "unsubscribe": "email_unsubscribed",
}  # fmt: skip
BILLED = {
    "opportunity": "subscription_created", "won": "subscription_upgraded",
    "lost": "account_closed", "disqualified": "account_closed",
}  # fmt: skip
CENTS = {"subscription_created": 4900, "subscription_upgraded": 9900}


def analytics(folder: Path) -> None:
    """Analytics of a product: Parquet, instants in UTC, milestones among bills."""
    t = told(15)
    _users(t).to_parquet(folder / "users.parquet", index=False)
    _events(t).to_parquet(folder / "events.parquet", index=False)
    _billing_events(t).to_csv(folder / "billing_events.csv", index=False)


def _users(t: Told) -> pd.DataFrame:
    leads, last = t.leads, _last(t).dt.tz_localize("UTC")
    created = leads["created_at"].dt.tz_localize("UTC")
    ids = t.accounts["account_id"]
    workspaces = dict(zip(ids, _hexes("ws_", ids, 8), strict=True))
    return pd.DataFrame(
        {
            "user_id": leads["lead_id"].map(_uuid),
            "workspace_id": leads["account_id"].map(workspaces),
            "email": leads["email"],
            "signed_up_at": created,
            "last_seen_at": last,
            "role_at_signup": leads["job_title"],
            "geo_country": leads["country"],
            "initial_utm_source": leads["source"].map(ANALYTICS_SOURCES),
            "company_industry": leads["industry"],
            "company_headcount": leads["company_size"],
            "current_plan": _reached(t, leads, {"opportunity": "pro"}, "free"),
            "events_total": _tally(t),
            "updated_at": last.fillna(created) + pd.Timedelta(hours=5),
        }
    ).sort_values("user_id")


def _events(t: Told) -> pd.DataFrame:
    rows = t.touches
    days = rows["lead_id"] + rows["occurred_at"].dt.strftime("%Y%m%d")
    assets = [asset if isinstance(asset, str) else None for asset in rows["asset"]]
    return pd.DataFrame(
        {
            "event_id": _hexes("", rows.index, 16),
            "user_id": rows["lead_id"].map(_uuid),
            "event": rows["kind"].map(ANALYTICS_KINDS),
            "timestamp": rows["occurred_at"].dt.tz_localize("UTC"),
            "received_at": rows["recorded_at"].dt.tz_localize("UTC"),
            "session_id": [f"s{_hash(day) % 10**9}" for day in days],
            "source_channel": rows["channel"],
            "properties": [json.dumps({"asset": each, "v": 2}) for each in assets],
            "sdk_version": _picked(len(rows), ("1.12.0", "1.13.1"), 1),
        }
    )


def _billing_events(t: Told) -> pd.DataFrame:
    rows = t.milestones.sort_values("reached_at", ignore_index=True)
    kinds = rows["milestone"].map(BILLED)
    customers = _hexes("cus_", rows["lead_id"], 12)
    return pd.DataFrame(
        {
            "id": _hexes("evt_", rows.index, 14),
            "customer": [f"cus_{each[4:].upper()}" for each in customers],
            "user_id": rows["lead_id"].map(_uuid),
            "type": kinds,
            "created": rows["reached_at"].astype("datetime64[s]").astype("int64"),
            "amount_cents": kinds.map(CENTS),
            "currency": kinds.map(dict.fromkeys(CENTS, "eur")),
            "livemode": True,
        }
    )


ANALYTICS = {
    "leads.from": "users.parquet", "leads.lead_id": "user_id",
    "leads.created_at": "signed_up_at", "leads.account_id": "workspace_id",
    "touches.events.parquet.lead_id": "user_id", "touches.events.parquet.kind": "event",
    "touches.events.parquet.occurred_at": "timestamp",
    "touches.events.parquet.recorded_at": "received_at",
    "touches.events.parquet.channel": "source_channel",
    "milestones.billing_events.csv.lead_id": "user_id",
    "milestones.billing_events.csv.milestone": "type",
    "milestones.billing_events.csv.reached_at": "created",
    "outcome.conversion": "subscription_created",
    "outcome.closed_by": ("account_closed",), "snapshots.rule": "weekly",
    "used": (
        "email", "role_at_signup", "geo_country", "initial_utm_source",
        "company_industry", "company_headcount",
    ),
    "means.email": "email", "means.role_at_signup": "title",
    "means.geo_country": "country", "means.company_industry": "industry",
    "means.company_headcount": "size",
}  # fmt: skip

EXPORTS: dict[str, tuple[Callable[[Path], None], dict[str, Any]]] = {
    "hubspot": (hubspot, HUBSPOT),
    "salesforce": (salesforce, SALESFORCE),
    "italian": (italian, ITALIAN),
    "excel": (excel, EXCEL),
    "analytics": (analytics, ANALYTICS),
}


def _hash(text: object, salt: str = "") -> int:
    return int(hashlib.sha256(f"{salt}{text}".encode()).hexdigest(), 16)


def _hexes(prefix: str, of: Iterable[object], digits: int) -> list[str]:
    return [f"{prefix}{_hash(i, prefix) % 16**digits:0{digits}x}" for i in of]


def _uuid(text: str) -> str:
    return str(uuid.UUID(int=_hash(text, "u") % 2**128, version=4))


def _numbers(ids: pd.Series, digits: int) -> dict[str, int]:
    """A number of some digits for each id, no two the same, in no order."""
    numbers: dict[int, str] = {}
    for each in ids.unique():
        number = 10 ** (digits - 1) + _hash(each) % (9 * 10 ** (digits - 1))
        while number in numbers:
            number += 1
        numbers[number] = each
    return {each: number for number, each in numbers.items()}


def _salesforce_ids(prefix: str, of: Iterable[object]) -> pd.Series:
    """Keys as Salesforce writes them, whose prefix tells the object."""
    letters = string.digits + string.ascii_uppercase + string.ascii_lowercase
    keys = []
    for each in of:
        number = _hash(each, prefix)
        *body, last = (letters[number // 62**i % 62] for i in range(6))
        keys.append(f"{prefix}5g00000{''.join(body)}QA{last.upper()}")
    return pd.Series(keys)


def _salesforce_users(n: int, seed: int) -> list[str]:
    return _picked(n, _salesforce_ids("005", range(5)).tolist(), seed)


def _picked(n: int, values: Sequence[str], seed: int) -> list[str]:
    chosen = np.random.default_rng(seed).integers(0, len(values), n)
    return [values[i] for i in chosen]


def _people(n: int, first: Sequence[str]) -> list[str]:
    names = zip(_picked(n, first, 1), _picked(n, LAST, 2), strict=True)
    return [" ".join(name) for name in names]


def _sometimes(values: pd.Series | list[Any], share: float, seed: int) -> pd.Series:
    """Leave a share of the cells empty."""
    cells = pd.Series(values)
    return cells.where(np.random.default_rng(seed).random(len(cells)) >= share)


def _shouted(words: pd.Series) -> pd.Series:
    return words.str.upper().str.replace(" ", "_")


def _last(t: Told) -> pd.Series:
    """The latest touch of each lead."""
    return t.leads["lead_id"].map(t.touches.groupby("lead_id")["occurred_at"].max())


def _tally(t: Told) -> pd.Series:
    """How many touches each lead has ever had, which no one knew at creation."""
    counts = t.touches["lead_id"].value_counts()
    return t.leads["lead_id"].map(counts).fillna(0).astype(int)


def _firms(t: Told, rows: pd.DataFrame) -> pd.Series:
    return rows["account_id"].map(t.accounts.set_index("account_id")["name"])


def _opportunities(t: Told) -> pd.DataFrame:
    """The leads with an opportunity, when it opened, and when it closed, if it did."""
    opened = t.first("opportunity").rename("opened").reset_index()
    won, lost = (opened["lead_id"].map(t.first(name)) for name in ("won", "lost"))
    return opened.assign(closed=won.fillna(lost)).merge(t.leads, on="lead_id")


def _reached(
    t: Told, rows: pd.DataFrame, words: Mapping[str, str], other: str | list[str]
) -> pd.Series:
    """The word for the first of these milestones that a lead has reached."""
    are_reached = [rows["lead_id"].isin(t.first(name).index) for name in words]
    return pd.Series(np.select(are_reached, list(words.values()), other))
