from __future__ import annotations

from evals.shipped.plan import Project, Unit

_PROJECTS = (
    Project(
        "P-019", "claims-triage", "Motor claims triage",
        "Sorts new motor claims into fast track, standard and specialist handling on the day they arrive.",
        "UK", "claims", "i2303 c2306 p2310 x2411", "8 7 7 7 6 7", 870, 80, 210,
        "1900 e", "1240 m cost", scaling="vertical", risk="limited", flags="personal", affects="customers",
        oversight="Claims team leader",
        fixed={"validated_on": "2025-11-05", "gate": "G4", "gate_date": "2025-11-18"},
    ),
    Project(
        "P-007", "motor-pricing", "Motor pricing risk model",
        "Estimates expected claims cost per motor policy as an input to the tariff.",
        "UK", "pricing", "x2203", "9 7 9 9 8 8", 1480, 82, 380,
        "3600 e", "3150 m revenue", scaling="impact", risk="high", flags="personal scores", affects="customers",
        oversight="Chief Actuary",
    ),
    Project(
        "P-012", "claims-fraud", "Claims fraud detection",
        "Flags claims that deserve a second look by an investigator.",
        "EU", "fraud", "i2212 c2305 p2309 x2408", "8 7 8 8 6 7", 990, 79, 240,
        "2300 e", "2080 m loss", scaling="horizontal", risk="limited", flags="personal scores", affects="customers",
        oversight="Special investigations unit",
    ),
    Project(
        "P-027", "claims-docs", "Claims document extraction",
        "Reads invoices, medical letters and repair estimates in claims files and fills in the claim record.",
        "EU", "document processing", "i2306 c2310 p2404 x2507", "7 7 7 6 5 7", 680, 89, 190,
        "1150 e", "760 m cost", platform="own", scaling="horizontal", risk="limited",
        flags="personal special gen", affects="customers", oversight="Claims handler",
    ),
    Project(
        "P-021", "flood", "Home flood exposure score",
        "Gives each insured home a flood exposure from terrain, rivers and past claims.",
        "UK", "pricing", "i2304 c2307 p2310 x2409", "7 6 10 7 6 7", 590, 83, 130,
        "1400 a", "350 m revenue", scaling="vertical", risk="high", flags="personal scores", affects="customers",
        oversight="Head of Home Underwriting",
    ),
    Project(
        "P-059", "motor-churn", "Motor policy churn model",
        "Predicts which motor policyholders will leave at renewal.",
        "UK", "marketing", "i2411 c2504 p2510", "6 7 7 5 6 6.5", 350, 87, None,
        "900 a", platform="own", risk="high", flags="personal scores", affects="customers",
        causes="budget integration gate plan",
        blocker="Pricing and service cannot agree whether a likely leaver gets a discount or a call.",
    ),
    Project(
        "P-063", "damage-photo", "Vehicle damage estimation from photos",
        "Estimates repair cost from photos that customers take with their telephone.",
        "EU", "claims", "i2504 c2510 p2603", "8 5 11 7 5 5", 890, 91, None,
        "2200 e", platform="vendor", vendor="Karosa Vision", risk="limited", flags="personal", affects="customers",
        causes="budget data tech", oversight="Motor engineer",
        blocker="Repair invoices are stored as scans without vehicle codes, so estimates cannot be checked against real cost.",
    ),
    Project(
        "P-097", "claims-letters", "Claims letter drafting",
        "Drafts letters to claimants in plain language for the handler to check and send.",
        "UK", "claims", "i2602 c2604 p2608", "5 8 4 4 4 8", 240, 68, 90,
        "480 e", platform="shared", risk="limited", flags="personal gen", affects="customers",
        oversight="Claims handler", causes="integration",
        blocker="Waiting for the letter template service to accept drafts.",
    ),
    Project(
        "P-068", "health-underwriting", "Health underwriting support",
        "Summarises medical questionnaires and proposes a risk group for individual health policies.",
        "US", "underwriting", "i2506 c2512 p2604", "8 4 14 7 9 4.5", 1150, 88, None,
        "2400 a", risk="high", flags="personal special scores gen", affects="customers",
        causes="owner budget data gate plan",
        blocker="Medical data sits with two administrators; neither has signed the data agreement.",
        fixed={"human_oversight": "", "dpia_date": "", "fairness_tested_on": ""},
    ),
    Project(
        "P-051", "telematics", "Young driver telematics coaching",
        "Gave young drivers feedback on braking and speed from a telephone app.",
        "UK", "customer service", "i2407 c2411 p2503 e260219", "5 6 9 5 6 5", 410, 90, None,
        "700 a", platform="vendor", vendor="Roadwise", risk="high", flags="personal scores", affects="customers",
        causes="owner data plan tech",
        blocker="Only 6 per cent of invited drivers kept the app for more than a month.",
    ),
    Project(
        "P-031", "subrogation", "Subrogation opportunity finder",
        "Finds paid claims where another party could be asked to reimburse us.",
        "EU", "claims", "i2309 c2401 p2405", "6 7 7 5 3 7", 330, 86, None,
        "820 e", "140 e cost", risk="minimal", affects="nobody", causes="budget plan",
        blocker="Recovered amounts go to another cost centre, so claims managers see no benefit.",
    ),
    Project(
        "P-082", "claims-calls", "Claims call routing",
        "Routes callers to the right claims team from what they say first.",
        "EU", "customer service", "i2512 c2605", "5 7 6 4 4 6", 190, 80, None, "360 e", platform="vendor",
        vendor="Parlance", risk="limited", flags="personal", affects="customers",
    ),
    Project(
        "P-092", "reserves", "Reserve adequacy early warning",
        "Warns actuaries when open claims develop worse than reserved.",
        "UK", "finance", "i2601 c2607", "7 6 9 7 4 6", 260, 81, None, "", risk="minimal", affects="nobody",
    ),
    Project(
        "P-106", "broker-assistant", "Broker question assistant",
        "Answers brokers' questions on cover and conditions from the product documents.",
        "UK", "sales", "i2606", "5 7 6 5 4 6", 140, None, None, "300 a", flags="gen", affects="customers",
    ),
    Project(
        "P-115", "travel-claims", "Travel claim straight-through payment",
        "Pays small travel claims without a handler when documents are complete.",
        "EU", "claims", "i2607", "6 6 8 5 7 5", 280, None, None, "650 a", risk="high",
        flags="personal scores alone", affects="customers", depends=("claims-docs",),
    ),
    Project(
        "P-003", "household-lapse", "Household lapse scorecard",
        "Scored household policies by probability of lapse; replaced by simple renewal rules.",
        "EU", "marketing", "x2108 r241205", "3 8 4 2 4 7", 120, 88, None, "250 e", platform="own", risk="high",
        flags="personal scores", affects="customers",
    ),
)  # fmt: skip

UNIT = Unit(
    "Insurance",
    _PROJECTS,
    owners=(
        "Giulia Ferrante", "Peter Lawson", "Annika Bergstrom", "Rohan Mehta", "Catherine Dubois", "Stefan Wirth",
        "Aoife Brennan",
    ),
    sponsors=("Harriet Collingwood", "Bruno Castellani"),
    business_owners=("Nigel Thorpe", "Monika Bauer", "Diane Whitaker", "Luca Moretti"),
)  # fmt: skip
