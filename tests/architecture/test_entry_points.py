"""What services bring to command and runner is named in `pyproject.toml`, and what is named is there."""

import ast
import tomllib
from importlib.util import find_spec
from pathlib import Path

import pytest

_ROOT = Path(__file__).parents[2]
_PROJECT = tomllib.loads((_ROOT / "pyproject.toml").read_text())["project"]
_ENTRY_POINTS: dict[str, dict[str, str]] = _PROJECT["entry-points"]


def _services_with(room: str) -> set[str]:
    return {found.parent.name.replace("_", "-") for found in (_ROOT / "services").glob(f"*/{room}")}


def test_every_service_can_be_run() -> None:
    assert _services_with("service.py") <= set(_ENTRY_POINTS["parley.services"])


def test_every_schema_is_migrated() -> None:
    # A schema is named as its service is: PostgreSQL would want a dash quoted everywhere.
    named = {name.replace("_", "-") for name in _ENTRY_POINTS["parley.schemas"]}
    assert _services_with("sql") == named


@pytest.mark.parametrize(
    ("group", "name", "target"),
    [
        (group, name, target)
        for group in ("parley.services", "parley.commands", "parley.schedules")
        for name, target in _ENTRY_POINTS[group].items()
    ],
)
def test_what_an_entry_point_names_is_there(group: str, name: str, target: str) -> None:
    module, _, attribute = target.partition(":")

    spec = find_spec(module)

    assert spec is not None, f"{group} {name}: there is no module {module}"
    assert spec.origin is not None
    assert attribute in _defined_in(Path(spec.origin))


def _defined_in(file: Path) -> set[str]:
    """Read, not imported: a nameko service must not be imported where eventlet is not in place."""
    names = set()
    for node in ast.parse(file.read_text()).body:
        match node:
            case ast.FunctionDef(name=name) | ast.ClassDef(name=name):
                names.add(name)
            case ast.Assign(targets=[ast.Name(id=name)]):
                names.add(name)
            case ast.ImportFrom(names=imported):
                names |= {alias.asname or alias.name for alias in imported}
    return names
