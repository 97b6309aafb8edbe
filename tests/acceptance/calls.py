"""
Every call of the API as its OpenAPI document describes it, ready to be made with somebody's ids.

A parameter, a field of a body or a kind of body that nobody has described here makes `prepare` fail: so a
call that is added to the API is either walked by the tests of tenants or makes them say what is missing.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from uuid import uuid4

import httpx

from tests.acceptance.portal import Json, Person

METHODS = ("get", "put", "post", "patch", "delete")
# Whoever has the token of an unsubscribing link acts for its user, signed in or not.
WITHOUT_TENANT = frozenset({"operations", "unsubscribe"})
# These answer as long as the client listens; they have tests of their own.
STREAMS = frozenset({"/api/v1/live"})

# Whose id it is that goes by another name.
ALIASES = {
    "after": "message_id",
    "assignee": "user_id",
    "assignee_id": "user_id",
    "attachment_id": "file_id",
    "into_case_id": "case_id",
    "up_to_message_id": "message_id",
}


def as_one(name: str) -> str:
    """Return the name of the id, or of one of the ids, that go by this name."""
    name = name.removesuffix("s") if name.endswith("_ids") else name
    return ALIASES.get(name, name)


@dataclass(frozen=True, slots=True)
class Call:
    """One method of one path. `fixed` are path parameters that are one of a few words, and which."""

    method: str
    path: str
    operation: Json
    schemas: Json
    fixed: Mapping[str, str]

    def __str__(self) -> str:
        return f"{self.method.upper()} {self.path}" + "".join(f" ({word})" for word in self.fixed.values())

    @property
    def ids(self) -> list[str]:
        """Return the names of the ids in the path."""
        return [name for name in re.findall(r"{(\w+)}", self.path) if name not in self.fixed]

    @property
    def query_ids(self) -> list[str]:
        """Return the names of the ids that the query may hold."""
        return [
            parameter["name"]
            for parameter in self.operation.get("parameters", [])
            if parameter["in"] == "query" and "uuid" in str(parameter["schema"])
        ]

    @property
    def body_ids(self) -> list[str]:
        """Return the names of the ids that the body holds; of a form, which is for one place, the first."""
        form = self.operation.get("requestBody", {}).get("content", {}).get("multipart/form-data")
        if form is not None:
            return [name for name in form["schema"]["properties"] if name.endswith("_id")][:1]
        return [name for name in self._example() if re.fullmatch(r"(?!client_)\w+_ids?", name)]

    @property
    def for_operators(self) -> bool:
        return "/admin/" in self.path

    def made_by(
        self, person: Person, ids: Mapping[str, str], *, query: Mapping[str, str] | None = None
    ) -> httpx.Response:
        """Make the call with these ids in path and body. Raises KeyError for one that is not described."""
        path = self.path.format_map({**ids, **self.fixed})
        query = {**{name: ids[name] for name in self._required}, **(query or {})}
        content = self.operation.get("requestBody", {}).get("content", {})
        if not content:
            return person.asks(self.method.upper(), path, params=query)
        if "application/json" in content:
            return person.asks(self.method.upper(), path, body=_with_ids(self._example(), ids), params=query)
        if "multipart/form-data" in content:
            return person.http.request(
                self.method.upper(),
                f"{person.api}{path}",
                files={"file": ("letter.txt", b"Dear Sir or Madam\n", "text/plain")},
                data={name: ids[name] for name in self.body_ids},
                headers={"Authorization": f"Bearer {person.token}"},
            )
        raise KeyError(f"{self}: describe in calls.py how a body of {list(content)} is sent")

    @property
    def _required(self) -> list[str]:
        return [
            parameter["name"]
            for parameter in self.operation.get("parameters", [])
            if parameter["in"] == "query" and parameter["required"]
        ]

    def _example(self) -> Json:
        content = self.operation.get("requestBody", {}).get("content", {})
        if "application/json" not in content:
            return {}
        reference = content["application/json"]["schema"]["$ref"]
        example: Json = self.schemas[reference.rsplit("/", 1)[1]]["examples"][0]
        return example


def every_call(api: str) -> list[Call]:
    """Return every call that a tenant can make, one per word where a path parameter is a choice of words."""
    document = httpx.get(f"{api}/openapi.json").json()
    schemas = document["components"]["schemas"]
    calls = [
        Call(method, path, operation, schemas, fixed)
        for path, operations in document["paths"].items()
        for method, operation in operations.items()
        if method in METHODS and path not in STREAMS and WITHOUT_TENANT.isdisjoint(operation["tags"])
        for fixed in _choices(operation)
    ]
    assert len(calls) >= 30, "the document lost most of its calls"
    return calls


def _choices(operation: Json) -> Iterator[dict[str, str]]:
    choices: dict[str, list[str]] = {
        parameter["name"]: parameter["schema"]["enum"]
        for parameter in operation.get("parameters", [])
        if parameter["in"] == "path" and "enum" in parameter["schema"]
    }
    if not choices:
        yield {}
        return
    [(name, words)] = choices.items()
    for word in words:
        yield {name: word}


def _with_ids(example: Json, ids: Mapping[str, str]) -> Json:
    """Return the document's example with these ids for its own, and a client's id that was never used."""
    filled: Json = {}
    for name, value in example.items():
        if re.fullmatch(r"client_\w+_id", name):
            filled[name] = str(uuid4())
        elif re.fullmatch(r"\w+_id", name) and value is not None:
            filled[name] = ids[as_one(name)]
        elif name.endswith("_ids"):
            filled[name] = [ids[as_one(name)]]
        else:
            filled[name] = value
    return filled
