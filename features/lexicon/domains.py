"""E-mail domains that say nothing of an employer, and addresses of no person.

No list is complete. What no list knows is taken for a company's domain and a person's
address; a company adds its own domains in its configuration.
"""

from __future__ import annotations

from typing import Final

FREE_DOMAINS: Final = (
    "gmail.com", "googlemail.com", "yahoo.com", "yahoo.co.uk", "yahoo.fr", "yahoo.de",
    "yahoo.es", "yahoo.it", "yahoo.ca", "yahoo.in", "yahoo.co.in", "yahoo.co.jp",
    "yahoo.com.br", "yahoo.com.au", "yahoo.com.mx", "yahoo.com.ar", "ymail.com",
    "rocketmail.com", "hotmail.com", "hotmail.co.uk", "hotmail.fr", "hotmail.de",
    "hotmail.es", "hotmail.it", "hotmail.nl", "hotmail.be", "hotmail.se", "outlook.com",
    "outlook.de", "outlook.fr", "outlook.es", "outlook.it", "outlook.pt",
    "outlook.com.br", "live.com", "live.co.uk", "live.de", "live.fr", "live.it",
    "live.nl", "live.be", "live.se", "live.dk", "live.no", "msn.com", "passport.com",
    "icloud.com", "me.com", "mac.com", "aol.com", "aol.de", "aol.co.uk", "aim.com",
    "gmx.de", "gmx.net", "gmx.com", "gmx.at", "gmx.ch", "gmx.fr", "web.de", "email.de",
    "t-online.de", "freenet.de", "arcor.de", "online.de", "posteo.de", "mailbox.org",
    "bluewin.ch", "aon.at", "chello.at", "orange.fr", "free.fr", "laposte.net",
    "wanadoo.fr", "sfr.fr", "neuf.fr", "bbox.fr", "numericable.fr", "libero.it",
    "virgilio.it", "alice.it", "tiscali.it", "tin.it", "hotmail.com.br", "uol.com.br",
    "bol.com.br", "terra.com.br", "ig.com.br", "sapo.pt", "telefonica.net", "terra.es",
    "ziggo.nl", "kpnmail.nl", "planet.nl", "home.nl", "hetnet.nl", "xs4all.nl",
    "skynet.be", "telenet.be", "telia.com", "bredband.net", "comhem.se", "online.no",
    "jubii.dk", "mail.dk", "luukku.com", "wp.pl", "o2.pl", "onet.pl", "onet.eu",
    "interia.pl", "interia.eu", "op.pl", "gazeta.pl", "tlen.pl", "seznam.cz",
    "centrum.cz", "email.cz", "azet.sk", "freemail.hu", "citromail.hu", "abv.bg",
    "mail.bg", "btinternet.com", "sky.com", "virginmedia.com", "ntlworld.com",
    "blueyonder.co.uk", "talktalk.net", "eircom.net", "comcast.net", "verizon.net",
    "att.net", "sbcglobal.net", "bellsouth.net", "cox.net", "charter.net",
    "earthlink.net", "optonline.net", "rogers.com", "shaw.ca", "sympatico.ca",
    "bigpond.com", "optusnet.com.au", "xtra.co.nz", "mail.ru", "inbox.ru", "bk.ru",
    "list.ru", "yandex.ru", "yandex.com", "ya.ru", "rambler.ru", "ukr.net", "i.ua",
    "protonmail.com", "proton.me", "pm.me", "tutanota.com", "tuta.io", "hey.com",
    "fastmail.com", "hushmail.com", "qq.com", "163.com", "126.com", "sina.com",
    "sohu.com", "foxmail.com", "naver.com", "daum.net", "hanmail.net", "rediffmail.com",
    "zoho.com", "mail.com", "email.com", "usa.com", "inbox.com", "walla.co.il",
    "walla.com", "duck.com", "mozmail.com",
)  # fmt: skip

