from __future__ import annotations

from evals.shipped.plan import Project, Unit

_PROJECTS = (
    Project(
        "P-030", "press-maintenance", "Predictive maintenance for press lines",
        "Predicts failures of stamping presses 48 hours ahead and recommends an inspection to the "
        "maintenance teams of four plants.",
        "EU", "maintenance", "i2309 c2402 p2408 x260316", "8 7 8 9 4 7", 1750, 92, 280,
        "3100 e", "420 m cost", platform="own", scaling="horizontal", risk="minimal", affects="employees",
        oversight="Shift maintenance lead",
        blocker="Maintenance crews do not act on most recommendations: they fear for their jobs, see no "
        "reason given for an alert, and their bonus pays for planned work orders only.",
        fixed={"adoption_plan": "no", "integration": "done"},
    ),
    Project(
        "P-015", "panel-inspection", "Visual inspection of painted panels",
        "Finds scratches, runs and dust in painted panels with cameras at the end of the line.",
        "EU", "quality", "i2301 c2305 p2310 x2407", "8 8 6 7 3 8", 1120, 77, 230,
        "1850 e", "1760 m cost", platform="own", scaling="vertical", risk="minimal", affects="nobody",
        oversight="Quality inspector",
    ),
    Project(
        "P-016", "furnace", "Furnace energy optimisation",
        "Recommends furnace temperatures and loading to lower gas use per tonne.",
        "EU", "energy", "i2302 c2306 p2310 x2412", "7 7 7 8 4 7", 830, 81, 160,
        "1500 e", "1190 m cost", platform="own", scaling="vertical", risk="minimal", affects="nobody",
        oversight="Furnace operator",
    ),
    Project(
        "P-011", "spare-parts", "Spare parts demand forecast",
        "Forecasts demand for spare parts by plant so that slow parts are not overstocked.",
        "US", "inventory", "x2211", "6 8 5 6 2 8", 460, 79, 90,
        "700 e", "640 m cost", platform="own", scaling="horizontal", risk="minimal", affects="nobody",
    ),
    Project(
        "P-032", "supplier-delay", "Supplier delivery delay prediction",
        "Warns buyers about purchase orders that will arrive late.",
        "EU", "supply chain", "i2310 c2403 p2407 s2509", "7 7 6 7 2 7", 560, 80, 120,
        "980 e", "270 e cost", scaling="horizontal", risk="minimal", affects="nobody",
    ),
    Project(
        "P-067", "conveyor", "Vibration monitoring for conveyor motors",
        "Detects worn bearings in conveyor motors from vibration sensors.",
        "US", "maintenance", "i2506 c2511 p2605", "6 6 9 6 3 5", 690, 93, None,
        "", platform="own", scaling="horizontal", risk="minimal", affects="nobody", depends=("plant-data",),
        causes="owner data integration plan tech",
        blocker="Half of the motors have no sensor, and failures are written down as free text.",
    ),
    Project(
        "P-055", "weld", "Weld quality prediction",
        "Predicts weld defects from current and voltage curves before the ultrasonic test.",
        "EU", "quality", "i2409 c2501 p2505", "7 6 9 6 3 6.5", 540, 88, None,
        "1150 e", risk="minimal", affects="nobody", causes="owner budget plan",
        blocker="The plant manager who asked for it has moved on and the successor has other priorities.",
    ),
    Project(
        "P-070", "scheduler", "Production schedule optimiser",
        "Proposes the sequence of orders on the stamping lines with fewer tool changes.",
        "EU", "planning", "i2507 c2601 p2606", "8 5 12 7 3 5.5", 780, 90, None,
        "1900 a", platform="own", risk="minimal", affects="employees", depends=("plant-data",),
        causes="budget data integration plan tech",
        blocker="Tool change times in the planning system are the values of 2019.",
    ),
    Project(
        "P-080", "shop-assistant", "Shop-floor instructions assistant",
        "Answers operators' questions on machine set-up from manuals and shift logs.",
        "EU", "employee support", "i2511 c2605 p2609", "5 7 6 5 4 6.5", 260, 78, None,
        "320 a", platform="vendor", vendor="Quillworks", risk="limited", flags="gen", affects="employees",
        causes="owner budget gate",
        blocker="Started by the plant with a trial licence; the supplier check has not begun.",
    ),
    Project(
        "P-061", "safety-zone", "Worker safety zone detection",
        "Stops a robot cell when a camera sees a person in the marked zone.",
        "EU", "safety", "i2503 c2509 p2602", "7 5 14 7 9 6", 980, 86, 200,
        "", platform="vendor", vendor="Protekta Safety", risk="high", flags="personal alone",
        affects="employees",
        oversight="Safety engineer of the plant", causes="gate integration",
        blocker="The machinery safety certificate covers the cell without the camera.",
    ),
    Project(
        "P-043", "foundry-twin", "Digital twin of the Brno foundry",
        "Simulated the foundry to try process settings before they are used.",
        "EU", "planning", "i2404 c2409 p2504 e260326", "6 3 20 6 3 4", 1400, 96, None,
        "2500 a", platform="own", fixed={"spend": "1310000"}, risk="minimal", affects="nobody",
        causes="owner budget data integration tech",
        blocker="Two years of modelling, no decision in the foundry was ever changed by it.",
    ),
    Project(
        "P-046", "tool-wear", "Tool wear estimation",
        "Estimated remaining life of milling tools from spindle load.",
        "EU", "maintenance", "i2405 c2408 p2411 e250814", "4 6 8 4 2 4.5", 230, 89, None,
        "310 e", platform="own", risk="minimal", affects="nobody", causes="data plan",
        blocker="Spindle load is overwritten every 48 hours at three of four plants.",
    ),
    Project(
        "P-087", "robot-anomaly", "Robot cell anomaly detection",
        "Finds unusual movement and current of welding robots before they stop the line.",
        "EU", "maintenance", "i2512 c2604", "6 6 9 6 3 6", 370, 84, None, "600 a", risk="minimal",
        affects="nobody", depends=("plant-data",),
        blocker="Waits for common sensor names from the plant data project.",
    ),
    Project(
        "P-098", "material-price", "Raw material price forecast",
        "Forecasts steel, aluminium and resin prices for purchasing.",
        "EU", "purchasing", "i2602 c2607", "6 5 6 6 4 7", 150, 76, None, "800 a", risk="minimal",
        affects="nobody",
    ),
    Project(
        "P-094", "root-cause", "Root cause search in quality reports",
        "Finds earlier reports with the same defect pattern and proposes likely causes.",
        "US", "quality", "i2601 c2606", "6 7 6 5 2 6", 170, 73, None, "340 e", risk="limited", flags="gen",
        affects="nobody",
    ),
    Project(
        "P-104", "bracket-design", "Generative design of brackets",
        "Proposes lighter bracket shapes for given loads.",
        "EU", "engineering", "i2605", "5 4 15 5 3 -", None, None, None, "", flags="gen", affects="nobody",
        blocker="No engineer has time for the comparison with the present design.",
    ),
    Project(
        "P-117", "scrap-sorting", "Scrap sorting by image",
        "Sorts aluminium scrap by alloy from camera images to raise the resale price.",
        "US", "recycling", "i2608", "5 6 8 4 2 5", 220, None, None, "450 e", affects="nobody",
    ),
    Project(
        "P-041", "ar-guide", "Augmented reality maintenance guide",
        "Showed repair steps in smart glasses; stopped because technicians could not wear them with safety "
        "goggles.",
        "EU", "maintenance", "i2403 c2409 e250515", "4 4 12 3 3 5", 310, 95, None, "400 a", platform="vendor",
        vendor="Lenswork", risk="minimal", affects="employees",
    ),
)  # fmt: skip

UNIT = Unit(
    "Manufacturing",
    _PROJECTS,
    owners=(
        "Jan Prochazka", "Miriam Keller", "Tobias Richter", "Agnieszka Lis", "Daniel Hughes",
        "Sofia Marinescu",
        "Kyle Brandt",
    ),
    sponsors=("Wolfgang Reiss", "Denise Calloway"),
    business_owners=("Petr Dvorak", "Heike Sommer", "Robert Novak", "Angela Ruiz"),
)  # fmt: skip
