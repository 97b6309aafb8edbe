"""What we ship: a wheel that works on its own, in an environment that has nothing but the locked packages."""

import json
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

_ROOT = Path(__file__).parents[2]

# In the fresh environment, in another folder: nothing of this checkout can be found by chance.
_PROBE = """
import importlib.metadata, json
import services.messaging.service
from shared.db import load_queries
owners = importlib.metadata.packages_distributions()
print(json.dumps({name: owners[name] for name in ("services", "shared")}))
"""


def _run(*command: str | Path, cwd: Path) -> str:
    outcome = subprocess.run(command, cwd=cwd, capture_output=True, text=True, check=False)
    assert outcome.returncode == 0, outcome.stdout + outcome.stderr
    return outcome.stdout


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    _run(sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", folder, _ROOT, cwd=folder)
    (wheel,) = folder.glob("*.whl")
    return wheel


def test_the_wheel_holds_code_and_data_and_no_tests(wheel: Path) -> None:
    files = zipfile.ZipFile(wheel).namelist()

    tops = {file.split("/")[0] for file in files if ".dist-info/" not in file}
    assert tops == {"services", "shared"}
    for data in _tracked_data():
        assert data in files


def _tracked_data() -> list[str]:
    folders = (_ROOT / "services", _ROOT / "shared")
    kinds = {".sql", ".html", ".txt", ".jinja"}
    return [
        file.relative_to(_ROOT).as_posix()
        for folder in folders
        for file in folder.rglob("*")
        if file.suffix in kinds
    ]


@pytest.mark.timeout(600)
def test_the_wheel_works_with_the_locked_packages_only(wheel: Path, tmp_path: Path) -> None:
    """Installs from the network; a second distribution that owned `services` or `shared` would show here."""
    python = tmp_path / "venv" / "bin" / "python"
    _run(sys.executable, "-m", "venv", "--without-pip", tmp_path / "venv", cwd=tmp_path)
    install = (
        sys.executable,
        "-m",
        "pip",
        "--disable-pip-version-check",
        "--quiet",
        "--python",
        python,
        "install",
    )
    _run(*install, "--require-hashes", "--requirement", _ROOT / "requirements.lock", cwd=tmp_path)
    _run(*install, "--no-deps", wheel, cwd=tmp_path)

    owners = json.loads(_run(python, "-I", "-c", _PROBE, cwd=tmp_path).splitlines()[-1])

    assert owners == {"services": ["parley"], "shared": ["parley"]}
