"""From active cases to surveys, drafts and the one submission, on a real log and real tables."""

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any, Literal
from uuid import UUID, uuid4

import pytest
from click.testing import CliRunner, Result

from services.surveys import handlers, queries
from services.surveys.cli import group
from services.surveys.commands import Origin, SubmitSurvey
from shared.contracts.envelope import NewEvent
from shared.contracts.rpc import Caller
from shared.contracts.surveys import Report, SurveyRequested
from shared.db import DatabaseConnection
from shared.errors import Conflict, Forbidden, NotFound, Refused
from shared.eventlog.protocol import EventLog
from shared.settings import Settings, to_environment
from tests.integration.surveys.conftest import ACTIVATED, CREDITOR, PARTNER, PAUL, RIVAL, Office, case_id

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
CatchUp = Callable[[], None]
Parley = Callable[..., Result]


@pytest.fixture
def parley_surveys(database_settings: Settings) -> Parley:
    def run(*arguments: str) -> Result:
        return CliRunner().invoke(group, arguments, env=to_environment(database_settings))

    return run


def requested(parley_surveys: Parley, *options: str, now: datetime = NOW) -> tuple[int, int]:
    result = parley_surveys("request", "--json", "--now", now.isoformat(), *options)
    assert result.exit_code == 0, result.output
    told = json.loads(result.stdout)
    return told["requested"], told["refreshed"]


def listed(parley_surveys: Parley) -> list[dict[str, Any]]:
    surveys: list[dict[str, Any]] = json.loads(
        parley_surveys("list", "--json", "--now", NOW.isoformat()).stdout
    )
    return surveys


@pytest.fixture
def survey(office: Office, catch_up: CatchUp, parley_surveys: Parley) -> dict[str, Any]:
    """The survey of one case, open."""
    office.opens(1)
    catch_up()
    assert requested(parley_surveys) == (1, 0)
    catch_up()
    return listed(parley_surveys)[0]


def submits(
    archive: handlers.Archive, survey: dict[str, Any], report: Report, *, company: Any = PARTNER
) -> Any:
    command = SubmitSurvey(
        survey_id=UUID(survey["id"]), user_id=PAUL, user_name="Paul", company_id=company, report=report
    )
    origin = Origin(id=uuid4(), at=NOW, actor=f"user:{PAUL}", correlation_id=uuid4())
    return handlers.submit(archive, case_id(1), command, origin)


def test_active_cases_whose_day_has_come_are_asked_once(
    office: Office, catch_up: CatchUp, parley_surveys: Parley
) -> None:
    office.opens(1)
    office.opens(2, "Paused")
    office.opens(3, at=ACTIVATED + timedelta(days=5))
    office.opens(4, "PendingVerification", partner_id=None)
    catch_up()

    assert requested(parley_surveys, "--dry-run") == (1, 0)
    assert requested(parley_surveys) == (1, 0)
    assert requested(parley_surveys) == (0, 0)
    catch_up()
    assert requested(parley_surveys) == (0, 0)

    (survey,) = listed(parley_surveys)
    assert (survey["case_reference"], survey["month"], survey["due_at"]) == (
        "NV-1",
        "2026-11",
        "2026-11-27T12:00:00Z",
    )


def test_a_run_that_comes_late_over_the_end_of_a_month_asks_for_the_last_days_of_it(
    office: Office, catch_up: CatchUp, parley_surveys: Parley
) -> None:
    office.opens(1, at=datetime(2026, 10, 30, 9, tzinfo=UTC))
    office.opens(2, at=datetime(2026, 10, 10, 9, tzinfo=UTC))
    catch_up()
    on_the_second = datetime(2026, 12, 2, 12, tzinfo=UTC)

    assert requested(parley_surveys, "--month", "2026-12", now=on_the_second) == (0, 0)
    assert requested(parley_surveys, now=on_the_second) == (1, 0)
    catch_up()
    assert requested(parley_surveys, now=on_the_second) == (0, 0)
    assert [(each["case_reference"], each["month"]) for each in listed(parley_surveys)] == [
        ("NV-1", "2026-11")
    ]
    assert requested(parley_surveys, now=datetime(2026, 12, 30, 12, tzinfo=UTC)) == (1, 1)


def test_the_next_month_refreshes_what_is_open(
    survey: dict[str, Any], catch_up: CatchUp, parley_surveys: Parley
) -> None:
    december = NOW + timedelta(days=31)

    assert requested(parley_surveys, "--dry-run", now=december) == (0, 1)
    assert requested(parley_surveys, now=december) == (0, 1)
    catch_up()

    (refreshed,) = listed(parley_surveys)
    assert (refreshed["id"], refreshed["month"], refreshed["due_at"]) == (
        survey["id"],
        "2026-12",
        survey["due_at"],
    )


@pytest.mark.parametrize(
    "change", [{"status": "Paused"}, {"status": "Closed", "close_code": "Other"}, {"partner_id": RIVAL}]
)
def test_a_case_that_is_not_the_partners_to_work_on_any_more_is_not_asked(  # noqa: PLR0917 - fixtures
    survey: dict[str, Any],
    office: Office,
    catch_up: CatchUp,
    parley_surveys: Parley,
    archive: handlers.Archive,
    change: dict[str, Any],
) -> None:
    office.opens(1, **{"status": "Active", **change}, at=NOW)
    catch_up()

    assert [each["status"] for each in listed(parley_surveys)] == ["withdrawn"]
    with pytest.raises(Conflict):
        submits(archive, survey, Report(recommendation="stay_active"))


