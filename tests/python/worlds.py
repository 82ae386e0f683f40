"""Small worlds for the tests: a bundle written row by row, loaded by scripts.load and built by dbt."""

import csv
import hashlib
import json
import os
import secrets
import uuid
from collections import defaultdict
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path

import psycopg
from click.testing import CliRunner

from scripts.load import main as load

AS_OF = datetime(2025, 6, 30, 12, tzinfo=UTC)
LONG_AGO = "2020-01-01T00:00:00Z"
# Random worlds differ from run to run, but not in CI; a failure says how to repeat it.
RANDOM_SEED = 20250630 if os.environ.get("CI") else secrets.randbelow(10**9)
SEED = int(os.environ.get("BLIPEE_WORLDS_SEED", RANDOM_SEED))
AGAIN = f"(to repeat: BLIPEE_WORLDS_SEED={SEED})"
ALL_LOADED, SOME_REJECTED = 0, 3
Row = dict[str, object]

# As people build, but for the unit tests, which need no world.
BUILD = ("build", "--exclude-resource-type", "unit_test")


def identifier(name: str) -> uuid.UUID:
    """The UUID that stands for a text in the database."""
    return uuid.UUID(hashlib.md5(name.encode()).hexdigest())


def at(moment: datetime = AS_OF) -> list[str]:
    """dbt's arguments for a build as of a moment."""
    return ["--vars", json.dumps({"as_of": moment.isoformat()})]


def query(connection: psycopg.Connection, statement: str, *parameters: object) -> list[tuple]:
    return connection.execute(statement, parameters or None).fetchall()


class Bundle:
    """The rows of a bundle, by table, in the order in which they were added."""

    def __init__(self) -> None:
        self.tables: dict[str, list[Row]] = defaultdict(list)

    def add(self, table: str, **cells: object) -> None:
        self.tables[table].append(cells)

    def member(
        self,
        name: str,
        *,
        industry: str | None = None,
        parent: str | None = None,
        level: str = "full",
        consents: Iterable[str] = ("energy",),
    ) -> None:
        """An organisation with its node, its industry, its parent and its plain consents."""
        self.add("organizations", organization_id=name, name=name)
        self.add("network_nodes", organization_id=name, node_name=name, data_sharing_level=level)
        if industry:
            self.add("organization_industries", organization_id=name, primary_industry=industry)
        if parent:
            self.belongs_to(name, parent)
        for category in consents:
            self.consent(name, category)

    def belongs_to(self, name: str, parent: str, strength: float | None = None) -> None:
        self.add(
            "network_edges",
            source_organization_id=name,
            target_organization_id=parent,
            edge_type="subsidiary_of",
            relationship_strength=strength,
        )

    def consent(
        self,
        name: str,
        category: str,
        *,
        sharing_level: str = "network",
        given: bool = True,
        since: str | None = LONG_AGO,
        until: str | None = None,
    ) -> None:
        self.add(
            "network_privacy_settings",
            organization_id=name,
            data_category=category,
            sharing_level=sharing_level,
            consent_given=given,
            consent_date=since,
            expires_at=until,
        )

    def metric(
        self,
        name: str,
        *,
        category: str = "energy",
        unit: str = "MWh",
        aggregation: str = "sum",
        allow_negative: bool = False,
        component_of: str | None = None,
    ) -> None:
        self.add(
            "metrics",
            metric_name=name,
            category=category,
            unit=unit,
            aggregation=aggregation,
            allow_negative=allow_negative,
            component_of=component_of,
        )

    def observe(
        self,
        organization: str,
        metric: str,
        value: object,
        *,
        period: str = "2024",
        unit: str = "MWh",
        site: str | None = None,
        quality: float | None = None,
        status: str | None = None,
        reported_at: str | None = None,
    ) -> None:
        self.add(
            "metric_observations",
            organization_id=organization,
            metric_name=metric,
            period=period,
            value=value,
            unit=unit,
            site_id=site,
            data_quality=quality,
            verification_status=status,
            reported_at=reported_at,
        )

    def write(self, parent: Path) -> Path:
        """Write the files into a new folder under ``parent``, and return that."""
        folder = parent / f"bundle-{uuid.uuid4()}"
        folder.mkdir()
        for table, rows in self.tables.items():
            names = list(dict.fromkeys(name for row in rows for name in row))
            if not names:
                continue
            with (folder / f"{table}.csv").open("w", newline="", encoding="utf-8") as file:
                writer = csv.DictWriter(file, names)
                writer.writeheader()
                writer.writerows(rows)
        return folder

    def load(self, parent: Path, expect: int = ALL_LOADED) -> str:
        """Write the files into a new folder under ``parent`` and load them; return the last line said."""
        result = CliRunner().invoke(load, [str(self.write(parent))])
        assert result.exit_code == expect, result.output
        return result.stdout.rstrip().splitlines()[-1]
