"""Histograms of model inputs: per cent of cases in training, and in the last four weeks."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Feature:
    model: str
    name: str
    bins: tuple[tuple[str, float, float], ...]
    """Label, per cent in training, per cent lately."""
    trained: int
    recent: int


def _of(model: str, trained: int, recent: int, **features: str) -> tuple[Feature, ...]:
    """Features written as `label before after | label before after`."""
    found = []
    for name, text in features.items():
        cells = [cell.rsplit(maxsplit=2) for cell in text.split("|")]
        bins = tuple((label.strip(), float(before), float(after)) for label, before, after in cells)
        found.append(Feature(model, name, bins, trained, recent))
    return tuple(found)


FEATURES: tuple[Feature, ...] = (
    # The campaign of May 2026 brought older applicants with lower, steadier income.
    *_of("Personal loan default score", 48200, 4360,
         applicant_age="18-24 9 6 | 25-34 29 18 | 35-44 28 18 | 45-54 20 16 | 55-64 10 17 | 65 and over 4 25",
         yearly_income="under 20k 12 23 | 20-30k 21 28 | 30-45k 30 25 | 45-60k 20 14 | 60-90k 12 7 | over "
         "90k 5 3",
         employment="employed 79 60 | self-employed 12 9 | retired 4 26 | other 5 5",
         loan_amount="under 3k 15 17 | 3-6k 26 28 | 6-12k 31 30 | 12-20k 19 17 | over 20k 9 8",
         debt_to_income="under 10% 22 21 | 10-20% 33 32 | 20-30% 26 27 | 30-40% 13 14 | over 40% 6 6",
         channel="branch 24 39 | app 48 34 | web 21 18 | broker 7 9"),
    *_of("Small business default score", 17800, 1120,
         company_age="under 2 years 14 13 | 2-5 years 27 28 | 5-10 years 31 31 | over 10 years 28 28",
         sector="trade 31 30 | services 38 39 | construction 14 15 | manufacturing 11 10 | other 6 6",
         turnover="under 250k 35 36 | 250k-1m 37 36 | 1-5m 21 21 | over 5m 7 7"),
    *_of("Card payment fraud score", 960000, 81000,
         amount="under 10 31 32 | 10-50 42 41 | 50-200 19 19 | 200-1000 7 7 | over 1000 1 1",
         merchant_country="domestic 78 76 | EU 15 16 | other 7 8",
         hour="night 6 6 | morning 27 27 | afternoon 39 39 | evening 28 28"),
    *_of("Claims complexity model", 36400, 2980,
         claim_form="portal 44 71 | telephone 41 22 | broker 15 7",
         parties="one 33 34 | two 55 54 | three or more 12 12",
         reported_injury="no 84 85 | yes 11 5 | not stated 5 10",
         days_to_report="same day 38 41 | 1-3 days 35 34 | 4-14 days 19 18 | later 8 7"),
    *_of("Claims frequency model", 210000, 15900,
         driver_age="under 25 9 9 | 25-39 31 30 | 40-59 39 39 | 60 and over 21 22",
         vehicle_group="1-10 29 28 | 11-20 38 38 | 21-30 23 23 | over 30 10 11",
         electric="no 91 87 | yes 9 13"),
    *_of("Press failure predictor", 88000, 7600,
         vibration="low 46 45 | medium 38 38 | high 13 14 | very high 3 3",
         oil_temperature="under 45 C 24 22 | 45-55 C 51 52 | 55-65 C 21 22 | over 65 C 4 4",
         strokes_since_service="under 50k 35 33 | 50-100k 34 34 | 100-150k 21 22 | over 150k 10 11"),
    *_of("Paint defect detector", 132000, 10900,
         panel="door 38 37 | bonnet 21 21 | roof 18 19 | wing 23 23",
         colour="white 29 28 | black 24 23 | grey 27 28 | other 20 21"),
    *_of("Next product recommender", 640000, 58000,
         popularity_rank="top 100 28 51 | 101-1000 31 27 | 1001-10000 27 16 | beyond 10000 14 6",
         category="clothing 36 39 | home 24 22 | electronics 18 21 | beauty 12 11 | other 10 7",
         product_age="under 30 days 17 7 | 30-180 days 38 34 | over 180 days 45 59"),
    *_of("Online order fraud score", 410000, 33000,
         order_value="under 50 38 36 | 50-150 37 36 | 150-500 20 22 | over 500 5 6",
         account_age="guest 22 27 | under 30 days 13 15 | 30-365 days 28 26 | over a year 37 32",
         device="mobile 61 64 | desktop 34 31 | tablet 5 5"),
    *_of("Parcel volume model", 54000, 4500,
         weekday="Monday 21 21 | Tuesday 19 19 | Wednesday 18 18 | Thursday 17 17 | Friday 16 16 | "
         "Saturday 9 9",
         sender="online shops 66 68 | companies 24 23 | private 10 9"),
    *_of("Weekly store demand model", 300000, 24000,
         promotion="none 71 70 | price 18 19 | display 7 7 | both 4 4",
         store_format="large 36 36 | medium 41 41 | small 23 23"),
    *_of("Alert priority model", 42000, 3700,
         alert_type="cash 24 19 | transfer abroad 37 35 | rapid movement 26 34 | other 13 12",
         customer_type="private 72 70 | company 28 30",
         amount="under 5k 41 44 | 5-20k 34 33 | over 20k 25 23"),
)  # fmt: skip
