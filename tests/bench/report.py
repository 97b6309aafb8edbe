"""What the bench found: rows of figures beside their floors, as a table for people and JSON for programs."""

import json
import platform
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import psutil
from rich.console import Console
from rich.table import Table


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """
    One thing measured. `floor` is what the same run measured for the least that could do the job.

    `target` is the bound the figure is held to, as text; `met` is None where there is no target.
    """

    bench: str
    name: str
    value: float
    unit: str
    floor: float | None = None
    floor_name: str = ""
    target: str = ""
    met: bool | None = None

    @property
    def ratio(self) -> float | None:
        return self.value / self.floor if self.floor else None


@dataclass(slots=True)
class Report:
    """Collects figures and remarks in the order they were found."""

    quick: bool
    started_at: datetime = field(default_factory=lambda: datetime.now(UTC))
    figures: list[Figure] = field(default_factory=list)
    remarks: list[str] = field(default_factory=list)

    def add(self, *figures: Figure) -> None:
        self.figures += figures

    def remark(self, text: str) -> None:
        self.remarks.append(text)

    @property
    def missed(self) -> Sequence[Figure]:
        return [figure for figure in self.figures if figure.met is False]

    def write_json(self, path: Path) -> None:
        """Write everything as one JSON object."""
        content = {
            "started_at": self.started_at.isoformat(),
            "quick": self.quick,
            "machine": _machine(),
            "figures": [asdict(figure) | {"ratio": figure.ratio} for figure in self.figures],
            "remarks": self.remarks,
        }
        path.write_text(json.dumps(content, indent=2) + "\n")

    def print_table(self, console: Console) -> None:
        """Print one row per figure, then the remarks."""
        table = Table(title=f"Parley bench · {_machine()['cores']} cores{' · quick' if self.quick else ''}")
        for heading in ("bench", "what", "figure", "floor (same run)", "ratio", "target", ""):
            table.add_column(heading, justify="right" if heading in ("figure", "ratio") else "left")
        previous = ""
        for figure in self.figures:
            if previous and figure.bench != previous:
                table.add_section()
            floor = f"{_short(figure.floor)} {figure.unit} {figure.floor_name}" if figure.floor else ""
            mark = {True: "[green]met[/]", False: "[red]missed[/]", None: ""}[figure.met]
            table.add_row(
                "" if figure.bench == previous else figure.bench,
                figure.name,
                f"{_short(figure.value)} {figure.unit}",
                floor,
                f"{figure.ratio:.2f}" if figure.ratio is not None else "",
                figure.target,
                mark,
            )
            previous = figure.bench
        console.print(table)
        for remark in self.remarks:
            console.print(f"  - {remark}", highlight=False)


def _machine() -> dict[str, object]:
    return {
        "cores": psutil.cpu_count(),
        "memory_gb": round(psutil.virtual_memory().total / 2**30, 1),
        "python": platform.python_version(),
        "system": platform.platform(),
    }


def _short(value: float | None) -> str:
    if value is None:
        return ""
    if value >= 100:
        return f"{value:,.0f}".replace(",", " ")
    return f"{value:.1f}" if value >= 10 else f"{value:.2f}"


def percentiles(values: Sequence[float]) -> tuple[float, float, float]:
    """Return p50, p95 and p99, each an observed value. Raises ValueError for no values."""
    if not values:
        raise ValueError("no values were observed")
    ordered = sorted(values)
    last = len(ordered) - 1
    return (
        ordered[round(last * 0.50)],
        ordered[round(last * 0.95)],
        ordered[round(last * 0.99)],
    )
