"""Scores of each unit in 2025 and 2026, and what an assessor would write beside them."""

from __future__ import annotations

ASPECTS: dict[str, tuple[str, ...]] = {
    "data_readiness": ("availability", "quality", "access", "integration", "governance"),
    "infrastructure": ("performance", "reliability", "integration", "deployment", "cost_control"),
    "mlops": ("ci_cd", "model_registry", "monitoring", "experiment_tracking", "model_governance"),
    "governance": ("bias", "explainability", "privacy", "security", "accountability"),
    "culture": ("data_driven", "experimentation", "collaboration", "learning", "trust_in_technology"),
    "change": ("communication", "training", "workflow_integration", "trust", "incentives"),
}

# Scores of 2026 in the order of ASPECTS; those of 2025 follow from LAST_YEAR.
SCORES: dict[str, dict[str, str]] = {
    "Retail Stores": {
        "data_readiness": "3 2 2.5 1.5 2", "infrastructure": "3 3.5 2 2.5 3", "mlops": "2 2.5 2 2 2.5",
        "governance": "1.5 2.5 3 3.5 2.5", "culture": "3 2.5 3 3 3", "change": "2.5 2.5 3 3 2.5",
    },
    "Meridian Bank": {
        "data_readiness": "4 3.5 3 3 4", "infrastructure": "4 4 3 3 3", "mlops": "3 3.5 3 3 3.5",
        "governance": "3 3.5 4 4.5 3.5", "culture": "3.5 2.5 2.5 3.5 3", "change": "3 3 2.5 3 2.5",
    },
    "Insurance": {
        "data_readiness": "3 2.5 2.5 2 3.5", "infrastructure": "3 3.5 2.5 2.5 3", "mlops": "2 2.5 2 2.5 3",
        "governance": "3 3.5 3.5 3.5 3", "culture": "3.5 2.5 2.5 3 3", "change": "2.5 3 2 2.5 2",
    },
    "Manufacturing": {
        "data_readiness": "2.5 2 2 1.5 2", "infrastructure": "2.5 3 2 2 3", "mlops": "2 2 2.5 1.5 2",
        "governance": "2.5 2 3 3 2.5", "culture": "2.5 2 2.5 2 1.5", "change": "2 1.5 2 1.5 1",
    },
    "Logistics": {
        "data_readiness": "4 3.5 3.5 3 3", "infrastructure": "4 4 3.5 3.5 4", "mlops": "3.5 3 3.5 3 3",
        "governance": "2.5 2.5 3 3.5 3", "culture": "4 3.5 3.5 3.5 3.5", "change": "3.5 4 3.5 3 3",
    },
    "E-Commerce": {
        "data_readiness": "4.5 3.5 4 3.5 2.5", "infrastructure": "4.5 4.5 4 4 3.5", "mlops": "4 3.5 3.5 4 2",
        "governance": "2 2 2.5 3.5 2", "culture": "4.5 4.5 3 4 4", "change": "3.5 3.5 4 3.5 3",
    },
    "Wealth": {
        "data_readiness": "2.5 3 2 2 3", "infrastructure": "3 3 2 2 2.5", "mlops": "1.5 2 1.5 1.5 2.5",
        "governance": "3 3.5 3.5 3.5 3.5", "culture": "3 2 3 3 2.5", "change": "3 2 2.5 2.5 2.5",
    },
    "Group Services": {
        "data_readiness": "3.5 3 3 2.5 3.5", "infrastructure": "4 4 3 4 2.5", "mlops": "3.5 4 3 3 3",
        "governance": "3 3 3.5 4 3.5", "culture": "3 3 2.5 3 3", "change": "2.5 2.5 2 2.5 2",
    },
}  # fmt: skip

LAST_YEAR: dict[tuple[str, str], float] = {
    # Trust in the plants fell after the first alerts that nobody explained.
    ("Manufacturing", "trust"): 2.5,
    ("Manufacturing", "trust_in_technology"): 2.5,
    ("Manufacturing", "incentives"): 1.5,
    ("E-Commerce", "model_governance"): 2.5,
}
"""Scores of 2025 that are not simply a little lower."""

