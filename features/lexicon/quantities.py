"""Words that stand beside a number of employees or a sum of money, in plain letters.

Only with these beside it is a number taken for an amount. ``mil`` is a thousand where
people are counted; of money it is a million to some and a thousand to others.
"""

from __future__ import annotations

from typing import Final

UNITS: Final = {
    10**12: ("trillion", "trillions", "tn"),
    10**9: (
        "billion", "billions", "bn", "b", "bill", "milliarde", "milliarden", "milliard",
        "milliards", "mrd", "mld", "mia", "md", "miliardi", "miliardo", "miljard",
        "miljarden", "miljarder", "mil millones", "mil milhoes", "bilhao", "bilhoes",
        "miliard", "miliardow", "mdkr", "mdr",
    ),
    10**8: ("亿", "億", "억"),
    10**7: ("crore", "crores", "cr"),
    10**6: (
        "million", "millions", "millionen", "millones", "millon", "milhoes", "milhao",
        "milioni", "milione", "miljoen", "miljoner", "milj", "millioner", "miljoonaa",
        "mio", "mln", "mill", "mm", "m", "mn", "mi", "meur", "musd", "mgbp", "mchf",
        "msek", "mnok", "mdkk", "mkr", "milionow",
    ),
    10**5: ("lakh", "lakhs", "lac", "lacs"),
    10**4: ("万", "萬", "만"),
    10**3: (
        "thousand", "thousands", "tausend", "tsd", "k", "keur", "kusd", "teur", "t",
        "duizend", "tkr", "mille", "mila", "tys", "tusen", "tuhat",
    ),
}  # fmt: skip
PEOPLE_UNITS: Final = {**UNITS, 10**3: (*UNITS[10**3], "mil")}

PEOPLE: Final = (
    "employee", "employees", "emp", "emps", "staff", "people", "person", "persons",
    "members", "team members", "workers", "fte", "ftes", "headcount", "heads",
    "mitarbeiter", "mitarbeiterinnen", "mitarbeitende", "mitarbeitenden", "ma",
    "beschaftigte", "beschaeftigte", "beschaftigten", "angestellte", "personen",
    "leute", "salarie", "salaries", "employe", "employes", "collaborateurs",
    "personne", "personnes", "pers", "empleado", "empleados", "trabajadores",
    "colaboradores", "personas", "dipendente", "dipendenti", "addetti", "persone",
    "medewerker", "medewerkers", "werknemers", "funcionarios", "pessoas", "anstallda",
    "ansatte", "medarbejdere", "henkiloa", "tyontekijaa", "pracownikow", "osob",
    "size", "company size", "number of employees", "micro", "small", "medium", "mid",
    "mid-size", "midsize", "mid-market", "mid market", "team of", "team", "large",
    "enterprise", "startup", "start-up", "smb", "sme",
    "kmu", "pme", "total", "in total", "worldwide", "globally", "insgesamt",
)  # fmt: skip
CURRENCIES: Final = (
    "usd", "us", "eur", "euro", "euros", "gbp", "chf", "inr", "rs", "sek", "nok", "dkk",
    "pln", "zl", "cad", "aud", "nzd", "jpy", "cny", "rmb", "brl", "mxn", "sgd", "aed",
    "dollar", "dollars", "pound", "pounds", "kr", "yen",
)  # fmt: skip
CURRENCY_SIGNS: Final = "$¢£¤¥€₡₦₩₪₫₭₮₱₲₴₵₸₹₺₽฿"
MONEY: Final = (
    *CURRENCIES, "revenue", "revenues",
    "turnover", "sales", "arr", "umsatz", "jahresumsatz", "chiffre d'affaires", "ca",
    "annual", "annually", "per year", "per annum", "a year", "yearly", "p[.]a", "pa",
    "pro jahr", "par an", "al ano", "fatturato", "omzet", "facturacion", "faturamento",
    "oms", "omsetning", "liikevaihto", "in total", "yr", "year", "of", "d'euros",
    "de dollars", "d' euros", "rupees",
)  # fmt: skip
ABOUT: Final = (
    "about", "approx", "approximately", "circa", "ca", "c", "around", "roughly", "some",
    "between", "from", "at least", "min", "minimum", "etwa", "rund", "ungefahr",
    "zwischen", "von", "ab", "mindestens", "environ", "entre", "de", "au moins",
    "desde", "aproximadamente", "aprox", "al menos", "tra", "da", "dal", "almeno",
    "tussen", "van", "vanaf", "ongeveer", "minstens", "fran", "mellan", "mellem",
    "fra", "od", "okolo",
    "or more", "and above", "and up", "and more", "und mehr", "oder mehr",
    "et plus", "ou plus", "ou mais", "o mas", "y mas", "o piu", "of meer", "en meer",
    "plus", "estimated", "est", "a", "r",
)  # fmt: skip
BELOW: Final = (
    "under", "below", "less than", "fewer than", "up to", "at most", "maximum", "max",
    "unter", "weniger als", "bis", "bis zu", "hochstens", "maximal", "moins de",
    "jusqu'a", "menos de", "hasta", "meno di", "fino a", "minder dan", "tot", "ate",
    "farre an", "faerre end", "faerre enn", "mindre an", "ponizej", "do", "alle",
)  # fmt: skip
BELOW_AFTER: Final = (
    "or less", "or fewer", "and under", "and below", "oder weniger", "et moins",
    "ou moins", "o menos", "o meno", "of minder", "ou menos", "max",
)  # fmt: skip
ABOVE: Final = (
    "over", "above", "more than", "greater than", "exceeding", "uber", "ueber",
    "mehr als", "plus de", "mas de", "piu di", "oltre", "mais de", "meer dan", "mer an",
    "mere end", "mer enn", "powyzej", "ponad", "yli",
)  # fmt: skip
UP_TO: Final = (
    "-", "~", "to", "through", "until", "bis", "a", "au", "y", "e", "en", "et", "and",
    "und", "tot", "do", "til", "till", "ate", "al",
)  # fmt: skip
ALONE: Final = (
    "self.?employ", "sole (trader|proprietor|owner)", "just (me|myself)", "only me",
    "^ *myself", "freelanc", "solopreneur", "^ *solo *$", "one.?(man|person|woman)",
    "einzelunternehm", "selbsta?e?ndig", "selbststa?e?ndig", "nur ich", "freiberuf",
    "ein.?(mann|frau|personen)", "independant", "auto.?entrepreneur", "autonomo",
    "micro.?entrepreneur", "indipendente", "libero professionista", "solo yo", "zzp",
    "eenmans", "egenforetag", "enkeltmand", "samozatrudn", "jednoosobow",
    "trabalhador independente",
)  # fmt: skip
NO_REVENUE: Final = ("pre.?revenue", "no revenue", "noch kein umsatz", "sans revenu")
