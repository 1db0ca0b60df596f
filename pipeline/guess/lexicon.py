"""Words in the names of files, columns and kinds, by what they speak of.

In English, German, French, Spanish, Portuguese, Italian and Dutch, without accents
(:func:`~pipeline.guess.words.said` takes them off). An underscore stands for a space. A
stem that ends in ``$`` has to end its word, and one that begins with ``*`` may stand
inside one, as in *Kundennummer*. No list is complete, so what no list knows is asked
about, not dropped.
"""

from __future__ import annotations

import re
from typing import Final


def stems(listed: str) -> str:
    """Return a pattern that finds any of the stems.

    Examples
    --------
    >>> pattern = stems("call$ *nummer won_back")
    >>> names = ("call back", "caller", "kundennummern", "won backs")
    >>> [bool(re.search(pattern, name)) for name in names]
    [True, False, True, True]
    """
    return "|".join(map(_stem, _words(listed)))


def _stem(stem: str) -> str:
    start = "" if stem.startswith("*") else r"(?<![a-z0-9])"
    end = r"(?![a-z0-9])" if stem.endswith("$") else ""
    return start + re.escape(stem.strip("*$")) + end


def _words(listed: str) -> tuple[str, ...]:
    return tuple(word.replace("_", " ") for word in listed.split())


LEAD: Final = stems("""
    lead mql prospe opportunit case$ cases$ applica inquir enquir contact pipeline
    interessent *kunden kontakt anfrage client buyer customer clientes$ cliente$ klant
    contatt demande
    """)
ACCOUNT: Final = stems("""
    account company companies organi firm$ firms$ employer household firma$ firmen
    unternehmen societe entreprise empresa cuenta azienda bedrijf bedrijven conta$
    """)
ACCOUNT_NAME: Final = (
    "((id|cod|codice|code|no|nr|n|num|primary|associated|parent) )*"
    "(account|company|organi[sz]ation|firm|employer|household|firma|firmen|unternehmen"
    "|societe|entreprise|empresa|cuenta|azienda|bedrijf|workspace|tenant|cliente?|kunde"
    "|customer)(s? ?-?(id|uuid|key|name|no|nr|nummer|ref))?"
)
TOUCHES: Final = stems("""
    touch event activit visit call$ calls$ click log$ logs$ session interac engagement
    web$ weblog email history aktivitat kontakte$ ereignis besuch evenement interazion
    eventos historique verlauf gebeurtenis
    """)
MILESTONES: Final = stems("""
    milestone stage status deal outcome conversion closed won$ opportunit stufe *stufen
    phase etape etapa fase statut estado$ stato$ ergebnis *abschl vertrag vente venta
    vendita verkauf contrat order$ orders$ commande pedido sale$ sales$ purchase
    """)
IDENTITY: Final = stems("""
    id$ ids$ uuid guid key$ number$ no$ *nummer$ nr$ *nr$ ref$ reference$ kennung
    identifi matricul numero$ leadid$ clientid$ userid$ customerid$ contactid$ num$
    kd_nr$ n$ cod$ codice$ *number$
    """)
CREATED: Final = stems("""
    creat regist reg$ signup sign first submit enter engage added receiv inquir enquir
    start opened joined angelegt *anlage erstell *eingang erfass anfrage registr cree$
    creation inscri alta$ creacion criad criac cadastr iscri aangemaakt arriv since$
    seit$ aangevraagd
    """)
_OF_CHANGE: Final = stems("""
    last updat modif birth expir recorded loaded letzt geandert aktualis geburt dernier
    maj$ naiss ultim actualiz nacim nascim modific nascita laatst gewijzigd planned
    expected due$ next geplant prevu previst dob$ sync prossim wiedervorlage nachste
    proxim prochain volgende erinnerung remind follow modstamp estimat geboort scheduled
    """)
_OF_ENDS: Final = stems("""
    clos won$ lost end$ ended conver *abschl verlor gewonn *ende$ clotur cierre
    """)
NOT_CREATED: Final = f"{_OF_CHANGE}|{_OF_ENDS}"
# Dates that say nothing of how far a lead has come.
NO_MILESTONE: Final = f"{_OF_CHANGE}|{stems('import export valid until')}"
OCCURRED: Final = stems("""
    occur timestamp time$ happen date when$ at$ reached visited ts$ *datum$ *zeitpunkt
    zeit$ uhrzeit horodat le$ fecha data$ datum hora$
    """)
