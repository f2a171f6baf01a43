from __future__ import annotations

from evals.shipped.plan import Project, Unit

_PROJECTS = (
    Project(
        "P-013", "replenishment", "Store shelf replenishment forecast",
        "Forecasts sales per store, product and day and proposes the replenishment order that store "
        "managers confirm.",
        "UK", "inventory", "i2212 c2303 p2308 x2406", "8 8 6 8 2 8", 1200, 74, 310,
        "2600 e", "2150 m cost", scaling="horizontal", risk="minimal", affects="nobody",
        depends=("store-demand",),
    ),
    Project(
        "P-008", "store-demand", "Store demand forecast",
        "Predicts weekly demand by store and product group for buying and labour planning in 412 stores.",
        "UK", "forecasting", "x2205", "7 9 4 7 2 9", 780, 80, 240,
        "1500 e", "1380 m cost", platform="own", scaling="impact", risk="minimal", affects="nobody",
    ),
    Project(
        "P-034", "customer-value", "Customer value scoring for promotions",
        "Scores each loyalty member by expected yearly value and decides which members receive personal "
        "promotions.",
        "UK", "marketing", "i2311 c2402 p2406 x250203", "7 7 8 6 6 7", 540, 88, 120,
        "1900 a", "640 m revenue", platform="own", scaling="vertical", risk="limited",
        flags="personal scores alone", affects="customers",
        fixed={"fairness_tested_on": "", "validated_on": "2025-01-21", "dpia_date": "2024-05-30",
               "gate": "G3", "gate_date": "2025-01-30"},
    ),
    Project(
        "P-017", "markdown", "Markdown optimisation for fresh food",
        "Suggests the evening price reduction for each fresh product so that less food is thrown away.",
        "EU", "pricing", "i2302 c2306 p2310 x2409", "6 7 5 6 3 8", 620, 76, 150,
        "1100 e", "980 m cost", platform="own", scaling="horizontal", risk="minimal", affects="nobody",
        oversight="Store duty manager",
    ),
    Project(
        "P-039", "footfall", "Store staffing by footfall forecast",
        "Forecasts visitors per hour from door counters and tills and proposes the number of colleagues on "
        "the shop floor.",
        "EU", "workforce", "i2402 c2405 p2408 s2511", "6 7 7 6 5 7", 690, 79, 140,
        "1250 e", "310 m cost", scaling="horizontal", risk="limited", affects="employees",
        oversight="Store manager, who sets the final rota",
        blocker="Works council in the Netherlands has asked for a second consultation before the next 60 "
        "stores.",
    ),
    Project(
        "P-060", "inventory-500", "Inventory optimisation for stores",
        "Sets order quantities and safety stock per product. It runs in five modern pilot stores and is "
        "planned for all 500 stores.",
        "UK", "inventory", "i2501 c2505 p2511", "9 6 9 9 3 2.5", 1850, 91, None,
        "6400 a", scaling="horizontal", risk="minimal", affects="nobody",
        depends=("store-demand", "till-data"), causes="data budget integration tech",
        blocker="Outside the five pilot stores, stock counts arrive by spreadsheet, product codes differ "
        "between four till systems and a third of the stores have no delivery timestamps.",
        fixed={"data_readiness_low": "2", "data_readiness_high": "3"},
    ),
    Project(
        "P-050", "loyalty-churn", "Loyalty member churn early warning",
        "Scores loyalty members who are likely to stop shopping with us within eight weeks.",
        "UK", "marketing", "i2407 c2411 p2504", "6 7 7 5 5 6.5", 320, 85, None,
        "850 a", platform="own", scaling="vertical", risk="high", flags="personal scores",
        affects="customers",
        causes="owner budget plan",
        blocker="Marketing liked the list of names but nobody has said who would act on it or pay for it.",
    ),
    Project(
        "P-062", "shelf-camera", "Shelf gap detection by camera",
        "Finds empty shelf places from ceiling cameras and sends a task to the handheld of the nearest "
        "colleague.",
        "EU", "store operations", "i2503 c2508 p2602", "6 5 12 5 4 5.5", 740, 93, None,
        "", platform="vendor", vendor="Shelfsight", risk="limited", flags="?personal", affects="employees",
        causes="owner budget data plan tech",
        blocker="Three camera types in eleven stores give different picture quality, and faces are not yet "
        "masked in two of them.",
    ),
    Project(
        "P-054", "self-checkout", "Self-checkout loss detection",
        "Recognises items that were not scanned at self-checkout and asks the customer to check the basket.",
        "UK", "loss prevention", "i2408 c2412 p2507", "7 6 9 6 6 6", 880, 87, 190,
        "1600 e", platform="vendor", vendor="Tillguard", risk="limited", flags="personal ?special alone",
        affects="customers", causes="integration gate",
        blocker="Alerts are shown on a separate tablet because the till supplier has not opened its "
        "interface.",
    ),
    Project(
        "P-045", "planogram", "Planogram compliance from shelf photos",
        "Compares photos taken by field staff with the planned shelf layout and lists deviations.",
        "EU", "store operations", "i2405 c2408 p2412 e250918", "4 6 8 3 2 5", 260, 90, None,
        "400 a", platform="own", risk="minimal", affects="nobody", causes="owner data plan tech",
        blocker="Layouts were updated weekly, the photo archive monthly.",
    ),
    Project(
        "P-078", "store-assistant", "Store colleague knowledge assistant",
        "Answers questions of store colleagues on procedures, product care and returns from the operations "
        "handbook.",
        "UK", "employee support", "i2510 c2602 p2606", "5 8 5 5 3 7", 280, 72, None,
        "350 e", platform="vendor", vendor="Quillworks", scaling="horizontal", risk="limited", flags="gen",
        affects="employees", causes="budget plan",
        blocker="Licences for 9,000 colleagues are in nobody's budget for next year.",
    ),
    Project(
        "P-047", "refrigeration", "Store refrigeration energy control",
        "Adjusts cooling set points by weather, door openings and stock level to save electricity.",
        "EU", "energy", "i2406 c2410 p2505 e260416", "5 6 10 5 4 5", 430, 92, None,
        "700 e", platform="own", risk="minimal", affects="nobody", causes="budget data integration tech",
        blocker="Controllers in older stores cannot be reached from outside the store network.",
    ),
    Project(
        "P-083", "everyday-price", "Everyday price optimisation",
        "Recommends regular shelf prices by region from elasticity and competitor prices.",
        "UK", "pricing", "i2512 c2605", "8 5 10 8 6 6", 650, 84, None,
        "2800 a", risk="minimal", affects="customers",
        blocker="Competitor prices arrive once a week, too late for daily offers.",
    ),
    Project(
        "P-099", "recipes", "Recipe and basket suggestions in the app",
        "Suggests recipes and missing ingredients in the loyalty app from the basket and the season.",
        "EU", "marketing", "i2602 c2608", "5 7 6 4 2 7", 180, 78, None,
        "300 a", risk="limited", flags="personal gen", affects="customers",
    ),
    Project(
        "P-108", "site-selection", "New store site selection",
        "Estimates first-year sales of candidate sites from catchment, traffic and competitor data.",
        "UK", "planning", "i2606", "6 6 9 6 3 6", 150, None, None, "500 a", risk="minimal", affects="nobody",
    ),
    Project(
        "P-111", "bakery-waste", "Bakery waste forecast",
        "Forecasts how many loaves and pastries each store should bake per hour.",
        "EU", "forecasting", "i2607", "5 8 4 4 2 8", 110, None, None, "420 e", affects="nobody",
        depends=("store-demand",),
    ),
    Project(
        "P-120", "return-fraud", "Return fraud alerts at the service desk",
        "Warns service desk colleagues about return patterns that suggest fraud.",
        "UK", "fraud", "i2609", "5 6 8 4 6 -", None, None, None, "", flags="personal ?scores",
        affects="customers",
        blocker="Return desks do not record who returned what.",
    ),
    Project(
        "P-001", "coupons", "Printed coupon targeting",
        "Chose which paper coupons were mailed to which household; replaced by promotions in the app.",
        "UK", "marketing", "x2104 r250313", "3 8 3 2 4 7", 140, 85, None, "300 e", platform="own",
        risk="high", flags="personal scores", affects="customers",
    ),
)  # fmt: skip

UNIT = Unit(
    "Retail Stores",
    _PROJECTS,
    owners=(
        "Hannah Whitcombe", "Tomasz Zielinski", "Priya Raman", "Callum Fraser", "Lotte de Vries",
        "Ewa Nowicka",
        "Marcus Bell",
    ),
    sponsors=("Fiona Abernethy", "Joris van Dam"),
    business_owners=("Gareth Pugh", "Sanne Mulder", "Rachel Okafor", "Dennis Kuiper"),
)  # fmt: skip
