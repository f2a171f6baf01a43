"""Other words that people use for the columns and rows of the record tables."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from copilot.language.words import stems

# Stems of what people call the rows of any table of AI projects, and all of them together or where they stand.
ROW_STEMS = frozenset(stems("project initiative case tool system application solution model AI record thing all"))
WHOLE_STEMS = ROW_STEMS | frozenset(
    stems(
        "group company organisation whole everybody total overall altogether together different"
        " register inventory portfolio list"
    )
)
# What says that the records hold something, or how often, and nothing of what: "that report", "in the inventory".
HELD_STEMS = frozenset(stems("report record register list hold inventory database dataset count number tally"))
# By which days are put in order: what began first lasts longest.
OLDER_FIRST = frozenset(stems("oldest longest earliest first soonest stalest"))
NEWER_FIRST = frozenset(stems("newest latest youngest shortest recent recently last"))
# What asks for a length of time: "how long", "how many days".
LENGTHS = frozenset(stems("long day week month time duration"))
# What takes a time: "took longest", "which was the quickest to close?".
TAKING = frozenset(stems("take took taken need needed"))
LONGEST = frozenset(stems("longest slowest"))
LONGER_FIRST = frozenset(stems("longest slowest shortest quickest fastest"))
# What lies between two amounts, and the largest of it.
GAP = frozenset(stems("gap difference shortfall apart distance"))
MOST = frozenset(stems("widest largest biggest greatest highest most worst furthest"))
# Which grades come first, by worth and by size, what puts rows in their order, and what grades are called.
BEST, WORST = frozenset(stems("best better strongest top finest")), frozenset(stems("worst worse weakest poorest"))
HIGHEST, LOWEST = frozenset(stems("highest higher greatest")), frozenset(stems("lowest lower"))
RANKING = frozenset(stems("rank ranked ranking sort sorted order ordered"))
GRADE_STEMS = frozenset(stems("grade graded class classified level rating category rank mark score"))
# Which way one amount differs from another.
MORE = frozenset({"more", "higher", "larger", "bigger", "greater"})
FEWER = frozenset({"fewer", "less", "lower", "smaller"})
# What puts an end to projects, and the end of a ranking.
ENDING = frozenset(stems("stop cut drop kill cancel shelve abandon axe scrap weakest lowest worst bottom"))
# Beside a length of time that lasts until today: "a month ago", "for a month".
AGE = frozenset({"ago", "back", "since", "for"})
# What groups days: "each year", "quarterly".
GRAINS: Mapping[str, Literal["month", "quarter", "year"]] = {
    **dict.fromkeys(stems("year yearly annual annually"), "year"),
    **dict.fromkeys(stems("quarter quarterly"), "quarter"),
    **dict.fromkeys(stems("month monthly"), "month"),
}
# Figures by their names: "and on average?" says nothing of what is averaged.
FIGURE_STEMS = frozenset(stems("average mean median total sum maximum minimum"))
# Words after which what is named splits what is counted.
EACH = frozenset({"by", "per", "each", "every"})
NEGATIONS = frozenset(
    ("not", "no", "never", "without", "nobody", "isn't", "aren't", "wasn't", "weren't", "hasn't", "haven't",
     "isn’t", "aren’t", "wasn’t", "weren’t", "hasn’t", "haven’t")
)  # fmt: skip
# Values that are said without being meant: "nobody answers for it", "the worst ones".
PRONOUNS = frozenset(
    ("nobody", "none", "nothing", "no one", "one", "ones", "other", "others", "any", "all", "no", "yes")
)
# What points to several that were named: "who owns them?"
SEVERAL = frozenset(("they", "them", "their", "theirs", "these", "those"))
# Other words for columns of the record tables.
COLUMN_WORDS: Mapping[str, tuple[str, ...]] = {
    "unit": ("unit", "business unit", "division", "department", "agency", "business"),
    "stage": ("stage", "phase", "status", "lifecycle stage"),
    "jurisdiction": ("jurisdiction", "country", "region", "geography", "market"),
    "domain": ("domain", "field", "topic", "area", "use"),
    "risk_class": ("risk class", "risk classification", "risk category"),
    "business_owner": ("business owner", "owner in the business"),
    "owner": ("owner", "lead", "project owner"),
    "sponsor": ("sponsor", "executive sponsor"),
    "budget": ("budget", "investment", "funding"),
    "spend": ("spend", "spent", "spending", "cost", "money spent"),
    "change_budget": ("change budget", "budget for change", "change management budget"),
    "technology_budget": ("technology budget",),
    "production_budget": ("production budget", "budget for production", "run budget"),
    "expected_benefit": ("expected benefit", "expected value", "expected return", "benefit"),
    "realised_benefit": ("realised benefit", "realized benefit", "achieved benefit", "benefit delivered", "returned"),
    "headcount": ("headcount", "staff", "people", "team size"),
    "adoption_plan": ("adoption plan",),
    "integration": ("integration",),
    "platform": ("platform", "stack"),
    "vendor": ("vendor", "supplier", "provider"),
    "severity": ("severity", "sev"),
    "open_positions": ("open positions", "vacancies", "vacant", "unfilled", "open jobs"),
    "gate": ("gate", "approval gate"),
    "personal_data": ("personal data",),
    "project_id": ("project", "system", "initiative"),
    "model_id": ("model",),
    "generative": ("generative", "generative ai", "genai"),
}