RECORDED: Final = stems("""
    record loaded insert sync ingest logged imported updated erfasst geladen enregistr
    importe registrado_el caricat receiv creat written add$ added
    """)
OF_AN_INSTANT: Final = "|".join((CREATED, NOT_CREATED, OCCURRED, RECORDED))
CLOSED_AT: Final = stems("""
    clos end$ ended won$ conver decid outcome resolv finish *abschl *ende$ entschied
    erledigt clotur cierre chiusura decis fech afgesloten
    """)
KNOWN_FROM: Final = stems("""
    known valid since effective from$ gultig seit$
    """)
OF_TIME: Final = stems("""
    date$ at$ on$ ts$ time$ timestamp$ dt$ day$ datetime$ am$ *datum$ le$ fecha$ data$
    zeitpunkt$ op$ el$ de$ du$ di$
    """)
KIND: Final = stems("""
    kind type event activit action milestone stage status touch art$ *art$ typ$ *typ$
    aktion aktivitat ereignis stufe phase vorgang evenement etape tipo evento accion
    acao etapa fase estado$ stato$ azione soort actie statut new_value
    """)
PERHAPS_KIND: Final = stems("""
    name$ transition state$ category what$ was$ kategorie categor
    """)
OLD: Final = stems("old previous from$ vorher alt$ ancien anterior precedente")
ASSET: Final = stems("""
    asset page url content campaign path$ seite$ kampagne inhalt pagina campagne campana
    campanha
    """)
CHANNEL: Final = stems("""
    channel medium source via$ resource kanal canal kanaal quelle
    """)
VALUE: Final = stems("""
    value amount price revenue sales$ wert$ *wert$ betrag preis montant prix valeur
    importe$ valor precio preco importo bedrag
    """)
# What is filled in, or last changed, when sales has worked the lead.
LATE: Final = stems("""
    last$ tag$ tags$ quality score scoring profile stage duration owner activity status
    closed close$ won$ lost$ reason result disposition letzt grund$ *grund$ betreuer
    ergebnis dauer$ bewertung dernier motif statut raison motivo estado$ ultim stato$
    punteggio reden eigenaar resultat resultado esito bearbeit agente$ assigned vendedor
    vendeur verkaufer activities
    """)
PERSON: Final = stems("""
    first_name firstname last_name lastname full_name fullname surname middle_name phone
    mobile street address birth ip$ linkedin fax vorname nachname telefon handy strasse
    *anschrift adresse$ geburt prenom nom$ telephone rue$ nombre$ apellido telefono
    movil direccion calle cognome indirizzo voornaam achternaam telefoon sobrenome
    endereco celular naiss nacim nascim nascita referente ansprechpartner contact_person
    contactpersoon responsable$ salutation anrede ragione_sociale raison_sociale
    razon_social firmenname geboort
    """)
FREE_TEXT: Final = stems("""
    comment note$ notes$ message description bemerkung notiz beschreibung nachricht
    commentaire remarque comentario nota$ notas$ mensaje descripcion opmerking remark
    observ
    """)
TITLE: Final = stems("""
    title position jobtitle job_role role$ funktion$ beruf$ poste$ fonction$ cargo$
    puesto ruolo functie qualifica
    """)
CODE: Final = stems("""
    zip postcode postal code$ prefix id$ plz$ postleitzahl cap$ codigo$ cp$
    """)
COUNTRY: Final = stems("""
    country countries nation$ location$ land$ staat$ pays$ pais$ paese$ kraj$ market$
    nazione
    """)
INDUSTRY: Final = stems("""
    industr sector sektor vertical branche line_of_business secteur settore setor
    business_type segment$
    """)
SIZE: Final = stems("""
    employee headcount head_count staff fte$ ftes$ workforce company_size firm_size
    account_size organisation_size mitarbeiter organization_size business_size size$
    effectif empleados dipendenti unternehmensgrosse *firmengrosse medewerkers
    funcionarios ma$ beschaftigte numero_dipendenti companysize firmsize
    """)
NO_SIZE: Final = stems("""
    deal order basket lot$ team family
    """)
REVENUE: Final = stems("""
    revenue turnover umsatz jahresumsatz annual_sales fatturato chiffre_d_affaires omzet
    facturacion faturamento
    """)
