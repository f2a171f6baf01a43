"""Project rows and stage history from the plans."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from evals.shipped.plan import AS_OF, STAGES, Project, Unit
from evals.shipped.portfolio import PROJECTS, UNITS
from evals.shipped.rng import Stream, working_day
from evals.shipped.stage_notes import note

Row = dict[str, str]

_CRITERIA = (
    "business_value",
    "feasibility",
    "time_to_value",
    "strategic_importance",
    "risk",
    "data_readiness",
)
_BASES = {"a": "assumed", "e": "estimated", "m": "measured"}
_IDS = {p.slug: p.id for p in PROJECTS}
_LIVE = ("scaling", "production")


@dataclass(frozen=True)
class Entry:
    stage: str
    entered: date


def entries(project: Project) -> tuple[Entry, ...]:
    """The stages a project has entered, in order, each on a working day of its month."""
    stream = Stream(project.slug, "path")
    found = []
    for step in project.path.split():
        year, month = 2000 + int(step[1:3]), int(step[3:5])
        day = working_day(date(year, month, stream.whole(4, 27)))
        found.append(Entry(STAGES[step[0]], day.replace(day=int(step[5:])) if step[5:] else day))
    return tuple(found)


def entered(project: Project, stage: str) -> date | None:
    return next((e.entered for e in entries(project) if e.stage == stage), None)


def live_since(project: Project) -> date | None:
    """The day it first served real work at scale."""
    return next((e.entered for e in entries(project) if e.stage in _LIVE), None)


def stage_today(project: Project) -> str:
    return entries(project)[-1].stage


def _number(value: float) -> str:
    return f"{value:g}"


def _money(thousands: float | None) -> str:
    return "" if thousands is None else str(round(thousands * 1000))


def _scores(project: Project, stage: str) -> dict[str, str]:
    """The criteria as planned; an early project has rarely thought about all of them."""
    stream = Stream(project.slug, "gaps")
    forgotten = {"idea": 0.2, "proof_of_concept": 0.06}.get(stage, 0.0)
    found = {}
    for name, text in zip(_CRITERIA, project.scores.split(), strict=True):
        is_missing = text == "-" or (stream.chance(forgotten) and name != "business_value")
        found[name] = "" if is_missing else text
    return found


def _estimates(project: Project, stage: str) -> Row:
    """The six criteria with bounds where a person would have given them."""
    stream = Stream(project.slug, "estimates")
    bounded = {"idea": 0.35, "proof_of_concept": 0.7}.get(stage, 0.9)
    row: Row = {}
    for name, text in _scores(project, stage).items():
        has_bounds, wide = stream.chance(bounded), stage in ("idea", "proof_of_concept", "pilot")
        below = stream.pick(("1", "1.5", "2") if wide else ("0.5", "1"))
        above = stream.pick(("0.5", "1", "1") if wide else ("0.5", "0.5", "1"))
        row[name], row[f"{name}_low"], row[f"{name}_high"] = text, "", ""
        if not text or not has_bounds:
            continue
        value = float(text)
        if name == "time_to_value":
            row[f"{name}_low"] = str(max(1, round(value * 0.75)))
            row[f"{name}_high"] = str(min(36, round(value * (1.6 if wide else 1.25)) or 1))
        else:
            down, up = (float(above), float(below)) if name == "risk" else (float(below), float(above))
            row[f"{name}_low"] = _number(max(1.0, value - down))
            row[f"{name}_high"] = _number(min(10.0, value + up))
    return row


def _spent(project: Project, stage: str, stream: Stream) -> float:
    """The share of the budget that is spent."""
    low, high = {
        "idea": (0, 2), "proof_of_concept": (12, 38), "pilot": (36, 48), "scaling": (70, 92),
        "production": (93, 107), "stopped": (61, 99), "retired": (97, 100),
    }[stage]  # fmt: skip
    share = stream.whole(low, high)
    if stage == "pilot":
        # A pilot that drags on eats its budget.
        share = min(stream.whole(91, 106), share + 4 * ((AS_OF - entries(project)[-1].entered).days // 30))
    return share / 100


def _amounts(project: Project, stage: str) -> Row:
    stream = Stream(project.slug, "amounts")
    share = _spent(project, stage, stream)
    row = dict.fromkeys(("budget", "spend", "technology_budget", "change_budget", "headcount"), "")
    row["production_budget"] = _money(project.run)
    if project.budget is not None:
        row["budget"] = _money(project.budget)
        row["spend"] = str(round(project.budget * share) * 1000)
        if project.tech is not None:
            technology = round(project.budget * project.tech / 100)
            row["technology_budget"] = _money(technology)
            row["change_budget"] = _money(project.budget - technology)
        people = project.budget / {"idea": 400, "production": 260, "scaling": 240}.get(stage, 170)
        if stage not in ("stopped", "retired") and stream.chance(0.93):
            row["headcount"] = _number(max(0.5, round(people * 2) / 2))
    return row


def _benefits(project: Project) -> Row:
    row = dict.fromkeys(
        ("expected_benefit", "expected_basis", "realised_benefit", "realised_basis", "benefit_kind"), ""
    )
    if project.expect:
        amount, basis = project.expect.split()
        row |= {"expected_benefit": _money(float(amount)), "expected_basis": _BASES[basis]}
    if project.real:
        amount, basis, kind = project.real.split()
        row |= {
            "realised_benefit": _money(float(amount)),
            "realised_basis": _BASES[basis],
            "benefit_kind": kind,
        }
    return row


def _adoption(project: Project, stage: str) -> Row:
    stream = Stream(project.slug, "adoption")
    causes = project.causes.split()
    if stage in ("idea", "proof_of_concept"):
        integration = stream.pick(("none", "none", "planned", "")) if stage == "idea" else "planned"
        plan = stream.pick(("no", "", "")) if stage == "idea" else stream.pick(("no", "", "yes"))
    elif stage in _LIVE:
        integration, plan = "done" if stage == "production" else "in progress", "yes"
    elif causes:
        integration = "none" if "integration" in causes else stream.pick(("planned", "in progress"))
        plan = "no" if "plan" in causes else "yes"
    else:
        integration, plan = ("done", "yes") if stage == "retired" else ("none", "no")
    return {"integration": integration, "adoption_plan": plan}


def _flag(project: Project, name: str, stage: str) -> str:
    words = project.flags.split()
    if name in words:
        return "yes"
    if f"?{name}" in words:
        return ""
    # Ideas have rarely been asked everything.
    asked = not (stage == "idea" and name in ("special", "alone") and Stream(project.slug, name).chance(0.6))
    return "no" if asked else ""


def _facts(project: Project, stage: str) -> Row:
    return {
        "risk_class": project.risk,
        "personal_data": _flag(project, "personal", stage),
        "special_category_data": _flag(project, "special", stage),
        "scores_people": _flag(project, "scores", stage),
        "affects": project.affects,
        "decides_alone": _flag(project, "alone", stage),
        "generative": _flag(project, "gen", stage),
        "vendor": project.vendor,
        "human_oversight": project.oversight,
    }


def _gate(project: Project, stage: str) -> tuple[str, date | None]:
    """The latest gate passed and its day, as a project that keeps the rules would have it."""
    stream = Stream(project.slug, "gate")
    before = timedelta(days=stream.whole(3, 15))
    concept, pilot, live = (
        entered(project, "proof_of_concept"),
        entered(project, "pilot"),
        live_since(project),
    )
    if live and stage in _LIVE:
        approved = live - before
        if (AS_OF - approved).days <= 365:
            return "G3", working_day(approved)
        # The review of a system in production falls near the anniversary of its approval.
        review = date(2026, approved.month, min(approved.day, 28)) - timedelta(days=stream.whole(0, 18))
        return "G4", working_day(review if review <= AS_OF else review.replace(year=2025))
    if live:
        return "G3", working_day(live - before)
    if pilot and "gate" not in project.causes.split():
        return "G2", working_day(pilot - before)
    if concept and not (pilot and stream.chance(0.3)):
        return "G1", working_day(concept - before)
    return "none", None


def _recent(stream: Stream, days: int, gap: float, late: float = 0.0) -> str:
    """A day within `days` before the records' day; empty or too old as often as said."""
    if stream.chance(gap):
        return ""
    age = stream.whole(days + 15, days + 120) if stream.chance(late) else stream.whole(12, days - 10)
    return working_day(AS_OF - timedelta(days=age)).isoformat()


