from __future__ import annotations

from evals.shipped.plan import Project, Unit

_PROJECTS = (
    Project(
        "P-025", "rebalancing", "Portfolio rebalancing alerts",
        "Tells advisers which client portfolios have moved away from the agreed risk profile.",
        "UK", "advice", "i2305 c2308 p2310 x2410", "7 7 7 7 6 7", 520, 80, 130,
        "880 e", "690 m revenue", platform="own", scaling="vertical", risk="limited", flags="personal",
        affects="customers",
        oversight="Client adviser",
    ),
    Project(
        "P-072", "meeting-prep", "Adviser meeting preparation",
        "Prepares a two-page brief before each client meeting from holdings, letters and market notes.",
        "UK", "advice", "i2508 c2601 p2606", "6 8 5 6 4 7", 290, 75, 100,
        "540 e", platform="shared", risk="limited", flags="personal gen", affects="customers",
        oversight="Client adviser", causes="budget plan",
        blocker="Advisers in Edinburgh use it daily, those in London have not been trained.",
    ),
    Project(
        "P-076", "suitability", "Client suitability check",
        "Checks recommended products against the client's profile and flags doubtful ones.",
        "US", "compliance", "i2509 c2602 p2607", "7 5 11 7 8 5", 560, 87, None,
        "", risk="high", flags="personal scores", affects="customers", causes="owner budget data gate",
        blocker="Client profiles older than two years are on paper in three offices.",
        fixed={"fairness_tested_on": "", "dpia_date": ""},
    ),
    Project(
        "P-091", "dormant", "Dormant client reactivation",
        "Suggests which dormant clients an adviser should call and about what.",
        "UK", "sales", "i2601 c2606", "5 7 6 4 5 6", 150, 80, None, "320 a", risk="high",
        flags="personal scores",
        affects="customers",
        blocker="Consent to be called is missing for half of the dormant clients.",
    ),
    Project(
        "P-084", "fund-research", "Fund research summaries",
        "Summarises fund reports and analyst notes for the investment committee.",
        "UK", "research", "i2512 c2605", "5 8 4 5 4 8", 180, 72, None, "210 e", platform="vendor",
        vendor="Verbatim Studio", risk="limited", flags="gen", affects="nobody",
    ),
    Project(
        "P-113", "inheritance", "Inheritance planning assistant",
        "Drafts inheritance scenarios for advisers to discuss with families.",
        "UK", "advice", "i2607", "6 5 12 6 7 4", 240, None, None, "", flags="personal gen ?special",
        affects="customers",
    ),
    Project(
        "P-118", "private-markets", "Private market valuation",
        "Estimates the value of private holdings between official valuations.",
        "US", "research", "i2609", "6 4 14 6 5 -", None, None, None, "400 a", affects="nobody",
    ),
    Project(
        "P-002", "robo-questionnaire", "Robo-adviser questionnaire scoring",
        "Scored the online risk questionnaire; retired together with the robo-adviser.",
        "UK", "advice", "x2106 r250612", "3 8 4 2 6 8", 170, 86, None, "350 e", platform="vendor",
        vendor="Steadyhand", risk="high", flags="personal scores", affects="customers",
    ),
)  # fmt: skip

UNIT = Unit(
    "Wealth",
    _PROJECTS,
    owners=("Charlotte Everard", "Adrian Kessler", "Meera Nair", "William Stroud"),
    sponsors=("Philippa Langley",),
    business_owners=("Hugo Sandringham", "Olivia Trent", "Jennifer Castellano"),
)  # fmt: skip
