"""Files as two companies use them: uploaded, attached, listed, downloaded, deleted."""

import json
from uuid import uuid4

import httpx
import pytest

from tests.acceptance.conftest import Stack
from tests.acceptance.portal import Json, Person
from tests.acceptance.world import Conversation, World

INVOICE = b"%PDF-1.7\n" + b"An invoice over 8 400 euros. " * 4000
CSV = "Datum;Betrag\n2026-11-20;8400,00\n".encode("cp1252")


def files_of(person: Person, talk: Conversation) -> list[Json]:
    items: list[Json] = person.gets(f"/api/v1/cases/{talk.case.id}/files")["items"]
    return items


def test_a_file_of_a_case_is_there_for_both_sides_whole_and_in_parts(talk: Conversation) -> None:
    with talk.bob.listens() as ear:
        file = talk.anna.adds(
            f"/api/v1/cases/{talk.case.id}/files",
            INVOICE,
            name="Rechnung Ö 1001.pdf",
            document_type="OriginalInvoice",
            description="As agreed",
        )
        heard = ear.until(lambda event: event.type == "file.added")
    [listed] = files_of(talk.bob, talk)
    whole = talk.bob.asks("GET", f"/api/v1/attachments/{file['id']}")
    part = talk.bob.asks("GET", f"/api/v1/attachments/{file['id']}", headers={"Range": "bytes=5-8"})
    past = talk.bob.asks(
        "GET", f"/api/v1/attachments/{file['id']}", headers={"Range": f"bytes={len(INVOICE)}-"}
    )

    assert (heard.data["id"], heard.data["file_name"]) == (file["id"], "Rechnung Ö 1001.pdf")
    assert listed["size"] == len(INVOICE)
    assert listed["document_type"] == "OriginalInvoice"
    assert listed["description"] == "As agreed"
    assert listed["uploaded_by"] == {
        "role": "creditor",
        "company_id": str(talk.creditor.id),
        "user_id": str(talk.anna.id),
        "name": "Anna Holm",
    }
    assert whole.content == INVOICE
    assert whole.headers["content-type"] == "application/pdf"
    assert whole.headers["content-disposition"] == (
        "attachment; filename=\"Rechnung O 1001.pdf\"; filename*=UTF-8''Rechnung%20%C3%96%201001.pdf"
    )
    assert whole.headers["x-content-type-options"] == "nosniff"
    assert whole.headers["content-security-policy"] == "default-src 'none'; sandbox"
    assert "no-store" in whole.headers["cache-control"]
    assert (part.status_code, part.content) == (206, INVOICE[5:9])
    assert part.headers["content-range"] == f"bytes 5-8/{len(INVOICE)}"
    assert (past.status_code, past.headers["content-range"]) == (416, f"bytes */{len(INVOICE)}")


def test_a_link_opens_its_own_file_without_a_token(talk: Conversation) -> None:
    first, second = (
        talk.anna.adds(f"/api/v1/cases/{talk.case.id}/files", INVOICE + str(number).encode())
        for number in range(2)
    )
    api = talk.anna.api
    swapped = first["url"].replace(first["id"], second["id"])
    longer = httpx.URL(first["url"]).copy_set_param("se", "2099-01-01T00:00:00Z")

    assert httpx.get(api + first["url"]).content == INVOICE + b"0"
    for wrong in (
        swapped,
        str(longer),
        first["url"].replace("sig=", "sig=x"),
        f"/api/v1/files/{first['id']}/content",
    ):
        answer = httpx.get(api + wrong)
        assert answer.status_code == 403, wrong
        assert answer.json()["code"] == "link_not_valid"
    talk.anna.asks("DELETE", f"/api/v1/files/{first['id']}")
    assert httpx.get(api + first["url"]).status_code == 404