def _evidence(project: Project, stage: str) -> Row:
    gate, gate_date = _gate(project, stage)
    row = {"gate": gate, "gate_date": gate_date.isoformat() if gate_date else ""}
    names = (
        "classified_on", "dpia_date", "rights_assessment_date", "validated_on", "fairness_tested_on",
        "vendor_reviewed_on", "security_assessed_on", "rollback_tested_on",
    )  # fmt: skip
    row |= dict.fromkeys(names, "")
    stream = Stream(project.slug, "evidence")
    personal, careful = "personal" in project.flags.split(), project.risk in ("high", "limited")
    touched = project.affects in ("customers", "employees", "applicants")
    if stage in _LIVE:
        row["classified_on"] = _recent(stream, 365, 0.05, 0.15)
        row["dpia_date"] = _recent(stream, 365, 0.05, 0.15) if personal else ""
        row["validated_on"] = _recent(stream, 365 if project.risk == "high" else 700, 0.0 if careful else 0.3)
        if personal and touched:
            row["fairness_tested_on"] = _recent(stream, 180, 0.05, 0.15)
        if project.vendor:
            row["vendor_reviewed_on"] = _recent(stream, 365, 0.0, 0.2)
        if careful:
            row["security_assessed_on"] = _recent(stream, 365, 0.08, 0.1)
            row["rollback_tested_on"] = _recent(stream, 365, 0.15, 0.2)
    elif gate == "G2" and gate_date:
        day = working_day(gate_date - timedelta(days=stream.whole(6, 40))).isoformat()
        row["classified_on"] = day
        row["dpia_date"] = day if personal and stream.chance(0.9) else ""
        row["vendor_reviewed_on"] = day if project.vendor and stream.chance(0.85) else ""
        if touched and personal and stream.chance(0.35):
            row["fairness_tested_on"] = working_day(gate_date + timedelta(days=45)).isoformat()
    return row