def test_a_request_that_was_decided_just_before_the_pause_is_withdrawn(
    survey: dict[str, Any], office: Office, catch_up: CatchUp, parley_surveys: Parley, log: EventLog
) -> None:
    (asked,) = log.read_stream(handlers.open_archive(log).surveys.stream(case_id(1)))
    assert isinstance(asked.data, SurveyRequested)
    office.opens(1, "Paused", at=NOW)
    catch_up()

    late = asked.data.model_copy(
        update={"survey": asked.data.survey.model_copy(update={"id": uuid4()}), "month": "2026-12"}
    )
    log.append(
        asked.stream,
        [
            NewEvent(
                id=uuid4(),
                data=late,
                time=NOW,
                actor="ops:surveys",
                audience=asked.audience,
                subject=asked.subject,
                correlation_id=uuid4(),
            )
        ],
        expected="any",
    )
    catch_up()

    assert [each["status"] for each in listed(parley_surveys)] == ["withdrawn", "withdrawn"]


def test_a_report_is_submitted_once_and_its_retry_has_the_first_outcome(
    survey: dict[str, Any], archive: handlers.Archive, catch_up: CatchUp, parley_surveys: Parley
) -> None:
    report = Report(recommendation="stay_active", comment="The debtor answers now.")

    first = submits(archive, survey, report)
    again = submits(archive, survey, report)

    assert (first.created, again.created) == (True, False)
    assert first.position == again.position
    with pytest.raises(Conflict, match="another report"):
        submits(archive, survey, Report(recommendation="stay_active"))
    catch_up()
    shown = json.loads(parley_surveys("show", survey["id"], "--json").stdout)
    assert (shown["status"], shown["report"]["comment"]) == ("submitted", report.comment)


def test_nobody_else_knows_of_a_survey_before_it_is_answered(
    survey: dict[str, Any], archive: handlers.Archive, catch_up: CatchUp, tables: DatabaseConnection
) -> None:
    def seen_by(company: Any) -> bool:
        try:
            queries.get_survey(tables, survey["id"], viewer=company, now=NOW)
        except NotFound:
            return False
        return True

    assert [seen_by(company) for company in (PARTNER, CREDITOR, RIVAL)] == [True, False, False]
    with pytest.raises(NotFound):
        submits(archive, survey, Report(recommendation="stay_active"), company=RIVAL)

    submits(archive, survey, Report(recommendation="stay_active"))
    catch_up()

    assert [seen_by(company) for company in (PARTNER, CREDITOR, RIVAL)] == [True, True, False]


def test_who_may_not_know_of_a_survey_is_told_so_before_who_may_not_answer_it(
    survey: dict[str, Any], archive: handlers.Archive, catch_up: CatchUp, tables: DatabaseConnection
) -> None:
    def refused(company: UUID, role: Literal["creditor", "partner"], survey_id: Any) -> type[Refused] | None:
        caller = Caller(user_id=PAUL, company_id=company, role=role)
        try:
            handlers.who_answers(tables, survey_id, caller, viewer=company)
        except Refused as refusal:
            return type(refusal)
        return None

    def refusals(survey_id: Any) -> list[type[Refused] | None]:
        return [
            refused(PARTNER, "partner", survey_id),
            refused(CREDITOR, "creditor", survey_id),
            refused(RIVAL, "partner", survey_id),
        ]

    assert refusals(survey["id"]) == [None, NotFound, NotFound]
    assert refusals(uuid4()) == [NotFound, NotFound, NotFound]
    submits(archive, survey, Report(recommendation="stay_active"))
    catch_up()
    assert refusals(survey["id"]) == [None, Forbidden, NotFound]


def test_overdue_surveys_are_reminded_of_once_a_week(survey: dict[str, Any], parley_surveys: Parley) -> None:
    def reminded(days: int) -> int:
        now = (NOW + timedelta(days=days)).isoformat()
        count: int = json.loads(parley_surveys("remind", "--json", "--now", now).stdout)["reminded"]
        return count

    assert [reminded(days) for days in (1, 8, 9, 15)] == [0, 1, 0, 1]


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        (("request", "--month", "2026-13"), "2026-11"),
        (("request", "--month", "2027-05", "--now", "2026-11-20T12:00:00Z"), "not begun"),
        (("cadence", str(PARTNER), "--mode", "1"), "1 to 28"),
        (("cadence", str(CREDITOR), "--mode", "1", "--day", "5"), "There is no partner"),
        (("cadence", str(uuid4()), "--mode", "0"), "There is no partner"),
        (("show", str(uuid4())), "no such survey"),
    ],
)
def test_mistakes_are_told_in_one_line(
    office: Office, parley_surveys: Parley, arguments: tuple[str, ...], complaint: str
) -> None:
    result = parley_surveys(*arguments)

    assert result.exit_code == 2
    assert complaint in result.output
    assert "Traceback" not in result.output


def test_what_was_logged_since_the_last_update_is_known_already(
    survey: dict[str, Any],
    office: Office,
    archive: handlers.Archive,
    catch_up: CatchUp,
    tables: DatabaseConnection,
) -> None:
    office.receives_payment(1, "250.00", at=NOW)
    catch_up()

    def known() -> list[tuple[str, Any]]:
        shown = queries.get_survey(tables, survey["id"], viewer=PARTNER, now=NOW)
        return [(entry.kind, entry.amount) for entry in shown.known]

    assert known() == [("payment", Decimal("250.00"))]
    closing = Report(recommendation="close", close_code="Partially paid")
    assert submits(archive, survey, closing).created
    catch_up()
    assert known() == []