ASSESSORS: dict[str, str] = {
    "data_readiness": "Group Data Office",
    "infrastructure": "Group AI Platform team",
    "mlops": "Group AI Platform team",
    "governance": "AI Governance Office",
    "culture": "Group Human Resources",
    "change": "Group Human Resources",
}

# For each aspect: at most 2, between, from 3.5.
NOTES: dict[tuple[str, str], tuple[str, str, str]] = {
    ("data_readiness", "availability"): (
        "Important history is overwritten or on paper.", "Main tables exist, older sites are missing.",
        "Three years of history at the needed detail."),
    ("data_readiness", "quality"): (
        "Duplicates and empty fields in a third of the samples.", "Errors are found by users, not by checks.",
        "Checks run every night and owners react."),
    ("data_readiness", "access"): (
        "An extract takes six weeks and three signatures.", "Access is granted within two weeks.",
        "Teams find and open approved data themselves."),
    ("data_readiness", "integration"): (
        "Product and customer codes differ between systems.", "The main systems are joined by nightly files.",
        "Shared keys and streams between the main systems."),
    ("data_readiness", "governance"): (
        "No owner is named for most tables.", "Owners are named but rarely asked.",
        "Owners, retention and permitted purposes are recorded."),
    ("infrastructure", "performance"): (
        "Scoring runs overnight on a shared server.", "Enough for today's volume, untested at double.",
        "Load tested at three times the peak."),
    ("infrastructure", "reliability"): (
        "Outages are noticed by users.", "Restart by hand within the day.",
        "Standby in place and tried out twice a year."),
    ("infrastructure", "integration"): (
        "Results leave the model as files.", "Interfaces to two of the main systems.",
        "Results appear in the systems people work in."),
    ("infrastructure", "deployment"): (
        "Models are installed by hand.", "Scripts exist, one person knows them.",
        "Deployed and rolled back by pipeline."),
    ("infrastructure", "cost_control"): (
        "Nobody sees the cost of a model.", "Cost is known by unit, not by model.",
        "Cost per model is reported monthly."),
    ("mlops", "ci_cd"): (
        "No automated tests of data or models.", "Code is tested, data and models are not.",
        "Data, code and model tests run before each release."),
    ("mlops", "model_registry"): (
        "Versions are kept in folders.", "Registry used for new models only.",
        "Every live model has owner, version and evidence in the registry."),
    ("mlops", "monitoring"): (
        "Quality is looked at when someone complains.", "Quality is measured weekly, alerts reach nobody.",
        "Quality and drift alarms reach a person on duty."),
    ("mlops", "experiment_tracking"): (
        "Results live in notebooks.", "Tracked by some teams.", "Each run can be found and repeated."),
    ("mlops", "model_governance"): (
        "Validation evidence could not be found for half of the sample.",
        "Evidence complete for high-risk models only.",
        "Evidence complete and reviewed each quarter."),
    ("governance", "bias"): (
        "Fairness is not tested before launch.", "Tested at launch, seldom repeated.",
        "Tested every six months with limits."),
    ("governance", "explainability"): (
        "Users see a score without reasons.", "Reasons are shown for some models.",
        "Reasons are shown and checked with users."),
    ("governance", "privacy"): (
        "Impact assessments are missing.", "Assessments exist, several older than a year.",
        "Assessments current for all systems."),
    ("governance", "security"): (
        "Models were never part of a security test.", "Tested before launch.",
        "Tested every year, supplier access reviewed."),
    ("governance", "accountability"): (
        "Nobody could say who answers for a wrong result.", "Owners are named, reviewers are not trained.",
        "Owner, reviewer and appeal are named for each system."),
    ("culture", "data_driven"): (
        "Decisions follow experience and seniority.", "Figures are asked for, then argued about.",
        "Meetings start from agreed figures."),
    ("culture", "experimentation"): (
        "A failed test is held against the team.", "Tests are allowed in one department.",
        "Small tests run every week."),
    ("culture", "collaboration"): (
        "Data scientists and the business meet at hand-over.", "Joint teams for the largest projects.",
        "Business, data and technology share one team and goal."),
    ("culture", "learning"): (
        "Training is the first thing that is cut.", "Training on offer, little time to attend.",
        "Two days a quarter are kept free for learning."),
    ("culture", "trust_in_technology"): (
        "Many expect to lose their work to the system.", "Curious but careful.", "New tools are asked for."),
    ("change", "communication"): (
        "Employees heard of the system on the day it started.", "Letters from the project, little talk.",
        "Leaders explain why, what changes and what does not."),
    ("change", "training"): (
        "One hour on a slide deck, for one shift.", "Training at launch, none for newcomers.",
        "Training by role, with help at the workplace."),
    ("change", "workflow_integration"): (
        "A separate screen that nobody has open.", "Opened from the main system, data typed twice.",
        "Built into the steps people already take."),
    ("change", "trust"): (
        "Alerts come without reasons and are waved away.", "Trusted after a second look.",
        "Users rely on it and report errors."),
    ("change", "incentives"): (
        "Bonus rules reward the old way of working.", "Targets do not mention the new way.",
        "Team goals include use and result of the system."),
}  # fmt: skip