def _people(project: Project, unit: Unit, stage: str) -> Row:
    stream = Stream(project.slug, "people")
    owner, sponsor = stream.pick(unit.owners), stream.pick(unit.sponsors)
    business = stream.pick(unit.business_owners)
    early = stage in ("idea", "proof_of_concept")
    unnamed = "owner" in project.causes.split() or (early and stream.chance(0.55)) or stage == "retired"
    if stage == "idea" and stream.chance(0.2):
        sponsor = ""
    return {"owner": owner, "sponsor": sponsor, "business_owner": "" if unnamed else business}


def _row(project: Project, unit: Unit) -> Row:
    path = entries(project)
    stage = path[-1].stage
    row = {
        "id": project.id, "name": project.name, "description": project.description, "unit": unit.name,
        "jurisdiction": project.where, "domain": project.domain, "stage": stage,
        "stage_since": path[-1].entered.isoformat(), "started": path[0].entered.isoformat(),
    }  # fmt: skip
    row |= _people(project, unit, stage)
    undecided = stage == "idea" and project.platform == "shared" and Stream(project.slug, "stack").chance(0.6)
    row |= {"scaling": project.scaling, "platform": "" if undecided else project.platform}
    row["depends_on"] = ";".join(_IDS[slug] for slug in project.depends)
    row |= _estimates(project, stage) | _amounts(project, stage) | _benefits(project)
    row |= _adoption(project, stage) | {"blocker": project.blocker}
    row |= _facts(project, stage) | _evidence(project, stage)
    return row | {"waiver": "", "waiver_until": "", "label": project.label} | dict(project.fixed)


def project_rows() -> list[Row]:
    unit_of = {p.id: unit for unit in UNITS for p in unit.projects}
    return [_row(p, unit_of[p.id]) for p in PROJECTS]


def history_rows() -> list[Row]:
    rows = []
    for project in PROJECTS:
        path = entries(project)
        for i, entry in enumerate(path):
            left = path[i + 1].entered.isoformat() if i + 1 < len(path) else ""
            rows.append({
                "project_id": project.id, "stage": entry.stage, "entered": entry.entered.isoformat(),
                "left": left, "note": note(project, [e.stage for e in path], i), "label": project.label,
            })  # fmt: skip
    return rows
