"""`parley ai-resolver evaluate`: how often a judge is right on labelled threads."""

from collections.abc import Mapping, Sequence
from pathlib import Path

import click
from rich.progress import Progress

from services.ai_resolver.cli.judges import build_judge
from services.ai_resolver.handlers import evaluating
from services.ai_resolver.handlers.evaluating import Judged, Report, Share, Table
from services.ai_resolver.handlers.judging import JudgeName
from shared.cli_support import Failure, Mistake, json_option, print_json, print_table
from shared.settings import load

_BAR = 0.99


@click.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--judge", type=click.Choice(["gates", "model", "full"]), default="gates", show_default=True)
@click.option("--min-precision", type=click.FloatRange(0, 1), default=_BAR, show_default=True)
@json_option
def evaluate(file: Path, *, judge: JudgeName, min_precision: float, as_json: bool) -> None:
    """
    Judge the labelled threads of a JSON Lines FILE and say how often that is right.

    `gates` needs no language model, `model` asks it alone, `full` is what a run does. Fails where what it
    calls concluded is right less often than asked for.
    """
    try:
        items, broken = evaluating.read_items(file.read_text(encoding="utf-8").splitlines())
    except UnicodeDecodeError as error:
        raise Mistake(
            f"{file}: not UTF-8 ({error.reason} at byte {error.start}): save it as UTF-8."
        ) from error
    if broken:
        lines = "\n".join(f"  line {line.number}: {line.problem}" for line in broken)
        raise Mistake(f"{file}: mend these lines, nothing was judged:\n{lines}")
    if not items:
        raise Mistake(f"{file} holds no items: one JSON object a line with id, lang, thread and expected.")
    judging = build_judge(load(), judge)
    with Progress(transient=True, disable=as_json) as progress:
        bar = progress.add_task("Judging", total=len(items))
        found: list[Judged] = []
        for judged in evaluating.evaluate(items, judging):
            found.append(judged)
            progress.advance(bar)
    report = Report(tuple(found))
    model = None if judge == "gates" or judging.model is None else judging.model.name
    if as_json:
        print_json({"judge": judge, "model": model, **_for_programs(report)})
    else:
        click.echo(f"Judged by: {judge}, {f'with {model}' if model else 'without a language model'}\n")
        _print(report)
    if report.undecided:
        told = ", ".join(f"{reason} {count}" for reason, count in report.undecided.items())
        click.echo(f"Could not be judged, and counted as left open: {told}", err=True)
    if report.is_under(min_precision):
        precision = report.total.precision().value
        told = "nothing was called concluded" if precision is None else f"precision is {precision:.4f}"
        raise Failure(f"Under the bar of {min_precision}: {told}.")


def _print(report: Report) -> None:
    for heading, tables in (
        ("language", report.by_language),
        ("category", report.by_category),
        ("", {"all": report.total}),
    ):
        print_table(
            [
                heading,
                "closed rightly",
                "closed WRONGLY",
                "left open rightly",
                "left open in vain",
                "precision (95 % bounds)",
                "recall (95 % bounds)",
                "open ones closed (95 % bounds)",
            ],
            _rows(tables),
        )
        click.echo()
    total = report.total
    for name, share in (
        ("Precision of concluded", total.precision()),
        ("Recall of concluded", total.recall()),
        ("Open ones closed wrongly", total.false_rate()),
    ):
        click.echo(f"{name}: {share.hits} of {share.of}, {_share(share)}")
    wrong = report.wrong
    if wrong:
        click.echo(f"\n{len(wrong)} wrong, those closed wrongly first:")
        print_table(
            ["id", "lang", "category", "expected", "judged", "why", "last message"], _wrong_rows(wrong)
        )


def _rows(tables: Mapping[str, Table]) -> list[Sequence[object]]:
    return [
        (
            name,
            table.true_resolves,
            table.false_resolves,
            table.left_open,
            table.missed,
            _share(table.precision()),
            _share(table.recall()),
            _share(table.false_rate()),
        )
        for name, table in tables.items()
    ]


def _wrong_rows(wrong: Sequence[Judged]) -> list[Sequence[object]]:
    return [
        (
            judged.item.id,
            judged.item.lang,
            judged.item.category,
            judged.item.expected,
            judged.judgement.outcome,
            judged.judgement.reason,
            judged.item.thread[-1].text,
        )
        for judged in wrong
    ]


def _share(share: Share) -> str:
    low, high = share.bounds()
    return "-" if share.value is None else f"{share.value:.4f} ({low:.4f} to {high:.4f})"


def _for_programs(report: Report) -> dict[str, object]:
    def figures(table: Table) -> dict[str, object]:
        shares = {"precision": table.precision(), "recall": table.recall(), "false_rate": table.false_rate()}
        return {
            "true_resolves": table.true_resolves,
            "false_resolves": table.false_resolves,
            "left_open": table.left_open,
            "missed": table.missed,
            **{name: {"value": share.value, "bounds": share.bounds()} for name, share in shares.items()},
        }

    return {
        "all": figures(report.total),
        "by_language": {name: figures(table) for name, table in report.by_language.items()},
        "by_category": {name: figures(table) for name, table in report.by_category.items()},
        "undecided": report.undecided,
        "wrong": [
            {
                "id": judged.item.id,
                "lang": judged.item.lang,
                "category": judged.item.category,
                "expected": judged.item.expected,
                "judged": judged.judgement.outcome,
                "reason": judged.judgement.reason,
                "false_resolve": judged.is_false_resolve,
            }
            for judged in report.wrong
        ],
    }
