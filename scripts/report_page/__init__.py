"""The page of ``scripts.report``: a template, a style, scripts, and charts as Vega-Lite specifications."""

import base64
import hashlib
import json
from pathlib import Path

import vl_convert
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

HERE = Path(__file__).parent
# In the order in which they need each other.
SCRIPTS = (
    "marts",
    "wording",
    "table",
    "chart",
    "section",
    "summary",
    "distribution",
    "trend",
    "coverage",
    "status",
    "page",
)


def render(data: dict[str, object]) -> str:
    """Return the page; ``data`` is embedded with every character escaped that could end its element."""
    is_published = bool(data["tables"]["benchmarks"]["rows"])
    charts = {path.stem: json.loads(path.read_text("utf-8")) for path in sorted(HERE.glob("charts/*.json"))}
    scripts = []
    if is_published:
        scripts = [vl_convert.javascript_bundle(), "\n".join(text(f"{name}.js") for name in SCRIPTS)]
    environment = Environment(loader=FileSystemLoader(HERE), autoescape=True, undefined=StrictUndefined)
    return environment.get_template("page.html").render(
        data=data | {"charts": charts},
        is_published=is_published,
        style=Markup(text("page.css")),
        scripts=[Markup(script) for script in scripts],
        script_sources=Markup(" ".join(map(source_of, scripts))),
    )


def text(name: str) -> str:
    """Return the text of a file beside this one."""
    return (HERE / name).read_text("utf-8")


def source_of(script: str) -> str:
    """Return how a content security policy names a script: nothing else may run in the page."""
    digest = hashlib.sha256(script.encode()).digest()
    return f"'sha256-{base64.b64encode(digest).decode()}'"
