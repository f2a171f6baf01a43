from __future__ import annotations

from evals.shipped.plan import Project, Unit

_PROJECTS = (
    Project(
        "P-010", "atlas-route", "Atlas route planning",
        "Plans the daily tours of 1,900 delivery vans from parcels, traffic and promised times.",
        "EU", "routing", "x2207", "9 8 5 9 3 8", 1900, 80, 480,
        "4200 e", "3900 m cost", platform="own", scaling="impact", risk="minimal", affects="employees",
        oversight="Dispatcher, who may change any tour",
    ),
    Project(
        "P-022", "parcel-volume", "Parcel volume forecast",
        "Forecasts parcels per depot and day for vehicles, staff and sorting.",
        "EU", "forecasting", "i2304 c2307 p2309 x2404", "7 8 4 7 2 9", 520, 75, 120,
        "1200 e", "1130 m cost", scaling="horizontal", risk="minimal", affects="nobody",
    ),
    Project(
        "P-029", "delivery-promise", "Delivery time promise",
        "Predicts the two-hour window shown to the recipient.",
        "UK", "customer service", "i2308 c2312 p2404 x2502", "6 7 6 6 3 8", 610, 81, 140,
        "900 a", "300 m cost", platform="own", scaling="vertical", risk="minimal", flags="personal",
        affects="customers",
    ),
    Project(
        "P-056", "address", "Parcel address correction",
        "Corrects incomplete or misspelt addresses before the parcel is sorted.",
        "EU", "document processing", "i2410 c2501 p2503 x2601", "6 9 4 6 2 8", 290, 72, 95,
        "640 e", "510 m cost", scaling="horizontal", risk="minimal", flags="personal", affects="customers",
        oversight="Address desk for anything below the confidence limit",
    ),
    Project(
        "P-035", "slotting", "Warehouse slotting optimisation",
        "Places fast-moving goods near the packing stations and proposes weekly moves.",
        "EU", "warehouse", "i2311 c2403 p2406 s2512", "7 7 7 7 2 7", 640, 79, 130,
        "1150 e", "340 m cost", scaling="horizontal", risk="minimal", affects="employees",
    ),
    Project(
        "P-071", "dock", "Dock appointment scheduling",
        "Proposes arrival slots for trucks so that they wait less at the dock.",
        "EU", "warehouse", "i2508 c2512 p2605", "6 7 6 6 2 7", 300, 80, 80,
        "520 e", scaling="horizontal", risk="minimal", affects="nobody", causes="plan",
        blocker="Carriers keep booking by telephone because nobody has shown them the new page.",
    ),
    Project(
        "P-064", "driver-fatigue", "Driver fatigue alerts",
        "Warns drivers and dispatch when steering and eyelid movement suggest tiredness.",
        "UK", "safety", "i2504 c2509 p2601", "7 5 12 6 9 5", 860, 89, None,
        "", platform="vendor", vendor="Wakepoint", risk="high", flags="personal special alone",
        affects="employees",
        causes="owner budget data gate plan",
        blocker="The union has not been consulted and drivers cover the camera.",
    ),
    Project(
        "P-090", "customs", "Customs code classification",
        "Proposes the tariff code for parcels from outside the customs union.",
        "UK", "compliance", "i2601 c2604 p2609", "7 7 7 6 5 7", 330, 82, None,
        "760 e", risk="minimal", affects="nobody", oversight="Customs clerk", causes="budget integration",
        blocker="The broker's declaration system has no test environment.",
    ),
    Project(
        "P-053", "drone-count", "Drone stock counting",
        "Counted pallets in two warehouses with indoor drones at night.",
        "EU", "warehouse", "i2408 c2412 p2506 e260513", "4 4 12 4 5 4", 480, 97, None,
        "420 a", platform="vendor", vendor="Hoverline", risk="minimal", affects="employees",
        causes="owner budget integration tech",
        blocker="Counts could not be booked into the stock system, so they were made again by hand.",
    ),
    Project(
        "P-033", "trailer-fill", "Trailer fill estimation by camera",
        "Measures how full trailers leave the hub.",
        "EU", "warehouse", "i2310 c2402 p2406", "5 6 8 5 2 6", 270, 90, None,
        "380 a", platform="own", risk="minimal", affects="nobody", causes="owner budget plan tech",
        blocker="Hub managers get a monthly chart; nobody is asked to load differently.",
    ),
    Project(
        "P-086", "returns-flow", "Returns flow forecast",
        "Forecasts returned parcels by depot and week, together with online sales.",
        "EU", "forecasting", "i2512 c2605", "5 7 5 5 2 7", 170, 78, None, "310 e", risk="minimal",
        affects="nobody", depends=("parcel-volume",),
        blocker="E-Commerce sends return notices only after the parcel has arrived.",
    ),
    Project(
        "P-096", "carrier-audit", "Carrier invoice audit",
        "Finds carrier invoices that do not match the contract or the delivery.",
        "UK", "finance", "i2602 c2607", "6 8 4 5 2 8", 140, 74, None, "560 e", risk="minimal",
        affects="nobody",
        depends=("invoice-matching",),
    ),
    Project(
        "P-110", "van-charging", "Electric van charging plan",
        "Plans charging of electric vans by tour, tariff and grid limit.",
        "EU", "energy", "i2606", "6 6 10 8 2 5", 260, None, None, "480 e", affects="nobody",
        depends=("atlas-route",),
    ),
    Project(
        "P-105", "depot-automation", "Depot automation and headcount plan",
        "Estimates how many sorting jobs each depot would need after automation.",
        "EU", "workforce", "i2605", "7 5 14 7 8 6", 450, 88, None, "2900 a", risk="high", flags="personal",
        affects="employees", label="people",
    ),
)  # fmt: skip

UNIT = Unit(
    "Logistics",
    _PROJECTS,
    owners=(
        "Maarten Visser", "Ivana Petrovic", "Liam Gallagher", "Zofia Wrona", "Henrik Olsen", "Amira Haddad",
    ),
    sponsors=("Cornelia Brandt", "Stephen Marlowe"),
    business_owners=("Ruud Jansen", "Milena Kralova", "Joanna Pike", "Matteo Greco"),
)  # fmt: skip