# Filled posts and open ones of each role.
ROLES: dict[str, dict[str, str]] = {
    "Retail Stores": {
        "data_scientist": "11 2", "data_engineer": "5 4", "ml_engineer": "3 2", "mlops_engineer": "1 1",
        "ai_product_manager": "2 1", "domain_expert": "4 0", "ai_governance_specialist": "1 0",
        "change_manager": "1 1",
    },
    "Meridian Bank": {
        "data_scientist": "18 1", "data_engineer": "11 5", "ml_engineer": "7 3", "mlops_engineer": "3 2",
        "ai_product_manager": "4 1", "domain_expert": "8 0", "ai_governance_specialist": "5 1",
        "change_manager": "1 0",
    },
    "Insurance": {
        "data_scientist": "13 2", "data_engineer": "6 4", "ml_engineer": "3 2", "mlops_engineer": "1 2",
        "ai_product_manager": "2 0", "domain_expert": "6 1", "ai_governance_specialist": "3 0",
        "change_manager": "0.5 1",
    },
    "Manufacturing": {
        "data_scientist": "10 1", "data_engineer": "4 5", "ml_engineer": "2 3", "mlops_engineer": "0.5 1",
        "ai_product_manager": "1 1", "domain_expert": "5 0", "ai_governance_specialist": "0.5 1",
        "change_manager": "0 2",
    },
    "Logistics": {
        "data_scientist": "7 0", "data_engineer": "8 2", "ml_engineer": "5 1", "mlops_engineer": "2 0",
        "ai_product_manager": "3 0", "domain_expert": "4 0", "ai_governance_specialist": "1 0",
        "change_manager": "2 0",
    },
    "E-Commerce": {
        "data_scientist": "12 3", "data_engineer": "10 2", "ml_engineer": "9 2", "mlops_engineer": "4 1",
        "ai_product_manager": "5 1", "domain_expert": "3 0", "ai_governance_specialist": "0.5 1",
        "change_manager": "1 0",
    },
    "Wealth": {
        "data_scientist": "4 1", "data_engineer": "1.5 2", "ml_engineer": "0.5 1", "mlops_engineer": "0 1",
        "ai_product_manager": "1 0", "domain_expert": "2 0", "ai_governance_specialist": "1 0",
        "change_manager": "0 1",
    },
    "Group Services": {
        "data_scientist": "6 1", "data_engineer": "9 4", "ml_engineer": "6 3", "mlops_engineer": "5 3",
        "ai_product_manager": "2 2", "domain_expert": "2 0", "ai_governance_specialist": "6 2",
        "change_manager": "2 1",
    },
}  # fmt: skip
