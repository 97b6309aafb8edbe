"""Errors that arise in the gateway itself; `problems.py` says which status each becomes."""

from shared.errors import ParleyError, Refused, Retryable


class Unauthenticated(Refused):
    """The request carries no token that can be trusted: get a new one."""


class NotReadable(Refused):
    """The request cannot be understood as HTTP and JSON; nothing in it was looked at."""


class TooSlow(Refused):
    """The request was begun and not finished in time."""


class BodyTooLarge(Refused):
    """The body, or the file in it, is larger than any valid one can be."""


class UnsupportedMediaType(Refused):
    """The body, or the file in it, is of a kind that is not taken here."""


class InvalidFields(Refused):
    """
    The body is JSON of the wrong shape; `problems` names each field at fault with what is wrong about it.
    """

    def __init__(self, problems: tuple[tuple[str, str], ...]) -> None:
        field, message = problems[0]
        super().__init__("invalid_fields", f"{field}: {message}" if field else message, field or None)
        self.problems = problems


class ServiceUnavailable(Retryable):
    """
    The service cannot be reached now, so nobody looked at the request or its outcome is unknown: repeat it.
    """


class ServiceTimeout(Retryable):
    """The service did not answer in time; repeating the request is harmless."""


class RemoteFailure(ParleyError):
    """The service failed in a way that it does not know itself; its log tells more."""