DISPOSABLE_DOMAINS: Final = (
    "mailinator.com", "guerrillamail.com", "guerrillamail.net", "guerrillamail.org",
    "guerrillamail.de", "guerrillamail.biz", "guerrillamail.info", "sharklasers.com",
    "grr.la", "spam4.me", "10minutemail.com", "10minutemail.net", "10minutemail.de",
    "20minutemail.com", "temp-mail.org", "temp-mail.io", "tempmail.com", "tempmail.net",
    "tempmail.de", "tempmailo.com", "tempail.com", "tempr.email", "tempinbox.com",
    "throwawaymail.com", "throwaway.email", "trashmail.com", "trashmail.de",
    "trashmail.net", "trash-mail.com", "trash-mail.de", "trashmail.ws",
    "wegwerfmail.de", "wegwerfmail.net", "wegwerfmail.org", "wegwerfemail.de",
    "yopmail.com", "yopmail.fr", "yopmail.net", "maildrop.cc", "mailnesia.com",
    "mailcatch.com", "mailnull.com", "mailexpire.com", "mailmoat.com",
    "mailforspam.com", "mytrashmail.com", "mt2015.com", "getnada.com", "nada.email",
    "inboxkitten.com", "getairmail.com", "fakeinbox.com", "fakemailgenerator.com",
    "dispostable.com", "discard.email", "discardmail.com", "discardmail.de",
    "disposablemail.com", "deadaddress.com", "despam.it", "dropmail.me",
    "emailondeck.com", "emailfake.com", "emailtemporario.com.br", "mohmal.com",
    "moakt.com", "minutemail.com", "mintemail.com", "mail-temporaire.fr", "jetable.org",
    "jetable.net", "jetable.com", "kurzepost.de", "spambog.com", "spambog.de",
    "spambox.us", "spamgourmet.com", "spamex.com", "spamfree24.org", "spamhole.com",
    "spamspot.com", "sofort-mail.de", "sogetthis.com", "burnermail.io",
    "incognitomail.com", "anonbox.net", "anonymbox.com", "byom.de", "cool.fr.nf",
    "nospam.ze.tc", "einrot.com", "eyepaste.com", "filzmail.com", "harakirimail.com",
    "luxusmail.org", "objectmail.com", "rcpt.at", "rppkn.com", "safetymail.info",
    "tmpmail.org", "tmpmail.net", "tmail.ws", "1secmail.com", "1secmail.org",
    "1secmail.net", "zeroe.ml", "armyspy.com", "cuvox.de", "dayrep.com", "fleckens.hu",
    "gustr.com", "jourrapide.com", "rhyta.com", "superrito.com", "teleworm.us",
    "mailtemp.info", "crazymailing.com", "owlymail.com", "vomoto.com",
)  # fmt: skip

EDUCATION_DOMAIN: Final = (
    r"(\.edu|\.ac\.[a-z]{2}|\.edu\.[a-z]{2}|\.sch\.uk|\.k12\.[a-z]{2}\.us)$"
    r"|^(uni|tu|fh|hs|th|univ)-|(^|\.)(student|students|alumni|campus)\."
)

ROLES: Final = (  # what stands before the @, whole or before a dot, dash or plus
    "info", "infos", "information", "sales", "contact", "contacto", "contatto",
    "contato", "kontakt", "hello", "hallo", "hola", "ciao", "bonjour", "hi", "hey",
    "office", "admin", "administrator", "administration", "administracion",
    "amministrazione", "verwaltung", "buero", "buro", "sekretariat", "secretariat",
    "secretaria", "segreteria", "biuro", "post", "mail", "email", "e-mail", "inbox",
    "mailbox", "postmaster", "webmaster", "hostmaster", "root", "abuse", "noreply",
    "no-reply", "donotreply", "do-not-reply", "support", "help", "helpdesk", "service",
    "services", "kundenservice", "customerservice", "customercare", "care", "team",
    "staff", "company", "firma", "marketing", "vertrieb", "verkauf", "ventas", "vendas",
    "vendite", "ventes", "commercial", "comercial", "commerciale", "verkoop", "salg",
    "billing", "invoice", "invoices", "rechnung", "rechnungen", "buchhaltung",
    "accounting", "accounts", "finance", "payments", "orders", "order", "bestellung",
    "purchasing", "procurement", "einkauf", "achats", "compras", "acquisti", "inkoop",
    "jobs", "job", "careers", "career", "karriere", "bewerbung", "recruiting",
    "recruitment", "hr", "rh", "personal", "press", "presse", "media", "pr", "news",
    "newsletter", "it", "itsupport", "tech", "security", "legal", "privacy", "gdpr",
    "datenschutz", "compliance", "enquiries", "enquiry", "inquiries", "inquiry",
    "anfrage", "reception", "empfang", "accueil", "shop", "store", "booking",
    "reservations", "events", "feedback", "general", "welcome", "partners", "partner",
)  # fmt: skip
