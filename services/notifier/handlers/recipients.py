"""Users choose what they are told by e-mail; operators restore addresses."""

from uuid import UUID

from services.notifier import decider, queries
from services.notifier.commands import RecipientCommand
from services.notifier.decider import RecipientState
from services.notifier.handlers.rows import Pool, project_now
from shared.command_handling import StateStore, append_decided
from shared.contracts.notifier import MailCategory, PreferencesView, UnsubscribeView
from shared.db import DatabaseConnection
from shared.eventlog.protocol import EventLog


class Recipients:
    """Users as recipients of e-mail."""

    def __init__(self, log: EventLog, pool: Pool) -> None:
        self._pool = pool
        self._store: StateStore[RecipientState] = StateStore(
            log,
            decider.RECIPIENT_CATEGORY,
            initial=decider.initial_recipient,
            evolve=decider.evolve_recipient,
            cache_size=1000,
        )

    def handle(self, command: RecipientCommand) -> tuple[RecipientState, int]:
        """Carry out the command; return what is so from now on, and the position to wait for (0: none)."""
        appended = append_decided(
            self._store, command.user_id, lambda loaded: decider.decide_recipient(command, loaded.state)
        )
        if appended is not None:
            project_now(appended.events, self._pool)
        state = self._store.load(command.user_id).state
        return state, 0 if appended is None else appended.position

    def state_of(self, user_id: UUID) -> RecipientState:
        return self._store.load(user_id).state


def view_of(state: RecipientState) -> PreferencesView:
    chosen = state.preferences
    return PreferencesView(
        case_notifications=chosen.case_notifications,
        todo_digest=chosen.todo_digest,
        message_mail=chosen.message_mail,
        quiet_hours=chosen.quiet_hours,
        locale=chosen.locale,
        address_works=state.suppressed_address is None,
    )


def unsubscribe_view(
    connection: DatabaseConnection, user_id: UUID, category: MailCategory
) -> UnsubscribeView:
    """Return what is told to the reader of an unsubscribe link."""
    user = queries.recipients_by_id(connection, [user_id]).get(user_id)
    language = user.locale.partition("-")[0] if user is not None else "en"
    return UnsubscribeView(category=category, language=language if language in ("en", "de", "da") else "en")
