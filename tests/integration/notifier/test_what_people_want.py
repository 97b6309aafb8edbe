"""What users chose, and what became of them, is looked at when an e-mail is about to go out."""

from collections.abc import Callable
from datetime import UTC, datetime, time, timedelta
from uuid import UUID, uuid4

import pytest

from services.notifier import decider, queries
from services.notifier.adapters.unsubscribing import UnsubscribeLink
from services.notifier.commands import EndCategory, SetPreferences
from services.notifier.handlers import bursts
from services.notifier.handlers.digests import Digester, DigestRequest
from services.notifier.service import NotifierResources
from shared.clock import FixedClock
from shared.contracts.messaging import MessagePosted
from shared.contracts.notifier import MailCategory, Preferences, QuietHours
from shared.testing import SmtpServer
from tests.integration.notifier.conftest import CatchUp
from tests.integration.notifier.office import FRIDAY, Office, User
from tests.integration.notifier.senders import make_sender

LATER = FRIDAY + timedelta(minutes=30)
MONDAY_MORNING = datetime(2026, 11, 23, 6, tzinfo=UTC)


def choose(resources: NotifierResources, user: User, **choices: object) -> None:
    resources.recipients.handle(
        SetPreferences(
            user_id=user.id,
            company_id=user.company_id,
            preferences=Preferences.model_validate(choices),
            fields=frozenset(choices),
            correlation_id=uuid4(),
            now=FRIDAY,
        )
    )


def outcomes(resources: NotifierResources) -> list[tuple[str, str | None]]:
    with resources.pool.connection() as connection:
        return [(each.state, each.reason) for each in queries.outbox(connection, state=None, limit=100)]


def scheduled(resources: NotifierResources, office: Office, catch_up: CatchUp) -> UUID:
    """Have the partner write and the e-mail of it scheduled; return the message."""
    posted = office.partner_writes("Do you accept?").data
    catch_up()
    resources.new_flusher().flush(now=LATER)
    catch_up()
    assert isinstance(posted, MessagePosted)
    return posted.message_id


def test_one_who_switched_e_mails_off_is_named_and_not_mailed(
    resources: NotifierResources, office: Office, catch_up: CatchUp
) -> None:
    office.partner_writes("Do you accept?")
    catch_up()
    choose(resources, office.anna, case_notifications=False)

    [decision] = resources.new_flusher().flush(now=LATER)

    assert decision.recipients == {office.anna.id: "off"}


@pytest.mark.parametrize("reason", ["unsubscribed", "read"])
def test_an_e_mail_that_waits_is_not_sent_to_one_who_wants_none_or_has_read_it(
    resources: NotifierResources, office: Office, catch_up: CatchUp, smtp_server: SmtpServer, reason: str
) -> None:
    message = office.partner_writes("Do you accept?")
    catch_up()
    resources.new_flusher().flush(now=LATER)
    catch_up()
    if reason == "read":
        office.reads(office.anna, message)
    else:
        choose(resources, office.anna, case_notifications=False)

    make_sender(resources).send_due()

    assert smtp_server.messages == []
    assert outcomes(resources) == [("failed", reason)]


def test_a_partner_who_asked_for_it_gets_an_e_mail_per_burst(
    resources: NotifierResources, office: Office, catch_up: CatchUp, smtp_server: SmtpServer
) -> None:
    office.user(office.partner, "partner", "Carla Krug")
    choose(resources, office.bob, message_mail=True)
    office.creditor_writes("Any news?")
    catch_up()

    [decision] = resources.new_flusher().flush(now=LATER)
    catch_up()
    make_sender(resources).send_due()

    assert sorted(decision.recipients.values()) == ["mailed", "off"]
    assert [mail.recipients for mail in smtp_server.messages] == [(office.bob.email,)]


def test_who_switches_summaries_on_again_is_not_told_of_what_came_meanwhile(
    resources: NotifierResources, office: Office, catch_up: CatchUp
) -> None:
    choose(resources, office.bob, todo_digest=False)
    office.owes(office.partner, reference="NV-1001")
    catch_up()

    def run() -> list[int]:
        request = DigestRequest(kinds=("daily_summary",), now=MONDAY_MORNING)
        digester = Digester(log=resources.log, pool=resources.pool)
        return [each.task_count for each in digester.run(request)]

    off = run()
    choose(resources, office.bob, todo_digest=True)
    office.owes(office.partner, reference="NV-1002")
    catch_up()

    assert off == []
    assert run() == [1]


