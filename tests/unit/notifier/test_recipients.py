"""What a user chooses, and the links that end one kind of e-mail."""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from datetime import UTC, datetime, time, timedelta
from uuid import UUID

import pytest

from services.notifier import decider
from services.notifier.adapters.unsubscribing import (
    VALID_FOR,
    LinkExpired,
    LinkInvalid,
    UnsubscribeLink,
    UnsubscribeLinks,
    links_of,
)
from services.notifier.commands import EndCategory, RestoreAddress, SetPreferences, SuppressAddress
from services.notifier.decider import RecipientState
from shared.contracts.envelope import RecordedEvent
from shared.contracts.notifier import Preferences, PreferencesChanged, QuietHours
from shared.errors import Invalid
from shared.settings import Settings

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
ANNA, COMPANY, REQUEST, MAIL = (UUID(int=number) for number in range(1, 5))
LINKS = UnsubscribeLinks(b"a secret of 32 bytes, more or less")
LINK = UnsubscribeLink(user_id=ANNA, category="todo_digest")


def choose(*fields: str, **choices: object) -> SetPreferences:
    return SetPreferences(
        user_id=ANNA,
        company_id=COMPANY,
        preferences=Preferences.model_validate(choices),
        fields=frozenset(fields or choices),
        correlation_id=REQUEST,
        now=NOW,
    )


def after(*commands: SetPreferences | EndCategory | SuppressAddress | RestoreAddress) -> RecipientState:
    state = RecipientState()
    for command in commands:
        for version, event in enumerate(decider.decide_recipient(command, state), start=1):
            recorded = RecordedEvent(
                id=event.id,
                source="notifier",
                type=type(event.data).__name__,
                schema_version=1,
                stream=decider.recipient_stream(ANNA),
                version=version,
                position=version,
                time=event.time,
                actor=event.actor,
                audience=event.audience,
                subject=event.subject,
                correlation_id=event.correlation_id,
                causation_id=None,
                data=event.data,
            )
            state = decider.evolve_recipient(state, recorded)
    return state


def test_only_what_was_named_changes() -> None:
    state = after(
        choose(todo_digest=False, locale="da"), choose("case_notifications", case_notifications=False)
    )

    assert state.preferences == Preferences(todo_digest=False, case_notifications=False, locale="da")
    assert after(choose(locale="da"), choose("locale")).preferences.locale is None


def test_choosing_what_is_chosen_changes_nothing() -> None:
    assert decider.decide_recipient(choose(todo_digest=True), RecipientState()) == ()


def test_quiet_hours_must_have_a_length() -> None:
    hours = QuietHours(begin=time(7), until=time(7))

    with pytest.raises(Invalid, match="Quiet hours"):
        decider.decide_recipient(choose(quiet_hours=hours), RecipientState())


def test_a_link_ends_one_kind_of_e_mail_and_says_that_it_was_a_link() -> None:
    end = EndCategory(
        user_id=ANNA, company_id=COMPANY, category="todo_digest", correlation_id=REQUEST, now=NOW
    )

    [event] = decider.decide_recipient(end, RecipientState())

    assert isinstance(event.data, PreferencesChanged)
    assert event.data.by_link
    assert event.data.preferences == Preferences(todo_digest=False)
    assert decider.decide_recipient(end, after(end)) == ()


def test_an_address_is_suppressed_once_and_restored_by_an_operator() -> None:
    refused = SuppressAddress(
        user_id=ANNA, company_id=COMPANY, address="anna@nordvik.example", mail_id=MAIL, now=NOW
    )
    works = RestoreAddress(
        user_id=ANNA, company_id=COMPANY, correlation_id=REQUEST, operator="ops:olga", now=NOW
    )

    assert after(refused).suppressed_address == "anna@nordvik.example"
    assert decider.decide_recipient(refused, after(refused)) == ()
    assert after(refused, works).suppressed_address is None
    assert decider.decide_recipient(works, RecipientState()) == ()


def test_a_token_is_short_the_same_for_the_same_and_says_what_it_ends() -> None:
    token = LINKS.token(LINK, NOW)

    assert len(token) < 60
    assert token == LINKS.token(LINK, NOW)
    assert LINKS.read(token, NOW + VALID_FOR) == LINK


def test_an_old_token_is_told_as_such() -> None:
    with pytest.raises(LinkExpired, match="too old"):
        LINKS.read(LINKS.token(LINK, NOW), NOW + VALID_FOR + timedelta(days=2))


def test_a_token_that_was_changed_anywhere_is_refused() -> None:
    raw = urlsafe_b64decode(LINKS.token(LINK, NOW) + "=" * 3)

    for place in range(len(raw)):
        changed = raw[:place] + bytes([raw[place] ^ 1]) + raw[place + 1 :]
        with pytest.raises(LinkInvalid):
            LINKS.read(urlsafe_b64encode(changed).decode(), NOW)


@pytest.mark.parametrize("token", ["", "x", "é", "a" * 5000, "../../etc", "AAAA" * 12])
def test_nonsense_is_refused(token: str) -> None:
    with pytest.raises(LinkInvalid):
        LINKS.read(token, NOW)


def test_a_token_of_another_deployment_is_refused() -> None:
    with pytest.raises(LinkInvalid):
        UnsubscribeLinks(b"another secret").read(LINKS.token(LINK, NOW), NOW)


def test_without_a_secret_there_are_no_links() -> None:
    assert links_of(Settings()) is None
    assert links_of(Settings(jwt_secret="x" * 32)) is not None
