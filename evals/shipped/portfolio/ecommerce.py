from __future__ import annotations

from evals.shipped.plan import Project, Unit

_PROJECTS = (
    Project(
        "P-005", "recommendations", "Product recommendations",
        "Chooses the products shown on the home page, product pages and in the newsletter.",
        "EU", "personalisation", "x2110", "8 8 4 8 4 9", 1350, 84, 390,
        "3300 e", "2480 m revenue", platform="own", scaling="impact", risk="limited", flags="personal alone",
        affects="customers",
        blocker="Merchandisers report that new products are hardly ever shown.",
    ),
    Project(
        "P-018", "search-ranking", "Search ranking",
        "Orders search results by relevance, availability and margin.",
        "EU", "personalisation", "i2302 c2305 p2308 x2405", "8 7 6 8 3 8", 920, 80, 260,
        "2000 e", "1870 m revenue", platform="own", scaling="vertical", risk="limited",
        flags="personal alone",
        affects="customers",
    ),
    Project(
        "P-044", "descriptions", "Product description writer",
        "Writes product texts in nine languages from supplier data.",
        "EU", "content", "i2405 c2407 p2409 x2508", "5 8 3 4 4 7", 210, 90, 140,
        "600 a", "180 a cost", platform="vendor", vendor="Verbatim Studio", risk="limited", flags="gen alone",
        affects="customers",
        fixed={"gate": "G1", "gate_date": "2024-06-18", "validated_on": "", "vendor_reviewed_on": "",
               "security_assessed_on": "", "human_oversight": "", "business_owner": ""},
    ),
    Project(
        "P-024", "payment-fraud", "Payment fraud screening",
        "Checks online orders for stolen cards and false addresses before shipping.",
        "US", "fraud", "i2305 c2308 p2310 x2406", "8 7 6 8 6 8", 840, 81, 220,
        "1900 e", "1640 m loss", platform="own", scaling="horizontal", risk="limited",
        flags="personal scores alone",
        affects="customers", oversight="Order review team",
    ),
    Project(
        "P-038", "size-advice", "Size and fit advice",
        "Suggests the size that a customer will most likely keep.",
        "EU", "personalisation", "i2401 c2405 p2409 s2602", "6 7 7 6 3 7", 480, 79, 110,
        "850 e", "230 m cost", scaling="vertical", risk="limited", flags="personal", affects="customers",
    ),
    Project(
        "P-081", "shopping-assistant", "Shopping assistant",
        "Helps customers choose by conversation and puts products in the basket.",
        "UK", "customer service", "i2511 c2603 p2608", "7 5 9 8 6 6.5", 990, 92, None,
        "2700 a", platform="vendor", vendor="Quillworks", risk="limited", flags="personal gen",
        affects="customers",
        causes="budget integration gate tech", depends=("search-ranking",),
        blocker="Launched to five per cent of visitors for the board demonstration, before the approval "
        "was complete.",
    ),
    Project(
        "P-066", "slot-pricing", "Delivery slot pricing",
        "Varies the price of delivery slots by load and location.",
        "UK", "pricing", "i2505 c2510 p2603", "7 6 8 6 6 6.5", 420, 84, None,
        "1050 e", risk="limited", flags="personal alone", affects="customers", depends=("parcel-volume",),
        causes="owner budget",
        blocker="Online and Logistics each expect the other to run it.",
    ),
    Project(
        "P-093", "review-summaries", "Review summaries",
        "Summarises customer reviews into three sentences on the product page.",
        "US", "content", "i2601 c2605 p2610", "4 9 3 3 3 8", 130, 76, 60,
        "180 a", platform="vendor", vendor="Quillworks", risk="limited", flags="gen", affects="customers",
        causes="plan",
        blocker="Nobody has decided what success would look like.",
    ),
    Project(
        "P-052", "basket-abandonment", "Basket abandonment prediction",
        "Predicts which visitors leave a full basket and triggers a reminder.",
        "EU", "marketing", "i2408 c2412 p2505", "5 7 5 4 5 5.5", 270, 88, None,
        "620 a", platform="own", risk="high", flags="personal scores", affects="customers",
        causes="owner data integration plan",
        blocker="Consent for tracking is missing for most visitors since the cookie banner changed.",
    ),
    Project(
        "P-048", "visual-search", "Visual search by photo",
        "Found products similar to a customer's photo.",
        "EU", "personalisation", "i2406 c2410 p2501 e251112", "4 5 9 4 2 5.5", 390, 94, None,
        "500 a", platform="own", risk="minimal", affects="customers", causes="owner budget data tech",
        blocker="Used in 0.4 per cent of sessions.",
    ),
    Project(
        "P-088", "seller-risk", "Marketplace seller risk",
        "Rates new marketplace sellers by risk of fraud and poor service.",
        "US", "fraud", "i2512 c2604", "6 6 8 6 5 6", 310, 82, None, "540 e", risk="limited",
        flags="?personal",
        affects="customers",
        blocker="Court and register data of sellers outside the EU cannot be had.",
    ),
    Project(
        "P-101", "homepage", "Dynamic homepage layout",
        "Arranges homepage blocks for each visit.",
        "EU", "personalisation", "i2603 c2608", "5 6 6 5 3 7", 200, 85, None, "390 a", risk="limited",
        flags="personal", affects="customers", depends=("recommendations",),
    ),
    Project(
        "P-109", "try-on", "Virtual try-on",
        "Shows clothes on a picture of the customer.",
        "US", "personalisation", "i2606", "5 3 18 5 6 2", None, None, None, "", flags="personal ?special gen",
        affects="customers",
        blocker="Pictures of customers may be biometric data; the opinion of counsel is open.",
    ),
    Project(
        "P-119", "query-translation", "Search query translation",
        "Translates search words so that one catalogue serves all languages.",
        "EU", "content", "i2609", "5 8 4 5 2 8", 120, None, None, "260 e", affects="customers",
        depends=("search-ranking",),
    ),
)  # fmt: skip

UNIT = Unit(
    "E-Commerce",
    _PROJECTS,
    owners=(
        "Yasmin Farouk", "Felix Neumann", "Carla Ibanez", "Jonas Ekholm", "Nadia Benali", "Grace Lin",
    ),
    sponsors=("Isabelle Fournier", "Raj Malhotra"),
    business_owners=("Emma Thornton", "Dario Vitale", "Selin Aydin", "Patrick Doyle"),
)  # fmt: skip
