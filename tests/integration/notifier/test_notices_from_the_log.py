"""From what happened on a case to notices in the portal, and the e-mails of some."""

from collections.abc import Callable
from datetime import timedelta
from uuid import UUID, uuid4

import pytest

from services.notifier import queries
from services.notifier.commands import MarkRead
from services.notifier.handlers import bursts
from services.notifier.service import NotifierResources
from shared.contracts.messaging import CaseAssigned, CaseDeclined, CaseOpened, CaseUserAssigned
from shared.errors import Invalid, NotFound
from shared.testing import SmtpServer
from tests.integration.notifier.conftest import CatchUp
from tests.integration.notifier.office import FRIDAY, Office, User
from tests.integration.notifier.senders import make_sender


@pytest.fixture
def opened(office: Office, catch_up: CatchUp) -> Office:
    """Give an office whose case was opened and assigned in one command."""
    request = uuid4()
    office.on_case(
        CaseOpened(
            case_id=office.case_id,
            reference="NV-1001",
            creditor_id=office.creditor,
            debtor_type="Company",
            debtor_name="Hafen GmbH",
            amount="8400.00",
            currency="EUR",
            status="PendingVerification",
        ),
        correlation_id=request,
    )
    office.on_case(
        CaseAssigned(
            case_id=office.case_id,
            reference="NV-1001",
            engagement_id=uuid4(),
            creditor_id=office.creditor,
            partner_id=office.partner,
        ),
        correlation_id=request,
    )
    catch_up()
    return office


def declined(office: Office) -> CaseDeclined:
    return CaseDeclined(
        case_id=office.case_id,
        reference="NV-1001",
        engagement_id=uuid4(),
        partner_id=office.partner,
        reason="We do not collect in <Norway>.",
        outcome="close",
    )


def page(
    resources: NotifierResources,
    user: User,
    *,
    unread: bool = False,
    cursor: str | None = None,
    limit: int = 50,
) -> queries.NoticePage:
    with resources.pool.connection() as connection:
        return queries.list_notices(
            connection, user.id, company_id=user.company_id, unread=unread, limit=limit, cursor=cursor
        )


def kinds(resources: NotifierResources, user: User, *, unread: bool = False) -> list[str]:
    return [notice.kind for notice in page(resources, user, unread=unread).items]


def read(resources: NotifierResources, user: User, *ids: UUID, up_to: UUID | None = None) -> int:
    command = MarkRead(
        user_id=user.id,
        company_id=user.company_id,
        notification_ids=frozenset(ids),
        up_to_position=0,
        correlation_id=uuid4(),
        now=FRIDAY,
    )
    return resources.notices.mark_read(command, up_to=up_to)


def test_a_declined_case_is_told_in_the_portal_and_by_e_mail_with_the_reason(
    resources: NotifierResources, opened: Office, catch_up: CatchUp, smtp_server: SmtpServer
) -> None:
    carl = opened.user(opened.creditor, "creditor", "Carl Friis")
    opened.on_case(declined(opened), actor=f"user:{opened.bob.id}")
    catch_up()
    catch_up()  # once for the notice, and once for its e-mails

    sender = make_sender(resources)
    while sender.send_due():
        pass

    assert kinds(resources, opened.anna) == ["case_declined", "case_assigned"]
    assert kinds(resources, carl) == ["case_declined"]
    assert kinds(resources, opened.bob) == ["new_case"]
    assert {recipient for mail in smtp_server.messages for recipient in mail.recipients} == {
        opened.anna.email,
        carl.email,
    }
    message = smtp_server.messages[0].message
    assert message["Subject"] == "[NV-1001] Your partner has declined case NV-1001"
    assert message["References"] == f"<case.{opened.case_id}@parley.example>"
    text = message.get_body(("plain",))
    assert text is not None
    assert "We do not collect in <Norway>." in text.get_content()
    assert f"/cases/{opened.case_id}" in text.get_content()


def test_an_operator_is_told_the_fate_of_each_e_mail_about_a_notice(
    resources: NotifierResources, opened: Office, catch_up: CatchUp
) -> None:
    opened.deactivates(opened.user(opened.creditor, "creditor", "Gerda Olsen"))
    opened.on_case(declined(opened))
    catch_up()
    catch_up()
    mailed, in_portal = page(resources, opened.anna).items

    def fates(notice_id: UUID) -> dict[str, str]:
        explained = bursts.explain(
            notice_id,
            log=resources.log,
            pool=resources.pool,
            patience=bursts.patience_of(resources.settings),
        )
        return {each.user.name: each.fate.outcome for each in explained.recipients}

    assert fates(mailed.notification_id) == {"Anna Holm": "queued", "Gerda Olsen": "inactive"}
    assert fates(in_portal.notification_id)["Anna Holm"] == "portal"


def test_a_notice_for_one_user_is_for_that_user_alone(
    resources: NotifierResources, opened: Office, catch_up: CatchUp
) -> None:
    carl = opened.user(opened.creditor, "creditor", "Carl Friis")
    opened.on_case(
        CaseUserAssigned(
            case_id=opened.case_id,
            reference="NV-1001",
            side="creditor",
            company_id=opened.creditor,
            user_id=carl.id,
        ),
        actor=f"user:{opened.anna.id}",
    )
    catch_up()

    assert kinds(resources, carl) == ["case_in_your_charge"]
    assert kinds(resources, opened.anna) == ["case_assigned"]
    [theirs] = page(resources, carl).items
    with pytest.raises(NotFound):
        read(resources, opened.anna, theirs.notification_id)


def test_reading_is_each_users_own_and_survives_a_rebuild(
    resources: NotifierResources, opened: Office, catch_up: CatchUp, rebuild_tables: Callable[[], None]
) -> None:
    for _ in range(3):
        opened.on_case(declined(opened))
    catch_up()
    newest, middle, oldest, first = page(resources, opened.anna).items

    read(resources, opened.anna, newest.notification_id)
    read(resources, opened.anna, up_to=oldest.notification_id)
    again = read(resources, opened.anna, newest.notification_id)
    catch_up()
    rebuild_tables()

    assert again == 0
    found = page(resources, opened.anna)
    assert [notice.read for notice in found.items] == [True, False, True, True]
    assert found.unread_count == 1
    unread = page(resources, opened.anna, unread=True).items
    assert [notice.notification_id for notice in unread] == [middle.notification_id]
    assert first.kind == "case_assigned"
    assert page(resources, opened.bob).unread_count == 1


def test_notices_come_in_pages(resources: NotifierResources, opened: Office, catch_up: CatchUp) -> None:
    for minute in range(4):
        opened.on_case(declined(opened), at=FRIDAY + timedelta(minutes=minute))
    catch_up()

    first = page(resources, opened.anna, limit=3)
    second = page(resources, opened.anna, limit=3, cursor=first.next_cursor)

    assert [len(first.items), len(second.items), second.next_cursor] == [3, 2, None]
    assert len({notice.notification_id for notice in (*first.items, *second.items)}) == 5
    with pytest.raises(Invalid):
        page(resources, opened.anna, cursor="nonsense")
    with pytest.raises(Invalid):
        page(resources, opened.anna, limit=0)