def test_an_attachment_is_a_draft_until_its_message_brings_it(talk: Conversation) -> None:
    file = talk.anna.adds("/api/v1/attachments", CSV, name="Konto.csv", thread_id=talk.thread_id)
    draft = f"/api/v1/attachments/{file['id']}"

    assert httpx.get(talk.anna.api + file["url"]).content == CSV
    assert talk.anna.asks("GET", draft).content == CSV
    assert talk.bob.asks("GET", draft).status_code == 404
    assert files_of(talk.bob, talk) == files_of(talk.anna, talk) == []
    stolen = talk.bob.posts(talk.thread_id, "Mine!", attachment_ids=[file["id"]])
    assert (stolen.status_code, stolen.json()["code"]) == (422, "attachment_unknown")

    posted = talk.anna.posts(talk.thread_id, "The statement.", attachment_ids=[file["id"]])

    assert posted.status_code == 201
    [message] = talk.bob.messages(talk.thread_id)
    assert message["attachments"] == [
        {
            "id": file["id"],
            "file_name": "Konto.csv",
            "content_type": "text/csv",
            "size": len(CSV),
            "deleted": False,
        }
    ]
    assert [listed["message_id"] for listed in files_of(talk.bob, talk)] == [message["id"]]
    assert talk.bob.asks("GET", draft).content == CSV


def test_a_message_brings_no_file_of_another_chat(world: World, talk: Conversation) -> None:
    elsewhere = world.case(talk.creditor, talk.partner).chat(talk.anna)["id"]
    file = talk.anna.adds("/api/v1/attachments", CSV, name="Konto.csv", thread_id=elsewhere)

    refused = talk.anna.posts(talk.thread_id, "The statement.", attachment_ids=[file["id"]])

    assert (refused.status_code, refused.json()["code"]) == (422, "attachment_unknown")
    assert talk.bob.messages(talk.thread_id) == []
    assert talk.bob.asks("GET", f"/api/v1/attachments/{file['id']}").status_code == 404


def test_only_its_own_company_deletes_a_file_and_both_hear_of_it(talk: Conversation) -> None:
    file = talk.bob.adds("/api/v1/attachments", INVOICE, thread_id=talk.thread_id)
    talk.bob.posts(talk.thread_id, "Look.", attachment_ids=[file["id"]])
    path = f"/api/v1/files/{file['id']}"

    assert talk.anna.asks("DELETE", path).json()["code"] == "file_not_own"
    with talk.anna.listens() as ear:
        assert talk.bob.asks("DELETE", path).status_code == 204
        heard = ear.until(lambda event: event.type == "file.deleted")
    assert talk.bob.asks("DELETE", path).status_code == 204

    assert heard.data["id"] == file["id"]
    assert files_of(talk.anna, talk) == []
    [message] = talk.anna.messages(talk.thread_id)
    assert message["attachments"][0]["deleted"] is True
    gone = talk.anna.asks("GET", f"/api/v1/attachments/{file['id']}")
    assert (gone.status_code, gone.json()["code"]) == (404, "file_deleted")


def test_the_files_of_a_partnership_are_its_two_companies_own(world: World, talk: Conversation) -> None:
    [partnership] = talk.anna.gets("/api/v1/partnerships")["items"]
    path = f"/api/v1/partnerships/{partnership['id']}/files"
    file = talk.bob.adds(path, INVOICE, name="Rahmenvertrag.pdf")
    stranger = world.person(world.company("creditor", "Somebody Else"), "Sven")

    assert [each["id"] for each in talk.anna.gets(path)["items"]] == [file["id"]]
    assert stranger.asks("GET", path).status_code == 404
    assert stranger.uploads(path, INVOICE).status_code == 404


def test_a_case_takes_files_when_closed_but_not_when_merged(talk: Conversation) -> None:
    path = f"/api/v1/cases/{talk.case.id}/files"
    talk.case.becomes(status="Closed", partner=talk.partner)
    talk.anna.adds(path, INVOICE)
    other_case = talk.case.world.case(talk.creditor, talk.partner)
    merged = f"/api/v1/cases/{other_case.id}/files"
    other_case.becomes(status="Merged", partner=talk.partner)

    answer = talk.anna.uploads(merged, INVOICE)

    assert (answer.status_code, answer.json()["code"]) == (409, "case_merged")


