"""`parley messaging` and `parley token`, against a real database."""

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import jwt
import pytest
from click.testing import CliRunner, Result

from services.messaging.cli import SCHEDULE, group, token
from services.messaging.queries import Reads
from shared.cli import main
from shared.eventlog.postgres import PostgresEventLog
from shared.settings import Settings
from tests.integration.messaging.office import Conversation

CREDITOR, PARTNER, ANNA, CASE, PARTNERSHIP = (str(uuid4()) for _ in range(5))
LINES: list[dict[str, Any]] = [
    {
        "kind": "company",
        "id": CREDITOR,
        "side": "creditor",
        "name": "Nordvik Steel A/S",
        "country": "DK",
        "time_zone": "Europe/Copenhagen",
        "locale": "da",
    },
    {
        "kind": "company",
        "id": PARTNER,
        "side": "partner",
        "name": "Inkasso Nord GmbH",
        "country": "DE",
        "time_zone": "Europe/Berlin",
    },
    {
        "kind": "user",
        "id": ANNA,
        "company_id": CREDITOR,
        "email": "anna@nordvik.example",
        "name": "Anna Holm",
        "role": "admin",
        "active": True,
    },
    {"kind": "partnership", "id": PARTNERSHIP, "creditor_id": CREDITOR, "partner_id": PARTNER},
    {
        "kind": "case",
        "id": CASE,
        "reference": "NV-1001",
        "creditor_id": CREDITOR,
        "partner_id": PARTNER,
        "status": "Active",
        "debtor": {"type": "Company", "name": "Hafen GmbH"},
        "amount": "8400.00",
        "currency": "EUR",
    },
]
CatchUp = Callable[[], None]
Run = Callable[..., Result]


@pytest.fixture
def run(database_settings: Settings) -> Run:
    """Give a function that runs `parley` with the test's settings in the environment."""
    environment = {
        "PARLEY_ENVIRONMENT": "test",
        "PARLEY_HOME": str(database_settings.home),
        "PARLEY_DATABASE_URL": database_settings.database_url,
        "PARLEY_JWT_SECRET": database_settings.jwt_secret,
    }

    def run(*arguments: str, input: bytes | None = None, **env: str) -> Result:  # noqa: A002 - as click calls it
        return CliRunner().invoke(main, arguments, input=input, env={**environment, **env})

    return run


def as_lines(*objects: dict[str, Any]) -> bytes:
    return b"".join(json.dumps(each).encode() + b"\n" for each in objects)


