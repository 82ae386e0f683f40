"""The documented statements, and the least that they need to be run by hand."""

import re
from pathlib import Path

FIXTURE = Path(__file__).parents[1] / "fixtures" / "documented_ddl.md"
STATEMENTS = re.compile(r"`([^`]+\.sql)`\n```sql\n(.*?)```", re.DOTALL)

# file -> its statements
DOCUMENTED = dict(STATEMENTS.findall(FIXTURE.read_text()))
# file -> the names of its tables
TABLES = {file: re.findall(r"EXISTS (\w+)", statements) for file, statements in DOCUMENTED.items()}

PREREQUISITES_BY_HAND = """
create table organizations (id uuid primary key default uuid_generate_v4());
create schema auth;
create table auth.users (id uuid primary key);
create table autonomous_agents (id uuid primary key);
"""
UUID_BY_HAND = (
    "create function {schema}.uuid_generate_v4() returns uuid "
    "language sql volatile as 'select gen_random_uuid()'"
)
