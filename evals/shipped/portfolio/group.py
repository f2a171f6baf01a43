from __future__ import annotations

from evals.shipped.plan import Project, Unit

_PROJECTS = (
    Project(
        "P-028", "group-platform", "Group AI platform",
        "Common data store, model registry, deployment and monitoring for the models of all units.",
        "EU", "platform", "i2306 c2311 p2407 s2509", "8 6 18 9 4 6", 6000, 90, 1800,
        "7500 a", "1300 e cost", scaling="horizontal", risk="minimal", affects="employees",
        blocker="Most long-standing models still run on the servers of their units; nobody was given time "
        "or help to move them.",
    ),
    Project(
        "P-073", "till-data", "Common product and stock data",
        "One product code and one stock message for all till and warehouse systems, as the base for store "
        "models.",
        "UK", "data", "i2508 c2603", "7 5 15 8 3 4", 2400, 93, None,
        "", risk="minimal", affects="nobody", depends=("group-platform",),
        blocker="The oldest till system can export stock only at night.",
    ),
    Project(
        "P-049", "invoice-matching", "Invoice matching for suppliers",
        "Matches supplier invoices with orders and receipts and books the clear ones.",
        "EU", "finance", "i2407 c2409 p2412 x2511", "7 9 5 6 3 9", 480, 75, 150,
        "1050 e", "890 m cost", scaling="horizontal", risk="minimal", flags="alone", affects="nobody",
        oversight="Accounts payable supervisor",
    ),
    Project(
        "P-026", "ticket-routing", "IT ticket routing",
        "Sends IT tickets to the right team and suggests known solutions.",
        "EU", "employee support", "i2305 c2308 p2310 x2407", "5 9 3 4 2 8", 220, 74, 60,
        "380 e", "350 m cost", scaling="horizontal", risk="minimal", affects="employees",
    ),
    Project(
        "P-074", "contract-review", "Contract clause review",
        "Compares supplier contracts with the group's standard clauses and marks deviations.",
        "EU", "legal", "i2509 c2601 p2604", "6 7 6 5 4 6", 340, 82, 110,
        "620 e", platform="vendor", vendor="Lexwell", risk="limited", flags="gen", affects="nobody",
        oversight="Legal counsel", causes="integration plan",
        blocker="Lawyers upload contracts one by one; the contract archive has no connection.",
    ),
    Project(
        "P-077", "cv-screening", "CV screening for volume hiring",
        "Ranks applications for store and depot jobs by fit with the job description.",
        "US", "recruiting", "i2510 c2602 p2607", "6 6 6 5 9 6", 390, 90, None,
        "700 a", platform="vendor", vendor="Talentscope", risk="high", flags="personal scores ?special alone",
        affects="applicants", causes="owner budget gate plan tech",
        blocker="The bias audit that New York City requires has not been ordered.",
        fixed={"fairness_tested_on": "", "dpia_date": "", "human_oversight": ""},
    ),
    Project(
        "P-075", "plant-data", "Plant sensor data collection",
        "Collects machine and sensor data of all plants in one place with common names.",
        "EU", "data", "i2509 c2604", "6 6 12 7 2 5", 1600, 95, None,
        "", risk="minimal", affects="nobody", depends=("group-platform",),
        blocker="Two plants have no network connection on the shop floor.",
    ),
    Project(
        "P-100", "target-screening", "Target screening for acquisitions",
        "Screens companies as acquisition targets from filings, news and market data.",
        "EU", "strategy", "i2602 c2606", "7 6 8 8 7 5", 380, 84, None, "", platform="own", risk="minimal",
        flags="gen", affects="nobody", label="board",
    ),
    Project(
        "P-095", "workforce-closures", "Workforce planning for branch and office closures",
        "Estimates which jobs fall away when branches and offices are merged, and which could be refilled "
        "by reskilling.",
        "EU", "workforce", "i2601 c2607", "7 5 12 7 9 6", 520, 89, None, "4200 a", platform="own",
        risk="high",
        flags="personal scores", affects="employees", label="people",
    ),
    Project(
        "P-107", "expense-anomaly", "Expense claim anomaly detection",
        "Finds expense claims that break travel rules or look like duplicates.",
        "EU", "finance", "i2606", "4 8 4 3 5 8", 90, None, None, "150 e", flags="personal ?scores",
        affects="employees", depends=("invoice-matching",),
    ),
    Project(
        "P-114", "skills-profile", "Skills profile and learning suggestions",
        "Suggests courses and internal jobs from a person's skills and interests.",
        "EU", "learning", "i2607", "6 6 9 7 6 5", 330, None, None, "", flags="personal ?scores gen",
        affects="employees",
        blocker="The works council wants to see first who can read a profile.",
    ),
    Project(
        "P-006", "print-demand", "Print room demand forecast",
        "Forecast paper and toner needs of the print rooms, which have been closed.",
        "EU", "forecasting", "x2202 r2411", "2 9 2 1 1 8", 60, 90, None, "40 e", platform="own",
        risk="minimal",
        affects="nobody",
    ),
)  # fmt: skip

UNIT = Unit(
    "Group Services",
    _PROJECTS,
    owners=("Eleni Papadakis", "Benedikt Sauer", "Francesca Rinaldi", "Thomas Okonkwo", "Marta Soares"),
    sponsors=("Claudia Hartmann", "James Whitfield"),
    business_owners=("Annelies Peeters", "Victor Lundgren", "Ruth Goldstein"),
)  # fmt: skip
