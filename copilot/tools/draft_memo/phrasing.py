"""The sentences of a memo that no other tool says."""

from __future__ import annotations

from collections.abc import Mapping

from copilot.language.formatting import format_value, inflect, join_and, says, sentence
from copilot.tools.findings import Phrase, Wording, named, quantities, quantity, texts
from copilot.tools.plan_portfolio.phrasing import limits, why
from copilot.tools.ranking_phrasing import RANKING
from copilot.tools.rule_findings import cells, lacking
from copilot.types import Finding

_RULE = "“{title}” ({source})"
_BASIS_WORDS = {"measured": "measured", "estimated": "estimated", "assumed": "only assumed"}
_LEFT_OUT = {
    "blocked": "{is/are} blocked by a rule",
    "no_cost": "{records/record} no budget",
    "not_scored": "{is/are} hardly scored",
    "dependency": "{waits/wait} for another project",
}
_PLACE = (
    "it ranks {rank} of {candidates:bare} with {score} and is among the first {top} in {share} of plausible weights "
    "and estimates"
)


def expected(opening: str) -> Phrase:
    """A benefit a year by what it rests on, after the words that open the sentence."""

    def phrase(f: Finding) -> str:
        return sentence(f"{opening} {_by_basis(f)}")

    return phrase


def _by_basis(f: Finding) -> str:
    parts = [
        f"{format_value(part)} {_BASIS_WORDS[of]}"
        for of, part in zip(texts(f, "bases"), quantities(f, "parts"), strict=True)
    ]
    parts += [f"{named(f, 'rest')} on no stated basis"] if f.values["rest"] else []
    missing = f"; of {named(f, 'missing')} none is recorded" if f.values["missing"] else ""
    if len(parts) == 1:
        basis = parts[0].removeprefix(named(f, "total")).strip()
        return f"{named(f, 'total')} a year, {basis}{missing}"
    return f"{named(f, 'total')} a year, of which {join_and(parts)}{missing}"


def unspent(f: Finding) -> str:
    """Why the rest of the budget buys nothing."""
    reasons = [f"the limit of {named(f, 'limit')} is reached"] if f.values["limit"] else []
    for key, words in _LEFT_OUT.items():
        if f.values[key]:
            reasons.append(inflect(f"{named(f, key)} {words}", quantity(f, key).value))
    why = f": {join_and(reasons)}" if reasons else ": no further project adds to the score"
    return sentence(f"{named(f, 'gap')} of the {named(f, 'budget')} stays unspent{why}")


def named_firmness(f: Finding) -> str:
    parts = [
        f"that {name} {'belongs' if side == 'inside' else 'does not belong'} among the first {named(f, 'top')} holds "
        f"in {format_value(part)}"
        for name, side, part in zip(texts(f, "names"), texts(f, "sides"), quantities(f, "shares"), strict=True)
    ]
    return sentence(f"{'; '.join(parts)} of plausible weights and estimates")


def _lacks(f: Finding) -> str:
    return lacking(f.values)


def _ended(f: Finding) -> str:
    pairs = zip(texts(f, "names"), texts(f, "notes"), strict=True)
    each = [f"{name} (“{note}”)" if note else name for name, note in pairs]
    return join_and([*each, *([named(f, "more")] if f.values["more"] else [])])


STANDING: Mapping[str, Phrase] = {
    "unmet": says("{rules} {rules:blocks/block} it today: {titles:quoted}"),
    "late": says("It has been in the stage {stage} for {days}, beyond the limit of {limit}"),
    "fallen": says("{model} stands at {latest} against a validated {validated}[, falling since about {onset}]"),
    "no_return": says("Running it is to take {running} a year, its expected benefit is {benefit}"),
    "behind": says("It brings {realised} a year of the {expected} that were expected, {share}"),
    "spent_up": says("{share} of its budget is spent"),
    "obstacle": says("The record names an obstacle: {obstacle}"),
    "open_incident": says("An incident is open[ since {day}]: {title}"),
    "without_benefit": says("No expected benefit is recorded"),
    "stall_cause": says("{cause}[, {projects:bare} of {of}][: {names}]. What helps: {remedy}"),
    "model_level": says(
        "{model} [latest?stands at|has no measurement of its quality on record][ {latest} over its last weeks]"
        "[ against a validated {validated}][, falling since about {onset}][; shifted inputs: {shifted}]"
    ),
    "metrics_missed": says(
        "Of {metrics} with a target, [missed?{missed:bare} {missed:misses/miss} it|none misses it]"
        "[: <{names} {values} (target {targets})>]"
    ),
}
"""What speaks against a project that was named before, and what would help."""

