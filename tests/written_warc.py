"""Records of WARC files, written out."""

from __future__ import annotations

PAGE = b"<!doctype html><html><body><p>Die F\xe4hre f\xe4hrt wieder.</p></body></html>"  # Latin-1, as they say


def a_record(
    number: int,
    body: bytes = PAGE,
    *,
    kind: str = "response",
    status: str = "200 OK",
    headers: str = "Content-Type: text/html; charset=iso-8859-1\r\n",
    said: str = "",
    uri: str | None = None,
) -> bytes:
    """A WARC record; ``headers`` are its response's, ``said`` further ones of its own."""
    block = f"HTTP/1.1 {status}\r\n{headers}\r\n".encode() + body if kind == "response" else body
    uri = f"https://quay.example/news/{number}" if uri is None else uri
    return (
        f"WARC/1.0\r\nWARC-Type: {kind}\r\nWARC-Record-ID: <urn:uuid:00000000-0000-4000-8000-{number:012d}>\r\n"
        f"WARC-Date: 2026-03-02T08:15:{number:02d}Z\r\nWARC-Target-URI: {uri}\r\n{said}"
        f"Content-Type: application/http; msgtype={kind}\r\nContent-Length: {len(block)}\r\n\r\n"
    ).encode() + block + b"\r\n\r\n"  # fmt: skip
