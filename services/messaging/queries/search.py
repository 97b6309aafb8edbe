"""Finding messages, notes and cases by words: what the viewer may see, newest first."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any
from uuid import UUID

from services.messaging import cursors
from services.messaging.places import PAST_EVERYTHING, company_term, month
from services.messaging.queries.tables import Tables
from services.messaging.words import is_beginning, matches, snippet, words
from shared.contracts.messaging import AuthorRef, SearchHit, SearchKind, SearchPage
from shared.errors import Invalid

_WORDS_MAX = 10
_LIMIT_MAX = 200
_MONTHS_AT_FIRST = 1
_MONTHS_GROW_BY = 3
_UNINDEXED_LOOKED_AT = 500
_LIKE_ESCAPES = str.maketrans({sign: f"\\{sign}" for sign in "\\%_"})


class SearchReads(Tables):
    """Search. What cannot be seen cannot be found, and its existence makes no difference to the answer."""

    def search(
        self,
        text: str,
        *,
        viewer: UUID,
        kind: SearchKind | None,
        limit: int,
        cursor: str | None,
    ) -> SearchPage:
        """
        Return what has all the words, newest first; of the last word the beginning is enough.

        Raises Invalid for a text without words or with too many of them, a cursor or limit that is none.
        """
        wanted = words(text)
        if not wanted:
            raise Invalid("query_blank", "Give a word to look for.", "q")
        if len(wanted) > _WORDS_MAX:
            raise Invalid("query_too_long", f"Give at most {_WORDS_MAX} words.", "q")
        if not 1 <= limit <= _LIMIT_MAX:
            raise Invalid("bad_limit", f"Give a limit from 1 to {_LIMIT_MAX}.", "limit")
        scope = cursors.scope("search", kind, "-".join(wanted))
        before = cursors.parse(scope, cursor, default=PAST_EVERYTHING)
        hits: dict[UUID, tuple[int, SearchHit]] = {}
        if kind != "case":
            for row in self._by_words(wanted, kind, viewer, before, limit + 1):
                hits.setdefault(row["id"], (row["place"], _hit(row, wanted)))
        if kind in (None, "case"):
            for row in self._all(
                "search_cases", viewer=viewer, before=before, patterns=_patterns(text), limit=limit + 1
            ):
                hits[row["id"]] = (row["place"], _case(row))
        found = sorted(hits.values(), key=lambda hit: hit[0], reverse=True)
        last = found[limit - 1][0] if len(found) > limit else None
        return SearchPage(
            items=tuple(hit for _, hit in found[:limit]),
            next_cursor=cursors.text(scope, last) if last else None,
        )

    def _by_words(
        self, wanted: Sequence[str], kind: SearchKind | None, viewer: UUID, before: int, limit: int
    ) -> Iterator[Mapping[str, Any]]:
        """Return messages and notes; what is being indexed at this moment may come twice."""
        who: dict[str, Any] = {"kind": kind, "viewer": viewer, "before": before}
        for row in self._all("newest_unindexed", most=_UNINDEXED_LOOKED_AT, **who):
            if matches(wanted, words(row["text"])):
                yield row
        left = limit
        for months in self._months(viewer, before):
            rows = self._all("search_words", terms=_tsquery(viewer, months, wanted), limit=left, **who)
            yield from rows
            left -= len(rows)
            if left <= 0:
                return

    def _months(self, viewer: UUID, before: int) -> Iterator[Sequence[int]]:
        """
        Return the viewer's months in portions that grow, newest first.

        A word that is frequent is found in the first, so that few of its messages are looked at; one that is
        rare costs a handful of look-ups however many months there are.
        """
        rows = self._all("search_months", viewer=viewer)
        months = [row["month"] for row in rows if row["month"] <= month(before)]
        size = _MONTHS_AT_FIRST
        while months:
            yield months[:size]
            months = months[size:]
            size *= _MONTHS_GROW_BY


def _patterns(text: str) -> list[str]:
    """Return for each word of the text, as it is written, the LIKE pattern of what contains it."""
    return [f"%{word.translate(_LIKE_ESCAPES)}%" for word in text.lower().split()]


def _tsquery(viewer: UUID, months: Sequence[int], wanted: Sequence[str]) -> str:
    """Return the query as PostgreSQL reads it; words are of letters and digits, so nothing needs escaping."""
    own = " | ".join(f"'{company_term(viewer, each)}'" for each in months)
    *whole, last = (f"'{word}'" for word in wanted)
    beginning = f"{last}:*" if is_beginning(wanted[-1]) else last
    return " & ".join((f"({own})", *whole, beginning))


def _hit(row: Mapping[str, Any], wanted: Sequence[str]) -> SearchHit:
    author = row["author_id"]
    return SearchHit(
        kind=row["kind"],
        id=row["id"],
        case_id=row["case_id"],
        case_reference=row["case_reference"],
        partnership_id=row["partnership_id"],
        thread_id=row["thread_id"],
        thread_kind=row["thread_kind"],
        role=row["role"],
        author=AuthorRef(id=author, name=row["author_name"], company_id=row["author_company_id"])
        if author
        else None,
        snippet=snippet(row["text"], wanted),
        at=row["at"],
    )


def _case(row: Mapping[str, Any]) -> SearchHit:
    return SearchHit(
        kind="case",
        id=row["id"],
        case_id=row["id"],
        case_reference=row["reference"],
        snippet=f"{row['reference']} · {row['debtor_name']}",
        at=row["opened_at"],
    )