def test_a_new_partner_sees_the_case_and_not_its_predecessor(world: World, talk: Conversation) -> None:
    path = f"/api/v1/cases/{talk.case.id}/files"
    invoice = talk.anna.adds(path, INVOICE, name="invoice.pdf")
    strategy = talk.bob.adds(path, b"%PDF-1.7 our plan", name="plan.pdf")
    successor = world.company("partner", "Kanzlei Sued")
    petra = world.person(successor, "Petra")
    talk.case.becomes(partner=successor)
    later = talk.anna.adds(path, b"%PDF-1.7 later", name="later.pdf")

    assert [file["id"] for file in petra.gets(path)["items"]] == [later["id"], invoice["id"]]
    assert [file["id"] for file in talk.bob.gets(path)["items"]] == [strategy["id"], invoice["id"]]
    assert petra.asks("GET", f"/api/v1/attachments/{strategy['id']}").status_code == 404
    assert talk.bob.asks("GET", f"/api/v1/attachments/{later['id']}").status_code == 404
    assert talk.bob.uploads(path, INVOICE).json()["code"] == "engagement_over"


def test_the_same_content_is_stored_once_and_goes_with_its_last_file(
    stack: Stack, talk: Conversation
) -> None:
    content = b"%PDF-1.7 " + uuid4().bytes.hex().encode()
    path = f"/api/v1/cases/{talk.case.id}/files"

    def stored() -> int:
        objects = stack.settings.home / "files" / "objects"
        return sum(file.read_bytes() == content for file in objects.glob("*/*"))

    files = [person.adds(path, content)["id"] for person in (talk.anna, talk.bob, talk.anna)]
    assert stored() == 1
    talk.anna.asks("DELETE", f"/api/v1/files/{files[0]}")
    talk.bob.asks("DELETE", f"/api/v1/files/{files[1]}")
    assert stored() == 1
    talk.bob.gets(f"/api/v1/files/{files[2]}")  # which waits until it is to be seen
    assert talk.bob.asks("GET", f"/api/v1/attachments/{files[2]}").content == content
    talk.anna.asks("DELETE", f"/api/v1/files/{files[2]}")
    assert stored() == 0


@pytest.mark.parametrize("place", [{}, {"thread_id": "both", "case_id": "both"}, {"case_id": "no id"}])
def test_an_attachment_names_one_place(talk: Conversation, place: dict[str, str]) -> None:
    ids = {"thread_id": talk.thread_id, "case_id": str(talk.case.id)}
    fields = {name: ids[name] if value == "both" else value for name, value in place.items()}

    answer = talk.anna.uploads("/api/v1/attachments", INVOICE, **fields)

    assert (answer.status_code, answer.json()["code"]) == (422, "invalid_fields")


def test_operators_see_what_is_on_record_and_sweep_what_is_not(stack: Stack, talk: Conversation) -> None:
    file = talk.anna.adds(f"/api/v1/cases/{talk.case.id}/files", b"%PDF-1.7 kept")
    files_of(talk.anna, talk)

    listed = json.loads(stack.parley("messaging", "files", "list", "--case", str(talk.case.id), "--json"))
    shown = json.loads(stack.parley("messaging", "files", "show", file["id"], "--json"))
    swept = json.loads(stack.parley("messaging", "files", "sweep", "--json"))

    assert [each["id"] for each in listed] == [file["id"]]
    assert shown["object_key"] == listed[0]["object_key"]
    assert swept["missing"] == []
    assert talk.anna.asks("GET", f"/api/v1/attachments/{file['id']}").content == b"%PDF-1.7 kept"

    stack.parley("messaging", "files", "delete", file["id"])

    assert not list((stack.settings.home / "files" / "objects").glob(f"*/{shown['object_key']}"))
    stack.parley("messaging", "files", "delete", str(uuid4()), exit_code=2)
