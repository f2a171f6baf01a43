"""What the metric observations follow: where each series starts, where it ends, how big it is."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Series:
    size: int
    """The bottom of the ratio in a month: users, recommendations, cases."""
    start: float
    end: float
    target: float | None = None


# Weekly active users of those meant to use it.
ADOPTION: dict[str, Series] = {
    "replenishment": Series(1640, 0.41, 0.83, 0.8),
    "store-demand": Series(210, 0.72, 0.88, 0.85),
    "markdown": Series(930, 0.48, 0.79, 0.75),
    "footfall": Series(380, 0.52, 0.61, 0.75),
    "inventory-500": Series(22, 0.68, 0.86, 0.8),
    "store-assistant": Series(640, 0.22, 0.37, 0.5),
    "credit-personal": Series(310, 0.86, 0.81, 0.9),
    "credit-sme": Series(145, 0.44, 0.73, 0.8),
    "aml": Series(88, 0.55, 0.84, 0.85),
    "loan-docs": Series(270, 0.39, 0.58, 0.75),
    "bank-churn": Series(120, 0.18, 0.09, 0.6),
    "call-summary": Series(90, 0.61, 0.78, 0.7),
    "collections": Series(64, 0.58, 0.66, 0.75),
    "claims-triage": Series(190, 0.63, 0.71, 0.85),
    "motor-pricing": Series(46, 0.89, 0.91, 0.9),
    "claims-fraud": Series(38, 0.71, 0.87, 0.85),
    "claims-docs": Series(240, 0.42, 0.69, 0.75),
    "subrogation": Series(55, 0.35, 0.24, 0.6),
    "damage-photo": Series(34, 0.32, 0.41, 0.6),
    "press-maintenance": Series(226, 0.52, 0.27, 0.8),
    "panel-inspection": Series(74, 0.74, 0.92, 0.9),
    "furnace": Series(36, 0.6, 0.81, 0.8),
    "spare-parts": Series(52, 0.79, 0.83, 0.85),
    "supplier-delay": Series(68, 0.43, 0.59, 0.7),
    "weld": Series(30, 0.55, 0.38, 0.7),
    "scheduler": Series(18, 0.33, 0.39, 0.7),
    "atlas-route": Series(165, 0.9, 0.94, 0.9),
    "parcel-volume": Series(96, 0.7, 0.89, 0.85),
    "slotting": Series(58, 0.5, 0.67, 0.75),
    "dock": Series(140, 0.19, 0.28, 0.6),
    "trailer-fill": Series(40, 0.31, 0.12, 0.6),
    "customs": Series(24, 0.4, 0.46, 0.7),
    "descriptions": Series(61, 0.57, 0.9, 0.8),
    "rebalancing": Series(132, 0.49, 0.77, 0.8),
    "meeting-prep": Series(110, 0.28, 0.44, 0.6),
    "invoice-matching": Series(42, 0.71, 0.95, 0.9),
    "address": Series(28, 0.68, 0.93, 0.9),
    "ticket-routing": Series(150, 0.62, 0.86, 0.85),
    "contract-review": Series(26, 0.23, 0.31, 0.6),
    "group-platform": Series(31, 0.29, 0.42, 0.8),
}

# Recommendations acted upon, of those given.
FOLLOWED: dict[str, Series] = {
    "replenishment": Series(51000, 0.62, 0.86, 0.8),
    "markdown": Series(22400, 0.57, 0.78, 0.75),
    "footfall": Series(3100, 0.49, 0.55, 0.7),
    "press-maintenance": Series(412, 0.46, 0.19, 0.7),
    "furnace": Series(1240, 0.58, 0.79, 0.75),
    "supplier-delay": Series(860, 0.44, 0.53, 0.65),
    "atlas-route": Series(39500, 0.88, 0.93, 0.9),
    "slotting": Series(1900, 0.61, 0.72, 0.75),
    "claims-triage": Series(13400, 0.84, 0.73, 0.85),
    "claims-fraud": Series(2150, 0.66, 0.77, 0.75),
    "aml": Series(8900, 0.7, 0.81, 0.8),
    "rebalancing": Series(640, 0.47, 0.63, 0.65),
    "collections": Series(7600, 0.6, 0.67, 0.7),
}

# Cases finished with no hand on them.
AUTOMATION: dict[str, Series] = {
    "invoice-matching": Series(31200, 0.54, 0.76, 0.75),
    "claims-docs": Series(18600, 0.31, 0.47, 0.55),
    "loan-docs": Series(12900, 0.28, 0.41, 0.6),
    "address": Series(88000, 0.71, 0.85, 0.8),
    "ticket-routing": Series(9400, 0.58, 0.74, 0.75),
    "bank-chat": Series(64000, 0.33, 0.44, 0.5),
    "claims-triage": Series(13400, 0.22, 0.29, 0.35),
    "payment-fraud": Series(154000, 0.91, 0.94, 0.95),
}

# Decisions of the system changed by the person who reviews them.
OVERRIDES: dict[str, Series] = {
    "credit-personal": Series(8700, 0.061, 0.063, 0.08),
    "credit-sme": Series(2100, 0.118, 0.102, 0.1),
    "motor-pricing": Series(15900, 0.031, 0.028, 0.05),
    "claims-triage": Series(13400, 0.074, 0.081, 0.08),
    "flood": Series(6200, 0.092, 0.087, 0.1),
    "collections": Series(7600, 0.143, 0.129, 0.12),
}

# Alerts that turned out to be nothing.
FALSE_ALERTS: dict[str, Series] = {
    "card-fraud": Series(46000, 0.71, 0.63, 0.65),
    "aml": Series(8900, 0.9, 0.84, 0.8),
    "claims-fraud": Series(2150, 0.36, 0.28, 0.3),
    "payment-fraud": Series(7300, 0.58, 0.52, 0.5),
    "press-maintenance": Series(412, 0.16, 0.15, 0.2),
}

# Absolute error over actual volume.
FORECAST_ERROR: dict[str, Series] = {
    "store-demand": Series(3_900_000, 0.128, 0.112, 0.12),
    "replenishment": Series(2_700_000, 0.152, 0.137, 0.14),
    "parcel-volume": Series(5_400_000, 0.107, 0.094, 0.1),
    "spare-parts": Series(61_000, 0.294, 0.277, 0.28),
    "footfall": Series(1_800_000, 0.168, 0.157, 0.15),
    "atlas-route": Series(420_000, 0.096, 0.083, 0.09),
}


@dataclass(frozen=True)
class UnitProfile:
    """Monthly levels of a unit at the first and the last month of the records."""

    uptime: tuple[float, float]
    deploy_days: tuple[float, float]
    satisfaction: tuple[float, float] | None
    """Mean mark from 0 to 10 of customers served with AI; None where the unit has no such customers."""
    cost_per_thousand: tuple[float, float]
    """EUR for a thousand predictions."""
    predictions: int
    """Predictions a month, in thousands."""
    trained: tuple[int, int]
    training: tuple[int, float, float]
    """People who need role training, and the share that completed it."""
    reuse: tuple[float, float]
    sentiment: tuple[int, float, float]
    """Employees answering the quarterly survey, and their mean mark from 1 to 5."""
    terabytes: tuple[float, float]
    built: tuple[int, int]


PROFILES: dict[str, UnitProfile] = {
    "Retail Stores": UnitProfile((0.991, 0.9955), (96, 71), (7.4, 7.5), (0.9, 0.72), 9200, (40, 130), (620,
    0.22, 0.51),
                                 (0.12, 0.2), (1450, 3.2, 3.3), (210, 690), (3, 11)),
    "Meridian Bank": UnitProfile((0.9962, 0.9978), (118, 84), (7.1, 7.0), (1.6, 1.31), 21500, (60, 150),
    (540, 0.35, 0.68),
                                 (0.18, 0.29), (980, 3.1, 3.3), (340, 940), (5, 14)),
    "Insurance": UnitProfile((0.9935, 0.9951), (131, 102), (7.0, 7.1), (2.2, 1.95), 3400, (25, 80), (310,
    0.3, 0.58),
                             (0.1, 0.15), (640, 3.0, 3.1), (120, 420), (3, 9)),
    "Manufacturing": UnitProfile((0.984, 0.9905), (149, 137), None, (2.9, 2.44), 2600, (12, 45), (480, 0.14,
    0.26),
                                 (0.06, 0.09), (1220, 3.0, 2.3), (380, 1730), (3, 12)),
    "Logistics": UnitProfile((0.9952, 0.9974), (82, 55), (7.6, 7.8), (0.7, 0.52), 14800, (30, 95), (260,
    0.33, 0.72),
                             (0.2, 0.31), (730, 3.3, 3.6), (150, 510), (2, 8)),
    "E-Commerce": UnitProfile((0.997, 0.9984), (41, 29), (7.3, 7.2), (0.4, 0.29), 68000, (22, 70), (180,
    0.44, 0.77),
                              (0.24, 0.33), (390, 3.6, 3.8), (460, 1880), (9, 27)),
    "Wealth": UnitProfile((0.992, 0.9944), (126, 109), (8.1, 8.2), (3.8, 3.36), 310, (4, 18), (90, 0.2, 0.46),
                          (0.05, 0.11), (160, 3.1, 3.2), (30, 95), (1, 3)),
    "Group Services": UnitProfile((0.9941, 0.9968), (88, 63), None, (1.8, 1.5), 1900, (18, 64), (340, 0.27,
    0.55),
                                  (0.16, 0.27), (520, 3.3, 3.4), (260, 1120), (2, 7)),
}  # fmt: skip

# Share of clicks on the hundred most clicked products, and of the catalogue shown at all.
CLICK_CONCENTRATION = Series(5_200_000, 0.31, 0.52, 0.35)
CATALOGUE_COVERAGE = Series(186_000, 0.63, 0.38, 0.6)
