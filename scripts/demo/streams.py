"""What the platform does for members: machine learning, agents, and the regulations that they fall under."""

from datetime import UTC, date, datetime, time, timedelta

from scripts.demo.bundle import Row, Tables
from scripts.demo.chance import Chance
from scripts.demo.members import BY_CODE, TODAY, Member

USERS_EVERY = 20  # every twentieth member uses models and agents
MODEL_TYPES = ("emissions_prediction", "anomaly_detection", "optimization", "recommendation")
MODEL_STATUSES = ("active", "active", "active", "training", "validating", "deprecated", "failed")
JOB_STATUSES = ("completed", "completed", "completed", "queued", "running", "failed", "cancelled")
PREDICTED_MONTHS = 24
SCORED_CHANCE = 0.7  # the others wait for the actual value
# Feature set -> how long its features are valid; the last one is still fresh whenever the demo is built.
FEATURE_SETS = {"emissions_monthly": "31 days", "energy_daily": "1 day", "site_master_data": "100 years"}
REGULATIONS = (
    ("CSRD", "EU", date(2026, 4, 30)),
    ("EU Taxonomy", "EU", date(2025, 12, 31)),
    ("SECR", "GB", date(2025, 9, 30)),
    ("GHGRP", "US", date(2025, 3, 31)),
    ("SB 253", "US-CA", date(2026, 8, 10)),
    ("Carbon neutrality pledge", "International", date(2099, 12, 31)),
)


def at(day: date, hour: int, minute: int = 0) -> datetime:
    """Return a moment of the day in UTC."""
    return datetime.combine(day, time(hour, minute), UTC)