class TestImporting:
    def test_a_file_is_imported_once_however_often_it_is_given(
        self, run: Run, reads: Reads, catch_up: CatchUp, log: PostgresEventLog, tmp_path: Path
    ) -> None:
        file = tmp_path / "companies.jsonl"
        file.write_bytes(b"\xef\xbb\xbf" + as_lines(*LINES) + b"\n   \n")

        first = run("messaging", "import", str(file))
        head = log.head()
        again = run("messaging", "import", str(file), "--json")

        assert first.exit_code == 0, first.output
        assert first.stdout == "5 lines applied, 0 unchanged, 0 refused.\n"
        assert json.loads(again.stdout) == {
            "applied": 0,
            "unchanged": 5,
            "refused": 0,
            "position": None,
            "problems": [],
        }
        assert log.head() == head
        catch_up()
        (case,) = reads.list_cases(viewer=None, reader=None, status=None, limit=9, cursor=None).items
        assert (str(case.id), case.reference, str(case.amount)) == (CASE, "NV-1001", "8400.00")

    def test_wrong_lines_are_told_by_number_and_field_and_the_rest_is_imported(
        self, run: Run, log: PostgresEventLog
    ) -> None:
        company, partner, user, partnership, case = LINES
        stream = b"".join(
            [
                as_lines(company, partner),
                b"not json\n",
                b"[1]\n",
                b"\xff\xfe\n",
                as_lines(
                    {**user, "e-mail": "x"},
                    {**user, "email": "nobody"},
                    {**user, "company_id": str(uuid4())},
                    {"kind": "wish"},
                    {**partnership, "caller": {"role": "ops"}},
                    {**partnership, "partner_id": CREDITOR},
                    {**case, "amount": "a lot"},
                    {**case, "amount": -1},
                    {**case, "debtor": {"type": "Company", "name": "x", "vat": 1}},
                    {**case, "status": "Sleeping", "currency": None},
                    {**case, "reference": "a\ud800b"},
                ),
                b'{"kind":"case","amount":NaN}\n',
                b'{"kind":"case","amount":' + b"9" * 5000 + b"}\n",
                as_lines(user),
            ]
        )

        result = run("messaging", "import", "-", input=stream)

        assert result.exit_code == 1
        assert result.stdout == "3 lines applied, 0 unchanged, 16 refused.\n"
        told = result.stderr.splitlines()
        expected = [
            "line 3: is not JSON",
            "line 4: is not a JSON object",
            "line 5: is not UTF-8",
            "line 6: field e-mail: no such field",
            "line 7: field email: Give one e-mail address",
            "line 8: field company_id: company_id names no company",
            "line 9: field kind: must be one of company, user, partnership, case, invitation",
            "line 10: field caller: no such field",
            "line 11: field partner_id: partner_id must name a partner",
            "line 12: field amount: ",
            "line 13: field amount: Give a number that is not negative",
            "line 14: field debtor.vat: no such field",
            "line 15: field status: ",
            "line 16: field reference: ",
            "line 17: is not JSON: NaN",
            "line 18: is not JSON of this format: a number has too many digits",
        ]
        assert len(told) == len(expected)
        for line, beginning in zip(told, expected, strict=True):
            assert line.startswith(beginning)
        assert "field currency: " in told[12]

    def test_a_closed_case_may_come_without_its_code(self, run: Run, reads: Reads, catch_up: CatchUp) -> None:
        closed = {**LINES[4], "status": "Closed"}

        for _ in range(2):
            assert run("messaging", "import", "-", input=as_lines(*LINES[:4], closed)).exit_code == 0

        catch_up()
        (case,) = reads.list_cases(viewer=None, reader=None, status=None, limit=9, cursor=None).items
        assert case.status == "Closed"

    def test_a_line_without_the_code_leaves_a_case_that_was_closed_with_one_as_it_is(
        self, run: Run, log: PostgresEventLog
    ) -> None:
        closed = {**LINES[4], "status": "Closed"}
        assert run(
            "messaging", "import", "-", input=as_lines(*LINES[:4], closed | {"close_code": "Paid"})
        ).stdout
        head = log.head()

        again = run("messaging", "import", "-", input=as_lines(closed))

        assert again.stdout == "0 lines applied, 1 unchanged, 0 refused.\n"
        assert log.head() == head

    def test_events_bear_the_instant_of_the_import(self, run: Run, log: PostgresEventLog) -> None:
        now = "2026-11-20T15:00:00+01:00"

        assert run("messaging", "import", "-", "--now", now, input=as_lines(*LINES)).exit_code == 0

        times = {event.time for event in log.read_all(after=0).events}
        assert times == {datetime(2026, 11, 20, 14, tzinfo=UTC)}

    def test_an_import_that_cannot_reach_the_database_fails_in_one_line(self, run: Run) -> None:
        result = run(
            "messaging",
            "import",
            "-",
            input=as_lines(*LINES),
            PARLEY_DATABASE_URL="postgresql://nobody@127.0.0.1:1/none",
        )

        assert result.exit_code == 1
        assert result.stderr.startswith("Error: ")
        assert "Traceback" not in result.output


