"""Writes the reference page of all settings from their model: `python -m shared.settings_page FILE`."""

import sys
from pathlib import Path
from typing import Any

from shared.settings import PREFIX, Settings

_HEAD = """\
# Settings

Every setting is an environment variable.
A variable with the prefix `PARLEY_` that is not listed here is refused, so that a misspelt one is noticed.
Durations are in seconds.
Empty means not given.

This page is written by `make docs` from `shared/settings.py`.

| variable | takes | default | what it is |
|---|---|---|---|
"""

_WORDS = {
    "string": "text",
    "integer": "whole number",
    "number": "number",
    "null": "nothing",
    "boolean": "true or false",
}
_FORMATS = {"path": "path", "date-time": "time with offset"}


def render() -> str:
    """Return the page in Markdown."""
    properties: dict[str, dict[str, Any]] = Settings.model_json_schema()["properties"]
    return _HEAD + "".join(_row(name, schema) for name, schema in properties.items())


def _row(name: str, schema: dict[str, Any]) -> str:
    default = schema.get("default")
    shown = f"`{default}`" if default not in (None, "") else ""
    description = str(schema["description"]).replace("|", "\\|")
    return f"| `{PREFIX}{name.upper()}` | {_takes(schema)} | {shown} | {description} |\n"


def _takes(schema: dict[str, Any]) -> str:
    if "anyOf" in schema:
        return next(_takes(option) for option in schema["anyOf"] if option.get("type") != "null")
    if "enum" in schema:
        return ", ".join(f"`{value}`" for value in schema["enum"])
    word = _FORMATS.get(schema.get("format", ""), _WORDS[schema["type"]])
    if "minimum" in schema and "maximum" in schema:
        return f"{word}, {schema['minimum']} to {schema['maximum']}"
    if "minimum" in schema:
        return f"{word}, {schema['minimum']:g} or more"
    if "exclusiveMinimum" in schema:
        return f"{word}, more than {schema['exclusiveMinimum']:g}"
    return word


if __name__ == "__main__":
    Path(sys.argv[1]).write_text(render())