def test_in_quiet_hours_an_e_mail_waits_without_counting_a_try(
    resources: NotifierResources, office: Office, catch_up: CatchUp, smtp_server: SmtpServer
) -> None:
    message = scheduled(resources, office, catch_up)
    choose(resources, office.anna, quiet_hours=QuietHours(begin=time(22), until=time(7)))
    night = datetime(2026, 11, 20, 23, 30, tzinfo=UTC)
    sender = make_sender(resources, clock=FixedClock(night))

    worked, again = sender.send_due(), sender.send_due()

    assert (worked, again) == (True, False)
    assert smtp_server.messages == []
    [explained] = bursts.explain(
        message, log=resources.log, pool=resources.pool, patience=bursts.patience_of(resources.settings)
    ).recipients
    assert explained.fate.outcome == "queued"
    assert explained.fate.reason.startswith("left alone")
    assert explained.fate.waiting_until is not None
    with resources.pool.connection() as connection:
        [(tries, hours)] = connection.execute(
            "select tries, extract(epoch from next_attempt_at - clock_timestamp()) / 3600"
            " from notifier_delivery.deliveries"
        ).fetchall()
        connection.execute("update notifier_delivery.deliveries set next_attempt_at = clock_timestamp()")
    assert tries == 0
    assert 6.4 < hours <= 6.5
    make_sender(resources, clock=FixedClock(night + timedelta(hours=7))).send_due()
    assert len(smtp_server.messages) == 1


def test_an_address_that_its_server_refuses_is_told_and_left_alone_until_restored(
    resources: NotifierResources,
    office: Office,
    catch_up: CatchUp,
    smtp_server: SmtpServer,
    rebuild_tables: Callable[[], None],
) -> None:
    smtp_server.behaviour = "refuse"
    scheduled(resources, office, catch_up)
    make_sender(resources).send_due()
    rebuild_tables()
    office.another_thread()
    office.partner_writes("Are you there?")
    catch_up()

    [decision] = resources.new_flusher().flush(now=LATER)
    with resources.pool.connection() as connection:
        suppressed = queries.suppressed_addresses(connection)

    assert outcomes(resources) == [("failed", "refused")]
    assert decision.recipients == {office.anna.id: "suppressed"}
    assert [(each.user_id, each.address) for each in suppressed] == [(office.anna.id, office.anna.email)]


@pytest.mark.parametrize(("tries_before", "dead"), [(1, False), (2, True)])
def test_an_address_that_takes_nothing_for_days_is_left_alone_too(
    resources: NotifierResources,
    office: Office,
    catch_up: CatchUp,
    smtp_server: SmtpServer,
    *,
    tries_before: int,
    dead: bool,
) -> None:
    smtp_server.behaviour = "mailbox_full"
    scheduled(resources, office, catch_up)
    make_sender(resources).send_due()
    with resources.pool.connection() as connection:
        connection.execute(
            "update notifier_delivery.deliveries set tries = %s, next_attempt_at = clock_timestamp(),"
            " adopted_at = clock_timestamp() - interval '6 days'",
            [tries_before],
        )

    make_sender(resources).send_due()

    with resources.pool.connection() as connection:
        suppressed = queries.suppressed_addresses(connection)
    assert outcomes(resources) == [("failed", "gave_up")]
    assert [each.address for each in suppressed] == ([office.anna.email] if dead else [])


def test_an_address_that_takes_some_e_mails_is_not_dead(
    resources: NotifierResources, office: Office, catch_up: CatchUp, smtp_server: SmtpServer
) -> None:
    smtp_server.behaviour = "mailbox_full"
    scheduled(resources, office, catch_up)
    make_sender(resources).send_due()
    with resources.pool.connection() as connection:
        connection.execute("update notifier_delivery.deliveries set next_attempt_at = 'infinity'")
    smtp_server.behaviour = "accept"
    office.another_thread()
    scheduled(resources, office, catch_up)
    make_sender(resources).send_due()
    smtp_server.behaviour = "mailbox_full"
    with resources.pool.connection() as connection:
        connection.execute(
            "update notifier_delivery.deliveries set tries = 9, next_attempt_at = clock_timestamp(),"
            " adopted_at = clock_timestamp() - interval '6 days'"
        )

    make_sender(resources).send_due()

    with resources.pool.connection() as connection:
        assert queries.suppressed_addresses(connection) == []
    assert sorted(outcomes(resources)) == [("failed", "gave_up"), ("sent", None)]


@pytest.mark.parametrize("category", ["case_notifications", "todo_digest"])
def test_the_link_of_an_e_mail_ends_its_kind(
    resources: NotifierResources, office: Office, catch_up: CatchUp, category: MailCategory
) -> None:
    assert resources.links is not None
    token = resources.links.token(UnsubscribeLink(user_id=office.anna.id, category=category), FRIDAY)
    link = resources.read_link(token)

    resources.recipients.handle(
        EndCategory(
            user_id=link.user_id,
            company_id=office.creditor,
            category=link.category,
            correlation_id=uuid4(),
            now=FRIDAY,
        )
    )

    state = resources.recipients.state_of(office.anna.id)
    assert state == decider.RecipientState(preferences=Preferences.model_validate({category: False}))


def test_an_e_mail_says_how_to_get_no_more_of_its_kind(
    resources: NotifierResources, office: Office, catch_up: CatchUp, smtp_server: SmtpServer
) -> None:
    scheduled(resources, office, catch_up)
    make_sender(resources).send_due()

    [mail] = smtp_server.messages
    address = str(mail.message["List-Unsubscribe"]).strip("<>")
    assert mail.message["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert f"List-Unsubscribe: <{address}>".encode() in mail.content.split(b"\r\n")
    link = resources.read_link(address.rpartition("/")[2])
    assert (link.user_id, link.category) == (office.anna.id, "case_notifications")