def month(back: int) -> date:
    """Return the first day of the month so many months before TODAY's."""
    months = TODAY.year * 12 + TODAY.month - 1 - back
    return date(months // 12, months % 12 + 1, 1)


def model_rows(users: list[Member], chance: Chance) -> list[Row]:
    """Return a model or two per user, in every status; a second version follows the first."""
    rows: list[Row] = []
    for user in users:
        kind, versions = chance.pick(MODEL_TYPES), chance.pick((("1.0.0",), ("1.0.0", "1.1.0")))
        for version in versions:
            is_last = version == versions[-1]
            made = at(chance.day(date(2023, 1, 1), date(2023, 12, 31)), 9)
            rows.append(
                {
                    "id": f"model-{len(rows) + 1:03}",
                    "organization_id": user.id,
                    "model_type": kind,
                    "model_name": f"{kind.replace('_', ' ')} for {BY_CODE[user.industry].noun.lower()}",
                    "version": version,
                    "status": chance.pick(MODEL_STATUSES) if is_last else "deprecated",
                    "framework": "tensorflow.js",
                    "architecture": {"type": "lstm", "layers": [64, 32, 1]},
                    "hyperparameters": {"learning_rate": 0.001, "epochs": chance.whole(20, 200)},
                    "performance_metrics": {"mape": chance.between(0.03, 0.3)},
                    "training_data_info": {"months": chance.whole(12, 60)},
                    "created_at": made,
                    "updated_at": made + timedelta(days=chance.whole(0, 90)),
                }
            )
    return rows


def feature_rows(users: list[Member], chance: Chance) -> list[Row]:
    """Return each user's feature sets, of which one is valid for a century."""
    rows: list[Row] = []
    for user in users:
        for name, valid_for in FEATURE_SETS.items():
            computed = at(chance.day(TODAY - timedelta(days=40), TODAY), 3)
            rows.append(
                {
                    "id": f"feature-{len(rows) + 1:03}",
                    "organization_id": user.id,
                    "feature_set": name,
                    "features": {"mean": chance.between(10, 900), "trend": chance.between(-0.1, 0.1)},
                    "computed_at": computed,
                    "validity_period": valid_for,
                    "metadata": {"source": "meters"},
                    "created_at": computed,
                }
            )
    return rows


def prediction_rows(models: list[Row], chance: Chance) -> list[Row]:
    """Return two years of monthly predictions per active model, some with the value that came true."""
    rows: list[Row] = []
    for model in (model for model in models if model["status"] == "active"):
        level, bias = chance.skewed(400, 0.8), chance.between(0.9, 1.1)
        for back in range(PREDICTED_MONTHS, 0, -1):
            actual = level * chance.between(0.8, 1.2)
            predicted = actual * bias * chance.between(0.9, 1.1)
            scored = chance.happens(SCORED_CHANCE)
            rows.append(
                {
                    "id": f"prediction-{len(rows) + 1:05}",
                    "organization_id": model["organization_id"],
                    "model_id": model["id"],
                    "prediction_type": "monthly_emissions",
                    "input_data": {"month": month(back).strftime("%Y-%m")},
                    "prediction": {"value": round(predicted, 1), "unit": "tCO2e"},
                    "confidence": chance.between(0.5, 0.99),
                    "actual_value": {"value": round(actual, 1), "unit": "tCO2e"} if scored else None,
                    "feedback": chance.pick(("useful", None, None, "too high")),
                    "created_at": at(month(back), 6),
                }
            )
    return rows


def training_job_rows(models: list[Row], chance: Chance) -> list[Row]:
    """Return one job per model, in every status."""
    rows: list[Row] = []
    for place, model in enumerate(models):
        status = JOB_STATUSES[place % len(JOB_STATUSES)]
        queued = model["created_at"] - timedelta(hours=2)
        started = None if status == "queued" else queued + timedelta(minutes=chance.whole(1, 30))
        took = timedelta(minutes=chance.whole(5, 80))
        rows.append(
            {
                "id": f"job-{place + 1:03}",
                "organization_id": model["organization_id"],
                "model_type": model["model_type"],
                "status": status,
                "config": {"batch_size": 32},
                "progress": {"completed": 100, "queued": 0}.get(status, chance.whole(5, 95)),
                "metrics": {"loss": chance.between(0.01, 0.4)} if status == "completed" else None,
                "error_message": "training data ended early" if status == "failed" else None,
                "started_at": started,
                "completed_at": started + took if status in ("completed", "failed", "cancelled") else None,
                "created_at": queued,
            }
        )
    return rows


def performance_rows(models: list[Row], chance: Chance) -> list[Row]:
    """Return three evaluations of each model that was ever active."""
    return [
        {
            "id": f"evaluation-{model['id']}-{metric}",
            "model_id": model["id"],
            "organization_id": model["organization_id"],
            "metric_type": metric,
            "metric_value": chance.between(low, high),
            "evaluation_data": {"months": 12},
            "evaluated_at": at(chance.day(date(2025, 1, 1), TODAY), 12),
        }
        for model in models
        if model["status"] in ("active", "deprecated")
        for metric, low, high in (("mae", 5, 60), ("rmse", 10, 90), ("r2", 0.4, 0.97))
    ]


def agent_rows(users: list[Member], models: list[Row], chance: Chance) -> tuple[list[Row], list[Row]]:
    """Return an agent per user and what it asked of the user's models: answered, open and failed."""
    agents: list[Row] = [
        {"id": f"agent-{place:03}", "organization_id": user.id, "name": "Carbon Hunter"}
        for place, user in enumerate(users, 1)
    ]
    agent_of = {agent["organization_id"]: agent["id"] for agent in agents}
    requests: list[Row] = []
    for model in models:
        for status in ("completed", "pending", "failed"):
            asked = at(chance.day(date(2025, 1, 1), TODAY), 10)
            answered = asked + timedelta(seconds=chance.whole(1, 40))
            answer = {"value": chance.between(50, 900), "unit": "tCO2e"}
            requests.append(
                {
                    "id": f"request-{len(requests) + 1:03}",
                    "agent_id": agent_of[model["organization_id"]],
                    "model_id": model["id"],
                    "organization_id": model["organization_id"],
                    "request_type": "forecast",
                    "input_data": {"horizon_months": 3},
                    "prediction": answer if status == "completed" else None,
                    "status": status,
                    "created_at": asked,
                    "completed_at": None if status == "pending" else answered,
                }
            )
    return agents, requests


def compliance_rows(members: list[Member], chance: Chance) -> list[Row]:
    """Return one to three regulations for every fourth member: overdue, due soon, due later, and undated."""
    rows: list[Row] = []
    for member in members[::4]:
        for regulation, jurisdiction, deadline in chance.some(REGULATIONS, chance.whole(1, 3)):
            assessed = chance.day(date(2024, 1, 1), date(2025, 3, 1))
            rows.append(
                {
                    "id": f"compliance-{len(rows) + 1:04}",
                    "organization_id": member.id,
                    "regulation": regulation,
                    "jurisdiction": jurisdiction,
                    "status": chance.pick(("compliant", "in_progress", "at_risk", "non_compliant")),
                    "last_assessment": assessed if chance.happens(0.9) else None,
                    "next_deadline": deadline if chance.happens(0.95) else None,
                    "compliance_data": {"requirements_met": chance.whole(3, 12), "requirements": 12},
                }
            )
    return rows


def tables_of(seed: int, members: list[Member]) -> Tables:
    """Return the tables of the other streams."""
    chance = Chance(seed, "platform")
    users = members[::USERS_EVERY]
    models = model_rows(users, chance)
    agents, requests = agent_rows(users, models, chance)
    return {
        "ml_models": models,
        "ml_features": feature_rows(users, chance),
        "ml_predictions": prediction_rows(models, chance),
        "ml_training_jobs": training_job_rows(models, chance),
        "ml_model_performance": performance_rows(models, chance),
        "autonomous_agents": agents,
        "agent_ml_requests": requests,
        "regulatory_compliance": compliance_rows(members, chance),
    }
