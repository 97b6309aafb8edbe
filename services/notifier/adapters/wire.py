"""
E-mails as bytes: headers and two bodies in the form of RFC 5322 and 2045.

The standard library's writer takes several times as long as all else that is done to an e-mail, and breaks
header tokens that fit no line into encoded words, by which clients cannot thread.
"""

import re
from base64 import b64encode
from binascii import b2a_qp
from collections.abc import Sequence

# What may stand in a display name without quotes (RFC 5322, atom), words apart.
_ATOMS = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~ -]+")
# An encoded word may have 75 characters; these leave 45 bytes, and four of them are the longest character.
_WORD_BYTES = 42
_ENCODING = "Content-Transfer-Encoding: quoted-printable"
_NEWLINE = re.compile(r"\r\n|\r|\n")


def message(headers: Sequence[tuple[str, str]], text: str, html: str, *, boundary: str) -> bytes:
    """
    Return a message with two forms of one content.

    Header values are ASCII on one line already: ids and addresses as they are, words by `words`.
    """
    kind = f'multipart/alternative; boundary="{boundary}"'
    lines = [
        *(f"{name}: {value}" for name, value in headers),
        "MIME-Version: 1.0",
        f"Content-Type: {kind}",
        "",
        "",
    ]
    head = "\r\n".join(lines).encode("ascii")
    delimiter = f"--{boundary}".encode("ascii")
    return b"".join(
        (
            head,
            delimiter,
            b"\r\n",
            _part("plain", text),
            b"\r\n",
            delimiter,
            b"\r\n",
            _part("html", html),
            b"\r\n",
            delimiter,
            b"--\r\n",
        )
    )


def _part(subtype: str, content: str) -> bytes:
    lines = _NEWLINE.sub("\r\n", content.rstrip("\n") + "\n")
    head = f'Content-Type: text/{subtype}; charset="utf-8"\r\n{_ENCODING}\r\n\r\n'
    return head.encode("ascii") + b2a_qp(lines.encode("utf-8"), istext=True)


def words(text: str) -> str:
    """Return text for a header: as it is in ASCII, else as encoded words (RFC 2047) on lines of their own."""
    if text.isascii() and "=?" not in text:
        return text
    encoded, chunk = [], b""
    for character in text:
        piece = character.encode("utf-8")
        if len(chunk) + len(piece) > _WORD_BYTES:
            encoded.append(chunk)
            chunk = b""
        chunk += piece
    encoded.append(chunk)
    return "\r\n ".join(f"=?utf-8?b?{b64encode(each).decode('ascii')}?=" for each in encoded)


def mailbox(name: str, address: str) -> str:
    """Return an address with its owner's name, as it stands in a header."""
    if not name:
        return address
    if not name.isascii() or "=?" in name:
        return f"{words(name)} <{address}>"
    if _ATOMS.fullmatch(name):
        return f"{name} <{address}>"
    quoted = name.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{quoted}" <{address}>'