NO_REVENUE: Final = stems("""
    deal expected opportunit lost$ rate$
    """)
A_COUNT: Final = stems("""
    number_of numero_di numero_de nombre_de anzahl *anzahl count$ counts$ num_of no_of
    times$ numero_dipendenti total$ totals$
    """)
STAGE: Final = stems("milestone stage stufe *stufen phase etape etapa fase lifecycle")
PRESENT: Final = stems("current present aktuell actuel actual$ attuale huidig")
COUNTS: Final = stems("""
    visit visits totalvisits view views time_spent click opens$ pages$ session downloads
    previous$ campaign$ besuche$ aufrufe$ klicks$ visites$ visitas$ clics$
    """)
# In the order of preference: what marketing hands over comes before what sales wins.
CONVERSIONS: Final = _words("""
    opportunit convert conversion won$ win$ approv purchas customer$ sold$ sale$ signed
    paid order enrol redeem subscri bought booked booking accept activat deal success
    angebotsanfrage gewonn *abschl kauf gekauft verkauft vertrag unterschr bestell gagne
    achat achet vente commande signe$ ganad compra venta contratad pedido ganho vendu
    vendid vinto acquist verkocht besteld auftrag ordin getekend assinad firmado
    """)
CLOSINGS: Final = stems("""
    lost disqualif unqualif declin cancel reject dead$ withdraw withdrew junk churn
    refus expired abandon verlor abgelehnt *absage storn abgesagt perdu annul perdid
    cancelad rechaz perso$ rifiut verloren afgewezen geannuleerd kein_interesse resili
    rifiuto absage vervall afgewez out_sold
    """)
NEGATION: Final = stems("not$ nicht$ kein keine non$ niet$ geen$ nunca")
OUTCOMES: Final = stems("""
    y$ converted conversion convert$ won$ outcome target$ label$ purchased purchase$
    subscribed response$ responded bought sold$ success enrolled is_customer closed_won
    sale$ deposit redeemed signed ergebnis gewonnen gekauft verkauft abschluss$
    *abschluss$ erfolg resultat achete$ gagne$ converti vendu$ resultado ganado comprado
    vendido convertido esito venduto acquistato uitkomst resultaat verkocht ganho
    result$
    """)
POSITIVES: Final = _words("""
    1 yes true y t won converted success 1.0 ja oui si sim j wahr gewonnen gagne ganado
    ganho vinto
    """)
NEGATIVES: Final = _words("""
    0 no false n f 0.0 nein non nao nee falsch
    """)
OPEN_STILL: Final = stems("""
    open pending progress nurtur waiting offen laufend in_arbeit bearbeitung en_cours
    ouvert attente abiert pendiente curso aberto apert attesa lopend new$ neu$ nouveau
    nuevo novo angebot quote offer offerte sent$ verschickt contacted
    """)
OUTBOUND: Final = stems("""
    outbound call sent$ sms$ dial mailing anruf$ versendet gesendet appel$ envoye
    llamada enviad ligacao chiamata inviat
    """)
STAGES: Final = {
    "negative": stems("""
        career unsubscri bounce spam complain opt_out optout declin cancel fraud hiring
        karriere abgemeldet abmeld abbestell beschwerde desabonn desinscri plainte baja$
        empleo reclamo
        """),
    "bottom": stems("""
        pricing price demo$ demos$ trial cart$ cart checkout quote offer proposal buy
        basket sales$ coupon meeting preis warenkorb angebot probe testzugang prix$
        tarif panier devis essai precio carrito presupuesto prueba preco carrinho
        """),
    "middle": stems("""
        webinar doc$ docs$ documentation download whitepaper ebook case_study tour video
        guide tutorial compar integration workshop dokument fallstudie leitfaden
        telecharg descarga
        """),
    "top": stems("""
        visit page view newsletter open click blog home social ad$ ads$ impression
        search email form submit besuch seite seitenaufruf geoffnet suche visite ouvert
        recherche visita abiert boletin
        """),
}
MISSING_WORDS: Final = _words("""
    select #n/a <na> undefined not_specified not_provided not_available (not_set)
    not_set (blank) n.a. - -- ? k.a. k._a. keine_angabe nicht_angegeben non_renseigne
    sin_datos [not_provided]
    """)
PERHAPS_MISSING: Final = _words("""
    unknown not_known unspecified unbekannt inconnu desconocido
    """)
