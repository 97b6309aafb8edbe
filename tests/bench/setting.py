"""What every measurement is given."""

from dataclasses import dataclass
from pathlib import Path

from rich.console import Console

from shared.settings import Settings
from tests.bench.report import Report


@dataclass(frozen=True, slots=True)
class Setting:
    """Servers to measure on, a folder for what is written on the way, and the report to add figures to."""

    settings: Settings
    folder: Path
    report: Report
    console: Console
    quick: bool

    def seconds(self, full: float, quick: float) -> float:
        return quick if self.quick else full

    def tell(self, text: str) -> None:
        """Say what is being measured now."""
        self.console.print(f"[dim]{text} …[/]", highlight=False)
