"""What happened on a case, and the notes on it, as each reader may see them."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID, uuid5

from services.messaging import cursors
from services.messaging.queries.tables import Tables
from shared.contracts.messaging import (
    AuthorRef,
    CompanyRef,
    NoteHistory,
    NotePage,
    NoteVersion,
    NoteView,
    TimelineActor,
    TimelineActorType,
    TimelineItem,
    TimelineItemType,
    TimelinePage,
)
from shared.errors import NotFound

_PAST_EVERYTHING = 2**63 - 1


class TimelineReads(Tables):
    """Reads of timelines and notes."""

    def list_timeline(
        self,
        case_id: UUID,
        *,
        viewer: UUID | None,
        types: Sequence[TimelineItemType],
        limit: int,
        cursor: str | None,
    ) -> TimelinePage:
        """
        Return what happened on the case, newest first, of those types if any are given.

        Raises NotFound for a case that the viewer may not know of, Invalid for no such cursor or limit.
        """
        narrowed = sorted(set(types))
        # A digest: all the types would make a cursor longer than a cursor may be.
        scope = cursors.scope("timeline", case_id, uuid5(case_id, ",".join(narrowed)))
        before = cursors.parse_place(scope, cursor)
        rows, more = self._rows_of_page(
            "list_timeline",
            limit,
            case_id=case_id,
            viewer=viewer,
            types=narrowed or None,
            before_place=before.place,
            before_at=before.at,
            before=before.key,
            before_part=before.part,
        )
        if not rows:
            self._require_case(case_id, viewer)
        last = rows[-1] if more else None
        return TimelinePage(
            items=tuple(_item(row) for row in rows),
            next_cursor=cursors.place_text(
                scope, cursors.Place(last["place"], last["at"], last["position"], last["part"])
            )
            if last
            else None,
        )

    def list_notes(self, case_id: UUID, *, viewer: UUID | None, limit: int, cursor: str | None) -> NotePage:
        """Return the notes on the case that are not deleted, the latest logged first. Raises as above."""
        scope = cursors.scope("notes", case_id)
        rows, next_cursor = self._page(
            "list_notes",
            scope,
            "position",
            limit,
            case_id=case_id,
            viewer=viewer,
            before=cursors.parse(scope, cursor, default=_PAST_EVERYTHING),
        )
        if not rows:
            self._require_case(case_id, viewer)
        return NotePage(items=tuple(_note(row) for row in rows), next_cursor=next_cursor)

    def note_history(self, note_id: UUID) -> NoteHistory:
        """Return the note with all that it ever said, oldest first; for operators. Raises NotFound."""
        rows = self._all("get_note", note_id=note_id)
        if not rows:
            raise NotFound("note_not_found", "There is no such note.")
        versions = self._all("list_note_versions", note_id=note_id)
        return NoteHistory(
            id=rows[0]["id"],
            case_id=rows[0]["case_id"],
            author=_author(rows[0]),
            versions=tuple(NoteVersion(**version) for version in versions),
        )

    def _require_case(self, case_id: UUID, viewer: UUID | None) -> None:
        if not self._all("case_is_visible", case_id=case_id, viewer=viewer):
            raise NotFound("case_not_found", "There is no such case.")


def _item(row: Mapping[str, Any]) -> TimelineItem:
    return TimelineItem(
        id=row["id"],
        type=row["type"],
        at=row["at"],
        recorded_at=row["recorded_at"],
        position=row["position"],
        title=row["title"],
        description=row["description"],
        actor=_actor(row),
        data=row["data"],
    )


def _actor(row: Mapping[str, Any]) -> TimelineActor:
    if row["actor_kind"] != "user":
        return TimelineActor(type=row["actor_kind"], name=None, company=None)
    kind: TimelineActorType = "creditor_user" if row["side"] == "creditor" else "partner_user"
    if row["manages"]:
        kind = "managing_partner_user"
    company = row["company_id"]
    return TimelineActor(
        type=kind,
        name=row["actor_name"],
        company=CompanyRef(id=company, name=row["company_name"]) if company else None,
    )


def _note(row: Mapping[str, Any]) -> NoteView:
    return NoteView(
        id=row["id"],
        case_id=row["case_id"],
        client_note_id=row["client_note_id"],
        title=row["title"],
        description=row["description"],
        event_date=row["event_date"],
        author=_author(row),
        created_at=row["created_at"],
        edited_at=row["edited_at"],
    )


def _author(row: Mapping[str, Any]) -> AuthorRef:
    return AuthorRef(id=row["author_id"], name=row["author_name"], company_id=row["author_company_id"])
