"""How the tables that the migration gap analysis names stand in a database, by stream."""

import json
from dataclasses import dataclass, field
from pathlib import Path

from scripts.shared.catalogue import Shape, additions, missing

# What the documented files make, {file: {table: shape}}. Stored, because a role that may only read cannot
# rehearse them. The files never change, so neither does this; a test compares the two.
DOCUMENTED = json.loads((Path(__file__).parents[1] / "ddl" / "documented_shapes.json").read_text())

# Stream A is the platform's own: the analysis names its tables and leaves out their columns.
STREAM_A = {
    "20240711_autonomous_agents_tables.sql": (
        "autonomous_agents", "agent_tasks", "agent_approvals", "agent_knowledge", "agent_execution_logs",
        "agent_errors",
    ),
    "20240711_create_agent_tables.sql": (
        "agent_configs", "agent_events", "agent_results", "agent_approvals", "agent_knowledge",
        "agent_errors", "agent_scheduled_tasks",
    ),
    "20240711_create_agent_learning_tables.sql": ("agent_outcomes", "agent_patterns", "agent_knowledge_base"),
}  # fmt: skip

# stream -> the files that define its tables
STREAMS = {
    "Stream A: Autonomous Agents": tuple(STREAM_A),
    "Stream B: ML Pipeline": ("20240712_ml_pipeline_tables.sql",),
    "Stream C: Industry Models": ("20240713_industry_models_tables.sql",),
    "Stream D: Network Features": ("20240714_network_features_tables.sql",),
    "Cross-stream: Integration": ("20240715_integration_tables.sql",),
}
STATES = ("exists", "missing", "differs")


@dataclass(frozen=True)
class Gap:
    """How one table stands: ``state`` is one of STATES; the lists have a line a column or constraint."""

    table: str
    defined_in: list[str]
    state: str
    differences: list[str] = field(default_factory=list)
    additions: list[str] = field(default_factory=list)


def gaps(actual: dict[str, Shape]) -> dict[str, list[Gap]]:
    """Return by stream how each table stands, in the order of the files, given the shapes of ``public``."""
    return {stream: stream_gaps(files, actual) for stream, files in STREAMS.items()}


def stream_gaps(files: tuple[str, ...], actual: dict[str, Shape]) -> list[Gap]:
    """Return every table of the files once."""
    defined_in: dict[str, list[str]] = {}
    for file in files:
        for table in STREAM_A.get(file) or DOCUMENTED[file]:
            defined_in.setdefault(table, []).append(file)
    return [judge(table, found_in, actual.get(table)) for table, found_in in defined_in.items()]


def judge(table: str, defined_in: list[str], actual: Shape | None) -> Gap:
    """Compare one table with its documented shape; where there is none, existing is enough."""
    if actual is None:
        return Gap(table, defined_in, "missing")
    expected = DOCUMENTED.get(defined_in[0], {}).get(table)
    if expected is None:
        return Gap(table, defined_in, "exists")
    differences = missing(expected, actual)
    return Gap(
        table, defined_in, "differs" if differences else "exists", differences, additions(expected, actual)
    )
