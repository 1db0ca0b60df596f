"""Words of job titles, in the languages that leads write them in.

Order matters: the first name whose words are found wins, so "assistant to the director"
is an assistant and "vice president" is not a president. What would be taken for more
than it is ("product owner", "chief of staff") stands before what it is taken for.

The levels: ``chief`` answers for the whole firm, ``director`` for a department,
``manager`` for a team, a product or a project, ``specialist`` for work of their own.
"""

from __future__ import annotations

from typing import Final

from ..letters import either, stems

_DEPUTIES: Final = "(^|[^a-z0-9])(assistant|asst\\.?|deputy|associate) "
_OF_A_SHOP: Final = (
    "((general|regional|sales|store|shop|branch|marketing|account|brand|product|project"
    "|office|finance|hr|operations|it|restaurant|managing|technical|creative|art) )?"
)
_OWNED: Final = (
    "(product|process|system|systems|service|data|asset|application|app|platform|account"
    "|deal|risk|control|business process|feature|epic|budget|content|case|backlog)"
)

SENIORITY: Final = (
    (
        "director",
        either(
            "(director|head|dean|manager) (of|for) (the )?student",
            f"{_DEPUTIES}{_OF_A_SHOP}director",
        ),
    ),
    ("manager", f"{_DEPUTIES}{_OF_A_SHOP}(manager|mgr)"),
    ("vice president", stems("assistant vice president", "avp$")),
    ("specialist", stems("assistant professor", "associate professor")),
    (
        "student",
        either(
            stems(
                "student$", "studentin", "werkstudent", "intern$", "praktikant",
                "trainee", "stagiaire", "étudiant", "apprenti$", "apprentie$",
                "apprentice", "alternant", "auszubildend", "azubi", "lehrling",
                "volontär", "becari", "estudiant", "practicante", "aprendiz",
                "estudante", "estagiári", "stagista", "studente", "studentessa",
                "tirocinan", "stagiair$", "leerling", "stażyst", "praktykant",
                "studerende", "doktorand", "phd candidate", "opiskelija",
                "harjoittelija", "pupil$", "undergraduate", "studium$", "dual student",
                "dualer student", "stajyer", "студент", "стажер",
            ),
            "(^|[^a-z0-9])internship[^a-z0-9]*$",
        ),
    ),
    (
        "chief",
        stems(
            "secretary general", "general secretary", "secretary-general",
            "secrétaire général", "generalsekretär", "segretario generale",
            "secretario general", "secretária geral", "secretário geral",
        ),
    ),
    (
        "assistant",
        stems(
            "assistan", "asst$", "assistent", "*assistent", "*assistenz", "asistent",
            "asystent", "secretar", "secrétaire", "segretari", "sekret", "*sekretär",
            "pa to", "ea to", "receptionist", "réceptionniste", "recepcionist",
            "sihteeri", "assistante", "avustaja", "auxiliar", "секретарь", "秘书",
            "秘書",
        ),
    ),
    ("chief", "(and|[&,/+-]) *chief [a-z ]+ officer"),  # who is a vice president too
    (
        "vice president",
        stems(
            "vice president", "vice-president", "vicepresident", "vicepräsident",
            "vizepräsident", "wiceprezes", "vp$", "svp$", "evp$", "rvp$", "gvp$",
            "v.p$", "vps$", "vice pres$", "副总经理", "副社長", "副总裁",
            "genel müdür yardimc", "заместитель генерального",
        ),
    ),
    ("specialist", f"(^|[^a-z0-9]){_OWNED} owner"),
    (
        "director",
        stems(
            "chief of staff", "chief accountant", "chief engineer", "chief architect",
            "chief nurs", "chief buyer", "chief scientist", "general manager",
            "office of the ceo", "executive director", "gen. manager", "gen manager",
            "gen. mgr", "gen mgr", "исполнительный директор",
        ),
    ),
    (
        "chief",
        either(
            stems(
                "chief", "ceo$", "cto$", "cfo$", "cio$", "cmo$", "coo$", "cro$",
                "ciso$", "cso$", "cpo$", "chro$", "cdo$", "cco$", "cxo$", "c-level",
                "c.e.o", "c.f.o", "c.t.o", "c.o.o", "founder", "co-founder",
                "cofounder", "fondateur", "fondatrice", "cofondat", "co-fondat",
                "fondatore", "fundador", "cofundador", "gründer", "*gründer$",
                "*gründerin", "oprichter", "medeoprichter", "grundare", "medgrundare",
                "grundlægger", "założyciel", "współzałożyciel", "perustaja", "owner",
                "co-owner", "inhaber", "*inhaber$", "*inhaberin", "eigenaar",
                "eigenaresse", "mede-eigenaar", "propriétaire", "proprietári",
                "propietari", "dueñ", "titolare", "właściciel", "ägare", "indehaver",
                "omistaja", "president$", "président$", "présidente$", "presidenta$",
                "präsident$", "präsidentin", "prezes", "managing director",
                "managing partner", "founding partner", "general partner",
                "geschäftsführ", "geschäftsleit", "geschäftsinhaber", "gesellschafter",
                "vorstand", "firmenchef", "unternehmer", "directeur général",
                "directrice générale", "directeur exécutif", "pdg$", "p.d.g", "gérant$",
                "gérante$", "co-gérant", "dirigeant", "chef d'entreprise",
                "cheffe d'entreprise", "chairman", "chairwoman", "chairperson",
                "vice chairman", "board member", "member of the board",
                "board director",
                "board of directors", "director ejecutivo", "directora ejecutiva",
            ),
            stems(
                "director general", "directora general", "gerente general",
                "consejero delegado", "consejera delegada", "administrador único",
                "administradora única", "empresári", "direttore generale",
                "direttrice generale", "amministratore delegato",
                "amministratrice delegata", "amministratore unico", "imprenditor",
                "diretor geral", "diretora geral", "diretor executivo", "sócio-gerente",
                "sócio gerente", "sócio administrador", "algemeen directeur",
                "zaakvoerder", "bestuurder", "ondernemer", "dga$",
                "verkställande direktör", "vd$", "adm. dir", "adm dir",
                "administrerende", "daglig leder", "toimitusjohtaja", "yrittäjä",
                "dyrektor generalny", "dyrektor zarządzający", "członek zarządu",
                "przedsiębiorc", "self-employed", "self employed", "sole trader",
                "selbständig", "selbstständig", "freiberuf", "autónom",
                "sócio-administrador", "socio amministratore", "socia amministratrice",
            ),
            stems(
                "jednatel", "majitel", "generální ředitel", "výkonný ředitel",
                "předseda představenstva", "ügyvezető", "vezérigazgató", "tulajdonos",
                "genel müdür", "kurucu", "şirket sahibi", "yönetim kurulu",
                "генеральный директор", "основатель", "владелец", "собственник",
                "президент", "总经理", "總經理", "董事长", "董事長", "首席", "创始人",
                "总裁", "代表取締役", "社長", "创办人",
            ),
            "^(md|gf|dg|boss|chef|(senior |equity )?partner)[^a-z0-9]*$",
        ),
    ),
    (
        "manager",  # before the other leaders: of a team or a project, not a department
        stems(
            "teamleit", "team-leit", "projektleit", "projekt-leit", "gruppenleit",
            "schichtleit", "filialleit", "marktleit", "bauleit", "objektleit",
            "stationsleit", "*projektleiter", "teamlead", "team lead", "tech lead",
            "technical lead",
        ),
    ),
    (
        "director",
        either(
            stems(
                "director", "directora", "head$", "heads$", "dir$", "direktor",
                "*direktor$", "*direktorin", "direktion", "direktør", "*direktør",
                "direktör", "*direktör", "directeur", "directrice", "direttor",
                "direttric", "diretor", "dyrektor", "*johtaja", "leiter", "leitung",
                "*leiter$", "*leiterin", "*leitung", "leitend", "bereichsleit",
                "abteilungsleit", "prokurist", "hoofd", "afdelingshoofd", "dean$",
                "dsi$", "drh$", "daf$", "subdirector", "subdiretor", "vicedirett",
                "ředitel", "*igazgató", "директор", "руководитель", "начальник", "部長",
                "部长", "总监", "總監",
            ),
            "[a-z-](chef|sjef)([^a-z0-9]|$)",  # of a Nordic department, not a cook
        ),
    ),
    (
        "specialist",
        either(
            "lead gen.*(specialist|executive|represent|associate|consult|agent"
            "|analyst)",
            "principal ([a-z]+ )?(engineer|develop|architect|scientist|consult|analyst"
            "|designer|research)",
        ),
    ),
    (
        "manager",
        stems(
            "manager", "*manager$", "*managerin", "mgr$", "managing", "lead$",
            "supervis", "superviseu", "gerente", "chef de", "cheffe de", "chef d'",
            "responsable", "responsabile", "jefe", "jefa", "responsável", "coordinador",
            "coordenador", "coordinatore", "coordinatric", "coordinateur",
            "coordinatrice", "coordonnat", "kierowni", "menedżer", "menadżer",
            "*ledare", "leder$", "*leder$", "*leider$", "leidinggevende", "*päällikkö",
            "foreman", "vorarbeiter", "meister$", "*verantwortlich", "verantwortlich",
            "encargad", "encarregad", "gestor", "capo", "superintendent", "principal$",
            "controller", "raf$", "rrh$", "vedoucí", "müdür", "менеджер", "课长",
            "課長",
            "经理", "經理", "マネージャー",
        ),
    ),
    (
        "specialist",
        either(
            stems(
                "engineer", "developer", "analyst", "*analyst", "specialist", "consult",
                "architect", "scientist", "administrator", "admin$", "designer",
                "buyer", "accountant", "bookkeeper", "auditor", "executive$",
                "representative", "rep$", "associate", "officer$", "advisor", "adviser",
                "agent$", "technician", "programmer", "coordinator", "planner",
                "strategist", "writer", "copywriter", "editor", "recruiter",
                "researcher", "tester", "operator", "clerk", "broker", "nurse",
                "teacher", "lecturer", "professor", "lawyer", "attorney", "counsel",
                "scrum master", "product owner", "business partner", "sdr$", "bdr$",
                "dba$", "evangelist", "producer", "generalist", "*administrator",
            ),
            stems(
                "ingenieur", "ingénieur", "*ingenieur", "entwickl", "*entwickler",
                "berater", "*berater", "sachbearbeit", "referent", "*referent",
                "mitarbeit", "*mitarbeiter", "kaufmann", "kauffrau", "*kaufmann",
                "*kauffrau", "buchhalter", "*buchhalter", "techniker", "*techniker",
                "verkäufer", "*verkäufer", "einkäufer", "*einkäufer", "vertreter",
                "*vertreter$", "fachkraft", "*fachkraft", "spezialist", "architekt",
                "*beauftragt", "koordinator", "disponent", "programmier", "redakteur",
                "ingeniero", "ingeniera", "analista", "analyste", "spécialiste",
                "especialista", "specialista", "chargé", "conseill", "technicien",
                "développeu", "architecte", "acheteu", "comptable", "vendeu", "rédact",
                "concepteur", "administrat", "juriste", "técnic", "desarrollador",
                "contable", "vendedor", "comprador", "asesor", "abogad", "arquitect",
                "consulente", "tecnico", "tecnica", "sviluppator", "ingegner",
                "impiegat", "contabil", "venditor", "addett", "desenvolvedor",
                "engenheir", "contador", "consultor", "medewerker", "*medewerker",
                "adviseur", "ontwikkelaar", "verkoper", "inkoper", "beheerder",
                "boekhoud", "*boekhouder", "*beheerder", "technico-commercial",
                "attaché",
                "ejecutiv", "executiv",
            ),
            stems(
                "konsult", "konsulent", "*konsulent", "rådgiver", "rådgivare",
                "utveckl", "*utvecklare", "utvikler", "udvikler", "ingeniør",
                "ingenjör", "säljare", "sælger", "selger", "medarbejder",
                "*medarbejder", "medarbetare", "handläggare", "asiantuntija",
                "*asiantuntija", "kehittäjä", "insinööri", "specjalist", "inżynier",
                "programist", "księgow", "handlow", "doradc", "analityk", "uzman",
                "mühendis", "специалист", "инженер", "бухгалтер", "аналитик",
                "программист", "工程师", "エンジニア",
            ),
            "^commerciale?[^a-z0-9]*$",
        ),
    ),
)  # fmt: skip
