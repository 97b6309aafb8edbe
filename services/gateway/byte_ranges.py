"""Which part of a file is asked for (RFC 9110, one range of bytes)."""

import re

_RANGE = re.compile(r"bytes=(?:(?P<first>[0-9]{1,15})-(?P<last>[0-9]{0,15})|-(?P<suffix>[0-9]{1,15}))")


class NotSatisfiable(Exception):
    """The range begins past the end."""


def wanted(header: str | None, size: int) -> tuple[int, int] | None:
    """
    Return start and stop of the part that the Range header names, None for the whole.

    What is no single range of bytes is passed over, as the standard allows. Raises NotSatisfiable.
    """
    match = _RANGE.fullmatch(header or "")
    if match is None:
        return None
    if match["suffix"] is not None:
        length = min(int(match["suffix"]), size)
        if length == 0:
            raise NotSatisfiable
        return size - length, size
    first = int(match["first"])
    last = int(match["last"]) if match["last"] else size - 1
    if match["last"] and last < first:
        return None
    if first >= size:
        raise NotSatisfiable
    return first, min(last + 1, size)
