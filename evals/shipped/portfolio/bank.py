from __future__ import annotations

from evals.shipped.plan import Project, Unit

_PROJECTS = (
    Project(
        "P-009", "credit-personal", "Credit risk scoring for personal loans",
        "Scores the probability that an applicant for a personal loan defaults within twelve months and "
        "supports the lending decision.",
        "EU", "credit", "x2206", "9 7 8 9 9 8", 1650, 83, 420,
        "3800 e", "2950 m loss", platform="own", scaling="impact", risk="high", flags="personal scores",
        affects="customers",
        oversight="Credit officer on duty, who decides every refusal",
        blocker="Approval quality has fallen since the summer; the team waits for a decision on retraining.",
        fixed={"validated_on": "2026-03-18", "fairness_tested_on": "2026-03-20", "dpia_date": "2026-02-26",
               "rights_assessment_date": "2026-03-05", "gate": "G4", "gate_date": "2026-04-09"},
    ),
    Project(
        "P-020", "credit-sme", "Credit risk scoring for small business loans",
        "Scores loan applications of small companies from accounts, payment behaviour and sector outlook.",
        "EU", "credit", "i2303 c2307 p2310 x250317", "8 6 10 8 7 7", 1380, 81, 300,
        "2400 e", "1150 m loss", scaling="horizontal", risk="high", flags="personal scores",
        affects="customers",
        oversight="Relationship manager and credit committee", depends=("credit-personal",),
        fixed={"validated_on": "2025-02-12", "gate": "G3", "gate_date": "2025-03-06"},
    ),
    Project(
        "P-004", "card-fraud", "Card fraud detection",
        "Checks card payments in real time and holds suspicious ones until the customer confirms them.",
        "EU", "fraud", "x2109", "9 8 5 9 7 9", 2200, 80, 650,
        "5200 m", "5050 m loss", platform="own", scaling="impact", risk="limited",
        flags="personal scores alone",
        affects="customers",
        oversight="Fraud operations desk",
    ),
    Project(
        "P-014", "aml", "Anti-money-laundering alert triage",
        "Ranks transaction monitoring alerts so that investigators see the most serious ones first.",
        "UK", "compliance", "i2301 c2304 p2309 x2410", "7 7 9 8 7 7", 1100, 82, 260,
        "1700 e", "1420 m cost", platform="own", scaling="vertical", risk="limited", flags="personal scores",
        affects="customers",
        oversight="Head of Financial Crime Investigations",
    ),
    Project(
        "P-036", "bank-chat", "Customer service chat assistant",
        "Answers everyday questions of bank customers in the app and hands over to an agent when it is not "
        "sure.",
        "UK", "customer service", "i2312 c2404 p2407 x2505", "7 7 6 6 5 7", 940, 78, 330,
        "2100 a", "870 m cost", platform="vendor", vendor="Parlance", scaling="vertical", risk="limited",
        flags="personal gen", affects="customers", oversight="Contact centre team leaders",
    ),
    Project(
        "P-023", "collections", "Collections contact timing",
        "Chooses when and through which channel customers in arrears are contacted.",
        "UK", "collections", "i2305 c2309 p2403 x2506", "6 7 6 5 7 7", 460, 84, 110,
        "900 e", "520 e cost", platform="own", scaling="vertical", risk="high", flags="personal scores",
        affects="customers",
        oversight="Head of Collections",
        fixed={"waiver": "Independent revalidation under clause 4.1 postponed by the Group Chief Risk "
        "Officer",
               "waiver_until": "2026-08-31", "validated_on": "2025-05-14"},
    ),
    Project(
        "P-037", "loan-docs", "Loan document extraction",
        "Reads payslips, bank statements and contracts sent with loan applications and fills in the "
        "application form.",
        "EU", "document processing", "i2401 c2404 p2409 s2510", "7 7 7 6 4 7", 720, 88, 210,
        "1300 e", "390 m cost", platform="own", scaling="horizontal", risk="limited", flags="personal gen",
        affects="customers", oversight="Loan operations clerk",
    ),
    Project(
        "P-057", "bank-churn", "Current account churn prediction",
        "Predicts which current account customers will move their salary to another bank within three "
        "months.",
        "EU", "marketing", "i2410 c2503 p2509", "6 7 7 6 5 7", 380, 86, None,
        "1200 a", platform="own", risk="high", flags="personal scores", affects="customers",
        causes="budget integration plan",
        blocker="Scores are mailed as a monthly file; branch advisers work in the customer system and "
        "never open it.",
    ),
    Project(
        "P-069", "mortgage", "Mortgage affordability pre-check",
        "Gives an early view of the mortgage a household can afford, before the full application.",
        "UK", "credit", "i2507 c2511 p2605", "8 5 12 8 8 6.5", 960, 85, 220,
        "2600 e", risk="high", flags="personal scores", affects="customers", oversight="Mortgage adviser",
        depends=("loan-docs",), causes="gate",
        blocker="The fairness test plan has been returned twice and the impact assessment is not signed.",
        fixed={"fairness_tested_on": "", "rights_assessment_date": "", "dpia_date": ""},
    ),
    Project(
        "P-065", "atlas-segment", "Atlas customer segmentation",
        "Groups bank customers by behaviour and life stage for product teams and branch campaigns.",
        "EU", "marketing", "i2505 c2509 p2601", "5 7 6 5 5 6.5", 340, 95, None,
        "", platform="own", risk="high", flags="personal scores", affects="customers",
        causes="owner budget integration tech",
        blocker="Built because the tool was bought; product teams still use their own segments.",
    ),
    Project(
        "P-079", "call-summary", "Call summary for contact centre agents",
        "Writes a summary of each customer call into the case so that agents save the after-call work.",
        "UK", "customer service", "i2511 c2603 p2607", "6 8 4 5 4 7", 310, 70, 130,
        "1150 e", platform="vendor", vendor="Parlance", scaling="horizontal", risk="limited",
        flags="personal gen", affects="employees", oversight="Agent confirms each summary",
        causes="integration",
        blocker="Summaries must be pasted by hand until the case system is upgraded in spring.",
    ),
    Project(
        "P-042", "branch-cash", "Branch cash demand forecast",
        "Forecasts cash needs of branches and machines to reduce transports.",
        "EU", "forecasting", "i2404 c2408 p2501 e251119", "4 8 6 3 2 8", 210, 88, None,
        "260 e", risk="minimal", affects="nobody", causes="owner budget",
        blocker="Cash logistics was outsourced while the pilot ran, and with it the saving.",
    ),
    Project(
        "P-058", "voice-id", "Voice verification for telephone banking",
        "Verifies callers by voice instead of security questions.",
        "UK", "security", "i2410 c2502 p2506 e260619", "5 5 9 5 8 5", 520, 94, None,
        "600 a", platform="vendor", vendor="Timbre ID", risk="limited", flags="personal special alone",
        affects="customers", causes="data gate plan tech",
        blocker="Imitated voices passed the check in the security test, and consent wording was never "
        "agreed.",
    ),
    Project(
        "P-089", "complaints", "Complaint topic classification",
        "Sorts customer complaints by topic and urgency for the complaints team.",
        "UK", "customer service", "i2601 c2606", "5 8 4 5 3 8", 160, 75, None, "280 e", risk="limited",
        flags="personal", affects="customers",
    ),
    Project(
        "P-085", "merchant-fraud", "Merchant onboarding fraud check",
        "Checks new card merchants against registers, websites and known fraud patterns.",
        "EU", "fraud", "i2512 c2604", "7 6 8 6 5 6", 420, 83, None, "950 e", risk="limited",
        flags="personal", affects="customers", scaling="horizontal", depends=("card-fraud",),
        blocker="Register look-ups cost EUR 2 each and nobody has budgeted for them.",
    ),
    Project(
        "P-102", "overdraft", "Overdraft early support",
        "Recognises customers who are sliding into permanent overdraft and offers them help.",
        "UK", "customer service", "i2603 c2609", "6 6 9 7 7 5", 240, None, None, "", risk="high",
        flags="personal scores ?special", affects="customers",
        blocker="Legal has not decided whether an offer of help counts as advice.",
    ),
    Project(
        "P-103", "climate-loans", "Climate risk scores for corporate loans",
        "Adds flood, heat and transition risk to the rating of corporate borrowers.",
        "EU", "credit", "i2604", "6 4 16 8 4 3", 300, None, None, "", risk="minimal", affects="nobody",
        blocker="Flood and heat data for two thirds of the borrowers' sites are missing.",
    ),
    Project(
        "P-116", "regulatory-reports", "Regulatory report drafting",
        "Drafts the text parts of supervisory reports from figures and last year's report.",
        "EU", "compliance", "i2608", "5 7 5 4 6 -", None, None, None, "300 a", flags="gen", affects="nobody",
    ),
    Project(
        "P-112", "heron", "Heron Direct credit model integration",
        "Plans how the scorecards of Heron Direct would be merged with ours if the acquisition completes.",
        "UK", "credit", "i2607", "7 4 18 9 8 4", 900, 85, None, "2200 a", risk="high",
        flags="personal scores", affects="customers", label="board", depends=("credit-personal",),
    ),
    Project(
        "P-040", "savings-rate", "Savings rate elasticity model",
        "Estimated how deposits react to savings rates; stopped when rates fell and the question went away.",
        "EU", "pricing", "i2402 c2407 e250122", "4 6 7 3 3 6", 130, 90, None, "250 a", platform="own",
        risk="minimal", affects="nobody",
    ),
)  # fmt: skip

UNIT = Unit(
    "Meridian Bank",
    _PROJECTS,
    owners=(
        "Elena Kowalczyk", "Oliver Hargreaves", "Chiara Bianchi", "Samuel Adeyemi", "Nora Lindqvist",
        "Vikram Shah", "Laura Steiner", "Declan Moran",
    ),
    sponsors=("Margarethe Vogel", "Andrew Sinclair", "Beatriz Carvalho"),
    business_owners=("Paul Demirci", "Ingrid Halvorsen", "Simon Atherton", "Katarina Horvat",
    "Louise Marchetti"),
)  # fmt: skip