class TestLooking:
    def test_everything_can_be_looked_at_by_people_and_programs(
        self, run: Run, talk: Conversation, catch_up: CatchUp
    ) -> None:
        talk.office.posts(talk.anna, talk.thread_id, "[red]Could you?[/red]")
        talk.office.posts(talk.paul, talk.thread_id, "Yes.")
        note = talk.office.notes(talk.paul, talk.case.case_id, "A mistake").note
        talk.office.deletes(talk.paul, note)
        catch_up()
        case_id, thread_id = str(talk.case.case_id), str(talk.thread_id)

        def table(*arguments: str) -> str:
            result = run("messaging", *arguments)
            assert result.exit_code == 0, result.output
            return result.stdout

        def data(*arguments: str) -> Any:
            return json.loads(table(*arguments, "--json"))

        assert "NV-1001" in table("cases")
        assert [case["id"] for case in data("cases")] == [case_id]
        assert data("cases", "--status", "Paused") == []
        assert thread_id in table("case", case_id)
        assert [thread["id"] for thread in data("case", case_id)["threads"]] == [thread_id]
        assert thread_id in table("threads")
        assert [t["message_count"] for t in data("threads", "--case", case_id)] == [2]
        assert "[red]Could you?[/red]" in table("thread", thread_id)
        assert [m["body"] for m in data("thread", thread_id)["messages"]] == [
            "[red]Could you?[/red]",
            "Yes.",
        ]
        assert [m["body"] for m in data("thread", thread_id, "--limit", "1")["messages"]] == ["Yes."]
        assert "Note deleted" in table("timeline", case_id)
        assert [item["type"] for item in data("timeline", case_id)] == [
            "note_deleted",
            "message",
            "message",
            "case_assigned",
            "case_opened",
        ]
        narrowed = data("timeline", case_id, "--type", "message", "--limit", "1")
        assert [item["description"] for item in narrowed] == ["Yes."]
        assert "A mistake" in table("note", str(note.id))
        assert [version["deleted"] for version in data("note", str(note.id))["versions"]] == [False, True]
        assert "Nordvik Steel A/S" in table("companies")
        assert {company["side"] for company in data("companies")} == {"creditor", "partner"}
        assert "Anna" in table("users")
        assert {user["name"] for user in data("users")} == {"Anna", "Paul"}

    def test_more_is_listed_than_one_query_gives(
        self, talk: Conversation, run: Run, catch_up: CatchUp, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        for number in range(5):
            talk.office.posts(talk.anna, talk.thread_id, f"{number}")
        catch_up()
        monkeypatch.setattr("services.messaging.cli.reading.PAGE", 2)

        thread = json.loads(run("messaging", "thread", str(talk.thread_id), "--json").stdout)
        timeline = run("messaging", "timeline", str(talk.case.case_id), "--json", "--type", "message")

        assert [message["body"] for message in thread["messages"]] == ["0", "1", "2", "3", "4"]
        assert len(json.loads(timeline.stdout)) == 5

    @pytest.mark.parametrize("verb", ["case", "thread", "note"])
    def test_what_does_not_exist_is_refused_in_one_line(self, run: Run, verb: str) -> None:
        result = run("messaging", verb, str(uuid4()))

        assert result.exit_code == 2
        assert result.stderr == f"Error: There is no such {verb}.\n"

    @pytest.mark.parametrize(
        "arguments",
        [
            ("messaging", "cases", "--reference", "NV\udcff"),
            ("messaging", "threads", "--limit", "99999999999999999999"),
            ("messaging", "leads", "list", "--limit", "0"),
            ("token", "--ops", "--hours", "nan"),
            ("token", "--ops", "--hours", "1e9"),
        ],
    )
    def test_what_no_verb_can_take_is_refused_in_words(self, run: Run, arguments: tuple[str, ...]) -> None:
        result = run(*arguments)

        assert result.exit_code == 2
        assert "Error: " in result.stderr

    def test_the_read_model_can_be_rebuilt(
        self, run: Run, talk: Conversation, catch_up: CatchUp, database_settings: Settings
    ) -> None:
        catch_up()

        result = run("messaging", "rebuild")

        assert result.exit_code == 0, result.output
        assert "was rebuilt up to position" in result.stdout

    def test_parked_events_are_listed(self, run: Run) -> None:
        assert json.loads(run("messaging", "dead-letters", "list", "--json").stdout) == []


class TestTokens:
    def decoded(self, result: Result, settings: Settings) -> dict[str, Any]:
        assert result.exit_code == 0, result.output
        return jwt.decode(
            result.stdout.strip(),
            settings.jwt_secret,
            algorithms=["HS256"],
            audience=settings.jwt_audience,
            issuer=settings.jwt_issuer,
        )

    def test_a_user_gets_a_token_with_its_claims(
        self, run: Run, talk: Conversation, catch_up: CatchUp, database_settings: Settings
    ) -> None:
        catch_up()

        claims = self.decoded(run("token", talk.paul.email), database_settings)

        assert claims["sub"] == str(talk.paul.id)
        assert claims["company_id"] == str(talk.partner)
        assert claims["role"] == "partner"

    def test_an_operator_gets_a_token_and_it_ends_in_real_time(
        self, run: Run, database_settings: Settings
    ) -> None:
        clock = "2031-01-01T00:00:00+00:00"

        claims = self.decoded(run("token", "--ops", "--hours", "1", PARLEY_CLOCK=clock), database_settings)

        assert claims["role"] == "ops"
        assert "company_id" not in claims
        expires = datetime.fromtimestamp(claims["exp"], UTC)
        assert abs(expires - datetime.now(UTC) - timedelta(hours=1)) < timedelta(minutes=5)

    def test_production_gives_no_tokens(self, run: Run) -> None:
        result = run("token", "--ops", PARLEY_ENVIRONMENT="production")

        assert result.exit_code == 2
        assert result.stdout == ""

    def test_somebody_unknown_gets_none(self, run: Run) -> None:
        result = run("token", "nobody@nowhere.example")

        assert result.exit_code == 1
        assert "No user has this e-mail address" in result.stderr

    def test_somebody_who_works_for_two_companies_has_to_say_for_which(
        self, run: Run, talk: Conversation, catch_up: CatchUp, database_settings: Settings
    ) -> None:
        twin = uuid4()
        line = {
            "kind": "user",
            "id": str(twin),
            "company_id": str(talk.partner),
            "email": talk.anna.email.upper(),
            "name": "Anna",
        }
        run("messaging", "import", "-", input=as_lines(line))
        catch_up()

        undecided = run("token", talk.anna.email)
        claims = self.decoded(
            run("token", talk.anna.email, "--company", str(talk.partner)), database_settings
        )

        assert undecided.exit_code == 2
        assert str(talk.creditor) in undecided.stderr
        assert claims["sub"] == str(twin)


class TestLeads:
    def test_a_lead_is_opened_by_a_file_and_swept_once(
        self, run: Run, reads: Reads, catch_up: CatchUp
    ) -> None:
        asking = {**LINES[-1], "status": "Leads", "partner_id": None}
        invitation = {"kind": "invitation", "case_id": CASE, "partner_id": PARTNER}
        arguments = ("messaging", "import", "-", "--now", "2026-11-16T09:00:00+01:00")
        lines = as_lines(*LINES[:3], asking, invitation)
        assert run(*arguments, input=lines).exit_code == 0
        assert "0 lines applied, 5 unchanged" in run(*arguments, input=lines).stdout
        catch_up()

        [lead] = json.loads(run("messaging", "leads", "list", "--status", "open", "--json").stdout)
        shown = run("messaging", "leads", "show", lead["id"])
        early = run("messaging", "leads", "sweep", "--json", "--now", "2026-11-23T08:59:59+01:00")
        late = run("messaging", "leads", "sweep", "--json", "--now", "2026-11-23T09:00:00+01:00")

        assert lead["closes_at"] == "2026-11-23T08:00:00Z"
        assert "Inkasso Nord GmbH" in shown.stdout
        assert json.loads(early.stdout) == []
        assert json.loads(late.stdout) == [{"lead_id": lead["id"], "outcome": "no_quotes"}]
        catch_up()
        assert json.loads(run("messaging", "leads", "sweep", "--json").stdout) == []
        [case] = reads.list_cases(viewer=None, reader=None, status=None, limit=9, cursor=None).items
        assert (case.status, case.close_code) == ("Closed", "No Quotes Received")


def test_the_verbs_are_what_the_entry_points_name() -> None:
    assert {"import", "cases", "case", "threads", "thread", "rebuild", "dead-letters"} <= set(group.commands)
    assert token.name == "token"


def test_what_has_to_be_done_now_and_then_is_scheduled() -> None:
    assert {" ".join(verb.arguments) for verb in SCHEDULE} == {
        "messaging leads sweep",
        "messaging files sweep",
    }