WORDING = Wording(
    {
        **{kind: RANKING.phrases[kind] for kind in ("reason", "flip")},
        **STANDING,
        "decide_named": says("The question is whether to fund {names}[ with {budget}]"),
        "decide_set": says(
            "From {candidates}{scope}, under {limits}[; as asked, with {must}][; as asked, without {excluded}]",
            limits=limits,
        ),
        "decide_first": says("The first {top} of {candidates}{scope}"),
        "decide_open": says("The question is which projects to fund first"),
        "no_recommendation": says("No recommendation can be made on these records"),
        "too_little_known": says(
            "No project can be recommended: the records hold no {criteria:or}, which carry most of the weight. The "
            "order below rests on what is recorded and is no advice"
        ),
        "fund_set": says("Approve {cost} of budget not yet spent for {projects}: {names}"),
        "fund_no_set": says("No project can be chosen under {limits}", limits=limits),
        "fund_first": says("Approve the funding of {projects} first, in this order: {names}"),
        "fund_none": says("No project can be recommended for money now"),
        "hold": says("Hold {names} until the blocking rules are met"),
        "not_apart": says("The records do not set {names} apart from others, or say too little of them"),
        "hold_named": says("Hold the money of {name} until its blocking rules are met"),
        "unknown_named": says("The records say too little of {name} to recommend for or against it"),
        "fund_named": says(f"Fund {{name}}: {_PLACE}"),
        "not_now_named": says(f"Do not fund {{name}} ahead of others now: {_PLACE}"),
        "nothing_firm": says("Nothing about this is firm"),
        "named_firmness": named_firmness,
        "firmness_unknown": says("How firm a recommendation would be is not known"),
        "firm_hold": says("To hold money while a blocking rule is unmet depends on no weight and no estimate"),
        "flag": says("{name} is blocked today by {rules:quoted}"),
        "further": says("{name} is in the stage {stage} already, so this decides on further money only"),
        "partial": says("All totals and ranks are partial: rows that this viewer may not see are left out"),
        "benefit": expected("Expected benefit:"),
        "no_benefit_known": says("No expected benefit is recorded of {names}"),
        "left_to_spend": says(
            "Cost: {left} of approved budget not yet spent[; running in production has {running} a year set aside]"
        ),
        "payback": says(
            "Payback: at the full expected benefit what is spent from now on comes back in {months}"
            "[, {cautious} if benefits that are only assumed do not count][ (of {of} that record both)]"
        ),
        "unspent": unspent,
        "launch_rule": says(
            "Before launch “{title}” ({source}) has yet to be met by {projects}[; it is approved by {approvers}]"
        ),
        "asked_money": says("The {asked} asked for is {gap} {is_enough:more/less} than that"),
        "no_budget": says("No budget is recorded of {names}"),
        "left_out": says("{name} is left out: it {why}", why=lambda f: why(f.values)),
        "no_rules": says("This workspace has no governance rules, so no gate before launch can be checked"),
        "none_proposed": says("No project is proposed, so no gate before launch was checked"),
        "gates_of_one": says("{name} is {state}"),
        "gates_of_all": says("Of {projects} proposed, <{counts:bare} {counts:is/are} {states}>"),
        "gate": says(f"{{name}} is blocked today by {_RULE}; the record says {{lacks}}", lacks=_lacks),
        "launch": says(f"Before launch {_RULE} must be met"),
        "launch_of": says("Of {name} the record says {lacks}", lacks=_lacks),
        "ask": says("To ask: {questions} The answer settles {rules} of {is_all:all /}{names}"),
        "ask_more": says("{more} would settle the rest of what is unknown"),
        "risk_class": says("Of a high risk class: <{names} ({classes})>"),
        "unclassified": says("Not classified by risk: {names}"),
        "data": says("Below the minimum {criterion} of {minimum}: <{names} ({levels})>"),
        "data_unknown": says("No {criterion} is recorded of {names}"),
        "blocker": says("The record of {name} names an obstacle: {blocker}"),
        "spent": says("{name} has spent {share} of its budget"),
        "absent_tables": says(
            "The records hold no table of {tables:or}, so what happens in use cannot be seen in them"
        ),
        "no_incident": says("No incident{is_partial: that this viewer may see/} is recorded of {names:or}"),
        "record_criteria": says("With estimates of {criteria} in the records a recommendation could be made"),
        "unblock": says("{name} would be weighed anew once its {rules} {rules:is/are} met"),
        "rival": says(
            "The strongest project not {is_asked:asked for/recommended} is {name}, in place {rank}: it "
            "is{is_blocked:, but blocked today,/} {is_set:in the best set/among the first}[ {top}] in {share} of "
            "plausible weights and estimates"
        ),
        "doubled": says(
            "If {criterion} counted double, {comes} would come into the first {top} and {goes} would leave "
            "{top:it/them}"
        ),
        "leader": says("If {criterion} counted double, {name} would be first instead of {instead_of}"),
        "missing": says(
            "{projects} outside the first {top} could belong there, as an estimate is missing: at its best {name} "
            "would score up to {highest:bare} against {last:bare} of the last inside"
        ),
        "lacks": says(
            "{name} has no {criteria:or} on record; at its worst it would score {lowest:bare} and leave the first {top}"
        ),
        "no_benefit": says("No expected benefit is recorded of {names}"),
        "assumed": says("The expected benefit is only assumed, neither estimated nor measured, of {names}"),
        "ended": says(
            "In the field of {field}, that of {proposed}, {stopped} of {recorded:bare} on record {stopped:was/were} "
            "stopped: {listed}",
            listed=_ended,
        ),
        "against": says(
            "The record of {name} says {cells}, against “{title}” ({source}[, effective {effective}])",
            cells=lambda f: cells(f.values),
        ),
        "account": says(
            "The memo “{title}” has the id {id} and {sources}[; the recommendation of this {memo} memo is "
            "{firmness}]. A conversation keeps it: the page Memos has it as PDF, Word and Markdown, and so has "
            "`bearing memo export {id}`"
        ),
    }
)
