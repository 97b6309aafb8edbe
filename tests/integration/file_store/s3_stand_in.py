"""
An object store over a real socket that speaks as much of S3 as is needed here: objects, parts, ranges, lists.

It signs and checks nothing. That the adapter also works with other people's idea of S3 was tried by hand with
moto's server; moto itself brings sixty packages, more than everything else that the tests need together.
"""

import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import count
from urllib.parse import parse_qs, unquote, urlsplit
from xml.sax.saxutils import escape

STORED_AT = "2026-11-20T14:00:00.000Z"


@dataclass
class Bucket:
    """What the store holds; `failing` makes it answer every request with an error."""

    objects: dict[str, bytes] = field(default_factory=dict)
    parts: dict[str, dict[int, bytes]] = field(default_factory=dict)
    largest_request: int = 0
    failing: bool = False
    numbers: Iterator[int] = field(default_factory=lambda: count(1))


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    bucket: Bucket

    def do_PUT(self) -> None:
        key, query, body = self._request()
        if "uploadId" in query:
            self.bucket.parts[query["uploadId"][0]][int(query["partNumber"][0])] = body
        else:
            self.bucket.objects[key] = body
        self._answer(200, headers={"ETag": '"1"'})

    def do_POST(self) -> None:
        key, query, body = self._request()
        if "uploads" in query:
            upload_id = f"upload-{next(self.bucket.numbers)}"
            self.bucket.parts[upload_id] = {}
            self._answer(
                200,
                "<InitiateMultipartUploadResult><Bucket>b</Bucket><Key>k</Key>"
                f"<UploadId>{upload_id}</UploadId></InitiateMultipartUploadResult>",
            )
        elif "delete" in query:
            keys = [unquote(match) for match in re.findall("<Key>(.*?)</Key>", body.decode())]
            for each in keys:
                self.bucket.objects.pop(each, None)
            gone = "".join(f"<Deleted><Key>{escape(each)}</Key></Deleted>" for each in keys)
            self._answer(200, f"<DeleteResult>{gone}</DeleteResult>")
        else:
            parts = self.bucket.parts.pop(query["uploadId"][0])
            self.bucket.objects[key] = b"".join(parts[number] for number in sorted(parts))
            self._answer(
                200,
                "<CompleteMultipartUploadResult><Location>l</Location><Bucket>b</Bucket><Key>k</Key>"
                '<ETag>"1"</ETag></CompleteMultipartUploadResult>',
            )

    def do_GET(self) -> None:
        key, query, _ = self._request()
        if "list-type" in query:
            self._list(query.get("prefix", [""])[0])
            return
        content = self.bucket.objects.get(key)
        if content is None:
            self._answer(404, "<Error><Code>NoSuchKey</Code><Message>No.</Message></Error>")
            return
        headers = {"ETag": '"1"', "Last-Modified": "Fri, 20 Nov 2026 14:00:00 GMT"}
        asked = re.fullmatch(r"bytes=(\d+)-(\d+)", self.headers.get("Range", ""))
        if asked is None:
            self._answer(200, content, headers)
            return
        start, last = int(asked[1]), min(int(asked[2]), len(content) - 1)
        headers["Content-Range"] = f"bytes {start}-{last}/{len(content)}"
        self._answer(206, content[start : last + 1], headers)

    def do_DELETE(self) -> None:
        key, query, _ = self._request()
        if "uploadId" in query:
            self.bucket.parts.pop(query["uploadId"][0], None)
        else:
            self.bucket.objects.pop(key, None)
        self._answer(204)

    def log_message(self, *_: object) -> None:
        """Say nothing."""

    def _request(self) -> tuple[str, dict[str, list[str]], bytes]:
        url = urlsplit(self.path)
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        self.bucket.largest_request = max(self.bucket.largest_request, len(body))
        key = unquote(url.path).lstrip("/").partition("/")[2]
        return key, parse_qs(url.query, keep_blank_values=True), body

    def _list(self, prefix: str) -> None:
        found = "".join(
            f"<Contents><Key>{escape(key)}</Key><LastModified>{STORED_AT}</LastModified>"
            f'<ETag>"1"</ETag><Size>{len(content)}</Size></Contents>'
            for key, content in sorted(self.bucket.objects.items())
            if key.startswith(prefix)
        )
        self._answer(200, f"<ListBucketResult><IsTruncated>false</IsTruncated>{found}</ListBucketResult>")

    def _answer(self, status: int, body: bytes | str = b"", headers: dict[str, str] | None = None) -> None:
        content = body.encode() if isinstance(body, str) else body
        if self.bucket.failing:
            status, content = 403, b"<Error><Code>AccessDenied</Code><Message>secret</Message></Error>"
        self.send_response(status)
        for name, value in (headers or {}).items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)


@contextmanager
def serving() -> Iterator[tuple[str, Bucket]]:
    """Serve an empty bucket; give its address."""
    bucket = Bucket()
    handler = type("Handler", (_Handler,), {"bucket": bucket})
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}", bucket
        finally:
            server.shutdown()
            thread.join()
