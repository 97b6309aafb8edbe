"""What is in the repository is the same for everybody: nothing in it belongs to one machine."""

import re
import shutil
import subprocess
from pathlib import Path

import pytest

_ROOT = Path(__file__).parents[2]
_INDEX_HOST = re.compile(r"\bpypi\.org|\bpythonhosted\.org|://[^\s/]*/simple\b")
_PRIVATE_PATH = re.compile(r"(?<![\w.])/(?:root|work|home/\w+|Users/\w+|opt/wheels)/")


def _tracked() -> list[Path]:
    if shutil.which("git") is None or not (_ROOT / ".git").exists():
        pytest.skip("not a git checkout")
    listing = subprocess.run(["git", "ls-files", "-z"], cwd=_ROOT, capture_output=True, text=True, check=True)
    files = [_ROOT / name for name in listing.stdout.split("\0") if name]
    return [file for file in files if file.is_file() and file != Path(__file__)]


@pytest.mark.parametrize("pattern", [_INDEX_HOST, _PRIVATE_PATH], ids=["index host", "private path"])
def test_no_file_names_a_package_index_or_a_folder_of_one_machine(pattern: re.Pattern[str]) -> None:
    found = [
        f"{file.relative_to(_ROOT)}:{number}: {line.strip()[:120]}"
        for file in _tracked()
        for number, line in enumerate(file.read_text(errors="replace").splitlines(), start=1)
        if pattern.search(line)
    ]

    assert found == []


@pytest.mark.parametrize("name", ["requirements.lock", "requirements-dev.lock"])
def test_every_locked_package_is_pinned_with_hashes(name: str) -> None:
    requirements = (_ROOT / name).read_text().replace("\\\n", " ").splitlines()

    assert requirements
    for requirement in requirements:
        assert re.match(r"[\w.-]+(\[[\w,-]+\])?==\S+ .*--hash=sha256:", requirement), requirement


def test_what_runs_in_production_is_what_is_tested() -> None:
    assert _pins("requirements.lock").items() <= _pins("requirements-dev.lock").items()


def _pins(name: str) -> dict[str, str]:
    return dict(re.findall(r"^([\w.-]+)(?:\[[\w,-]+\])?==(\S+)", (_ROOT / name).read_text(), re.MULTILINE))
