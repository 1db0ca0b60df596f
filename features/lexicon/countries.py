"""The countries of the world, by the codes and names that people write, and regions.

One line a country: its ISO codes, its English name, then what else it is called.
Regions are those that sales teams are cut by, not a statement about borders; what lies
between two is put where firms usually serve it from. Texts are compared as a whole, but
for their marks, so that "Korea, South" and "Korea (South)" are one, "Georgia" is a
country and "Atlanta, Georgia" is not known.
"""

from __future__ import annotations

from typing import Final

from ..letters import unmarked

_LINES: Final = {
    "Western Europe": """
AT AUT|Austria|Österreich|Oesterreich|Autriche|Oostenrijk
BE BEL|Belgium|België|Belgique|Belgien|Bélgica
CH CHE|Switzerland|Schweiz|Suisse|Svizzera|Suiza|Zwitserland
DE DEU|Germany|Deutschland|Allemagne|Alemania|Germania|Duitsland|Alemanha|GER|
Federal Republic of Germany|Bundesrepublik Deutschland|BRD|Niemcy|Tyskland
FR FRA|France|Frankreich|Francia|Frankrijk|França|Francja|Frankrike
GB GBR|United Kingdom|UK|Great Britain|Britain|England|Scotland|Wales|Northern Ireland|
United Kingdom of Great Britain and Northern Ireland|Großbritannien|
Vereinigtes Königreich|N Ireland|Great Britain UK|United Kingdom UK|Royaume-Uni|
Reino Unido|Regno Unito|Verenigd Koninkrijk|Engeland|Storbritannien|Wielka Brytania
GG GGY|Guernsey
IE IRL|Ireland|Republic of Ireland|Éire|Irland|Irlande|Irlanda|Ierland
IM IMN|Isle of Man
JE JEY|Jersey
LI LIE|Liechtenstein
LU LUX|Luxembourg|Luxemburg|Lëtzebuerg|Luxemburgo
MC MCO|Monaco
NL NLD|Netherlands|The Netherlands|Nederland|Holland|Niederlande|Pays-Bas|Países Bajos|
Paesi Bassi|Países Baixos|Holandia|Holanda|Kingdom of the Netherlands
""",
    "Southern Europe": """
AD AND|Andorra
CY CYP|Cyprus|Zypern|Chypre|Chipre|Κύπρος
ES ESP|Spain|España|Spanien|Espagne|Spagna|Spanje|Espanha|Hiszpania|Kingdom of Spain
GI GIB|Gibraltar
GR GRC|Greece|EL|Ελλάδα|Griechenland|Grèce|Grecia|Griekenland|Hellas|Hellenic Republic
IT ITA|Italy|Italia|Italien|Italie|Italië|Itália|Włochy
MT MLT|Malta
PT PRT|Portugal|Portogallo|Portugalia
SM SMR|San Marino
VA VAT|Vatican City|Holy See|Vatican
""",
    "Nordics": """
AX ALA|Åland Islands|Åland
DK DNK|Denmark|Danmark|Dänemark|Danemark|Dinamarca|Danimarca|Denemarken
FI FIN|Finland|Suomi|Finnland|Finlande|Finlandia
FO FRO|Faroe Islands|Føroyar
GL GRL|Greenland
IS ISL|Iceland|Ísland|Island
NO NOR|Norway|Norge|Noreg|Norwegen|Norvège|Noruega|Noorwegen|Norvegia
SE SWE|Sweden|Sverige|Schweden|Suède|Suecia|Svezia|Zweden|Suécia|Szwecja
""",
    "Eastern Europe": """
AL ALB|Albania|Shqipëri
BA BIH|Bosnia and Herzegovina|Bosnia & Herzegovina|Bosnia-Herzegovina|Bosnia|
Bosna i Hercegovina
BG BGR|Bulgaria|Bulgarien|България
BY BLR|Belarus|Беларусь
CZ CZE|Czechia|Czech Republic|Czech Rep|The Czech Republic|Česko|Česká republika|
Tschechien|République tchèque|
Tsjechië
EE EST|Estonia|Eesti|Estland
HR HRV|Croatia|Hrvatska|Kroatien|Croatie
HU HUN|Hungary|Magyarország|Ungarn|Hongrie|Hungría
LT LTU|Lithuania|Lietuva|Litauen
LV LVA|Latvia|Latvija|Lettland
MD MDA|Moldova|Republic of Moldova|Moldova, Republic of
ME MNE|Montenegro|Crna Gora
MK MKD|North Macedonia|Macedonia|Република Северна Македонија|Severna Makedonija
PL POL|Poland|Polska|Polen|Pologne|Polonia
RO ROU|Romania|România|Rumänien|Roumanie|Rumania
RS SRB|Serbia|Srbija|Србија|Serbien
RU RUS|Russia|Russian Federation|Россия|Rossiya|Russland|Russie|Rusia
SI SVN|Slovenia|Slovenija|Slowenien
SK SVK|Slovakia|Slovensko|Slovak Republic|Slowakei
UA UKR|Ukraine|Україна|Ukraina|Ucrania
XK XKX|Kosovo
""",
    "North America": """
BM BMU|Bermuda
CA CAN|Canada|Kanada|Canadá
PM SPM|Saint Pierre and Miquelon
US USA|United States|United States of America|The United States|
The United States of America|America|United States USA|U S A|U S|USoA|
Vereinigte Staaten|
Vereinigte Staaten von Amerika|États-Unis|Etats Unis|Estados Unidos|EE UU|EEUU|EUA|
Stati Uniti|Verenigde Staten|Stany Zjednoczone|Estados Unidos de América
""",
    "Latin America": """
AG ATG|Antigua and Barbuda
AR ARG|Argentina|Argentinien|Argentine
AW ABW|Aruba
BB BRB|Barbados
BO BOL|Bolivia|Plurinational State of Bolivia|Bolivia, Plurinational State of
BR BRA|Brazil|Brasil|Brasilien|Brésil|Brazilië
BS BHS|Bahamas|The Bahamas
BZ BLZ|Belize
CL CHL|Chile|Chili
CO COL|Colombia|Kolumbien|Colombie
CR CRI|Costa Rica
CU CUB|Cuba|Kuba
CW CUW|Curaçao
DM DMA|Dominica
DO DOM|Dominican Republic|República Dominicana
EC ECU|Ecuador
GD GRD|Grenada
GT GTM|Guatemala
GY GUY|Guyana
HN HND|Honduras
HT HTI|Haiti|Haïti
JM JAM|Jamaica
KN KNA|Saint Kitts and Nevis|St Kitts and Nevis
KY CYM|Cayman Islands
LC LCA|Saint Lucia|St Lucia
MX MEX|Mexico|México|Mexiko|Mexique
NI NIC|Nicaragua
PA PAN|Panama|Panamá
PE PER|Peru|Perú|Pérou
PR PRI|Puerto Rico
PY PRY|Paraguay
SR SUR|Suriname
SV SLV|El Salvador
TT TTO|Trinidad and Tobago|Trinidad & Tobago
UY URY|Uruguay
VC VCT|Saint Vincent and the Grenadines|St Vincent and the Grenadines
VE VEN|Venezuela|Bolivarian Republic of Venezuela|Venezuela, Bolivarian Republic of
VG VGB|British Virgin Islands
""",
    "Middle East": """
AE ARE|United Arab Emirates|UAE|Emirates|Dubai|Abu Dhabi|Vereinigte Arabische Emirate|
Émirats arabes unis|الإمارات
BH BHR|Bahrain
IL ISR|Israel|ישראל
IQ IRQ|Iraq|Irak
IR IRN|Iran|Iran, Islamic Republic of|Islamic Republic of Iran
JO JOR|Jordan
KW KWT|Kuwait
LB LBN|Lebanon|Liban
OM OMN|Oman
PS PSE|Palestine|State of Palestine|Palestinian Territory
QA QAT|Qatar|Katar
SA SAU|Saudi Arabia|KSA|Kingdom of Saudi Arabia|Saudi-Arabien|السعودية
SY SYR|Syria|Syrian Arab Republic
TR TUR|Turkey|Türkiye|Türkei|Turquie|Turquía
YE YEM|Yemen
""",
    "Africa": """
AO AGO|Angola
BF BFA|Burkina Faso
BI BDI|Burundi
BJ BEN|Benin|Bénin
BW BWA|Botswana
CD COD|DR Congo|Democratic Republic of the Congo|Congo, Democratic Republic of the|DRC|
Congo-Kinshasa
CF CAF|Central African Republic
CG COG|Congo|Republic of the Congo|Congo-Brazzaville
CI CIV|Ivory Coast|Côte d'Ivoire
CM CMR|Cameroon|Cameroun
CV CPV|Cape Verde|Cabo Verde
DJ DJI|Djibouti
DZ DZA|Algeria|Algérie|Algerien
EG EGY|Egypt|Ägypten|Égypte|Egipto|مصر
EH ESH|Western Sahara
ER ERI|Eritrea
ET ETH|Ethiopia
GA GAB|Gabon
GH GHA|Ghana
GM GMB|Gambia|The Gambia
GN GIN|Guinea
GQ GNQ|Equatorial Guinea
GW GNB|Guinea-Bissau
KE KEN|Kenya|Kenia
KM COM|Comoros
LR LBR|Liberia
LS LSO|Lesotho
LY LBY|Libya
MA MAR|Morocco|Maroc|Marokko|Marruecos|المغرب
MG MDG|Madagascar
ML MLI|Mali
MR MRT|Mauritania
MU MUS|Mauritius
MW MWI|Malawi
MZ MOZ|Mozambique|Moçambique
NA NAM|Namibia
NE NER|Niger
NG NGA|Nigeria
RE REU|Réunion
RW RWA|Rwanda
SC SYC|Seychelles
SD SDN|Sudan
SL SLE|Sierra Leone
SN SEN|Senegal|Sénégal
SO SOM|Somalia
SS SSD|South Sudan
ST STP|São Tomé and Príncipe
SZ SWZ|Eswatini|Swaziland
TD TCD|Chad|Tchad
TG TGO|Togo
TN TUN|Tunisia|Tunisie|Tunesien
TZ TZA|Tanzania|United Republic of Tanzania|Tanzania, United Republic of
UG UGA|Uganda
ZA ZAF|South Africa|Republic of South Africa|RSA|Südafrika|Afrique du Sud|Sudáfrica|
Suid-Afrika|Zuid-Afrika
ZM ZMB|Zambia
ZW ZWE|Zimbabwe
""",
    "Central Asia": """
AM ARM|Armenia
AZ AZE|Azerbaijan
GE GEO|Georgia|Georgien
KG KGZ|Kyrgyzstan
KZ KAZ|Kazakhstan|Казахстан|Kasachstan
MN MNG|Mongolia
TJ TJK|Tajikistan
TM TKM|Turkmenistan
UZ UZB|Uzbekistan
""",
    "South Asia": """
AF AFG|Afghanistan
BD BGD|Bangladesh
BT BTN|Bhutan
IN IND|India|Bharat|Indien|Inde|भारत
LK LKA|Sri Lanka
MV MDV|Maldives
NP NPL|Nepal
PK PAK|Pakistan
""",
    "Southeast Asia": """
BN BRN|Brunei|Brunei Darussalam
ID IDN|Indonesia|Indonesien|Indonésie
KH KHM|Cambodia
LA LAO|Laos|Lao People's Democratic Republic
MM MMR|Myanmar|Burma
MY MYS|Malaysia
PH PHL|Philippines|Philipines|The Philippines|Pilipinas|Philippinen|Filipinas
SG SGP|Singapore|Singapur|Singapour
TH THA|Thailand|ประเทศไทย
TL TLS|Timor-Leste|East Timor
VN VNM|Vietnam|Viet Nam|Việt Nam
""",
    "East Asia": """
CN CHN|China|People's Republic of China|PRC|PR China|Mainland China|中国|中國|Chine|Cina
HK HKG|Hong Kong|Hongkong|Hong Kong SAR|香港
JP JPN|Japan|日本|Nippon|Japon|Japón|Giappone
KP PRK|North Korea|N Korea|Korea North|Korea, Democratic People's Republic of|
Democratic People's Republic of Korea|DPRK
KR KOR|South Korea|S Korea|Korea|Republic of Korea|Korea, Republic of|Korea, South|
대한민국|한국|Südkorea|Corée du Sud
MO MAC|Macao|Macau
TW TWN|Taiwan|Taiwan, Province of China|臺灣|台灣|台湾
""",
    "Oceania": """
AU AUS|Australia|Australien|Australie
CK COK|Cook Islands
FJ FJI|Fiji
FM FSM|Micronesia
GU GUM|Guam
KI KIR|Kiribati
MH MHL|Marshall Islands
NC NCL|New Caledonia
NR NRU|Nauru
NZ NZL|New Zealand|Aotearoa|Neuseeland|Nouvelle-Zélande|Nueva Zelanda|Nieuw-Zeeland
PF PYF|French Polynesia
PG PNG|Papua New Guinea
PW PLW|Palau
SB SLB|Solomon Islands
TO TON|Tonga
TV TUV|Tuvalu
VU VUT|Vanuatu
WS WSM|Samoa
""",
}


def _read(line: str) -> tuple[str, tuple[str, ...]]:
    codes, name, *others = line.split("|")
    short, *_ = codes.split()
    texts = (*codes.split(), name, f"{name} ({short})", *others)
    known = {unmarked(t) for t in texts}
    return name, tuple(sorted(known))


_READ: Final = {
    region: dict(_read(line) for line in lines.replace("|\n", "|").split("\n") if line)
    for region, lines in _LINES.items()
}
COUNTRIES: Final = {name: known for of in _READ.values() for name, known in of.items()}
REGIONS: Final = {
    region: tuple(sorted(k for known in of.values() for k in known))
    for region, of in _READ.items()
}
