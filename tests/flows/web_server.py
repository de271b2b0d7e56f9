"""A web server on loopback whose pages a test writes: with version tags, and a log of what was asked."""

from __future__ import annotations

import hashlib
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


@dataclass
class Web:
    """Pages by path, with its question or without: bytes and Content-Type. ``tagged``: sizes and tags are told."""

    address: str = ""
    pages: dict[str, tuple[bytes, str]] = field(default_factory=dict)
    asked: list[tuple[str, str]] = field(default_factory=list)
    authorization: set[str | None] = field(default_factory=set)
    silent: set[str] = field(default_factory=set)
    tagged: bool = True

    def put(self, path: str, content: str, kind: str = "text/html; charset=utf-8") -> str:
        """Publish a page; its address."""
        self.pages[path] = (content.encode(), kind)
        return self.address + path

    def got(self) -> list[str]:
        """The paths that were read since the last call."""
        paths = sorted(path for method, path in self.asked if method == "GET")
        self.asked.clear()
        return paths


@contextmanager
def web_server() -> Iterator[Web]:
    """A server of its own for a test."""
    web = Web()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_HEAD(self) -> None:
            self._answer()

        def do_GET(self) -> None:
            self._answer()

        def _answer(self) -> None:
            web.asked.append((self.command, self.path))
            web.authorization.add(self.headers["Authorization"])
            if self.path in web.silent and self.command == "GET":
                time.sleep(8)
            content, kind = web.pages.get(self.path) or web.pages.get(self.path.partition("?")[0], (b"", ""))
            self.send_response(200 if kind else 404)
            if kind:
                self.send_header("Content-Type", kind)
            if kind and web.tagged:
                self.send_header("ETag", f'"{hashlib.sha256(content).hexdigest()[:16]}"')
            if web.tagged or not kind:
                self.send_header("Content-Length", str(len(content)))
            else:
                self.send_header("Connection", "close")
            self.end_headers()
            if self.command == "GET":
                try:
                    self.wfile.write(content)
                except OSError:
                    self.close_connection = True
            if not web.tagged:
                self.close_connection = True

        def log_message(self, *args: object) -> None:
            """A test's output has no need of it."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    web.address = f"http://127.0.0.1:{server.server_address[1]}"
    try:
        yield web
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
