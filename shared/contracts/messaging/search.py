"""Search: RPC."""

from datetime import datetime
from typing import Literal
from uuid import UUID

from shared.contracts.messaging.threads import AuthorRef
from shared.contracts.messaging.values import SenderRole, ThreadKind
from shared.contracts.rpc import PagedQuery, Shape

SEARCH_MAX_CHARACTERS = 200

SearchKind = Literal["message", "note", "case"]


class SearchHit(Shape):
    """
    Something that has the words. `snippet` is its text around the first of them.

    Of a case its opening is told as `at`, and no author.
    """

    kind: SearchKind
    id: UUID
    case_id: UUID | None
    case_reference: str | None
    partnership_id: UUID | None = None
    thread_id: UUID | None = None
    thread_kind: ThreadKind | None = None
    role: SenderRole | None = None
    author: AuthorRef | None = None
    snippet: str
    at: datetime


class SearchPage(Shape):
    items: tuple[SearchHit, ...]
    next_cursor: str | None


class Search(PagedQuery):
    """
    `search`: answers SearchPage, newest first; what has all the words of `text`, of the last one the
    beginning is enough. Case and accents do not matter in messages and notes.
    """

    text: str
    kind: SearchKind | None = None
