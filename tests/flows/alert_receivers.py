"""A real HTTP receiver and a real SMTP server on the loopback, which keep what they are sent."""

from __future__ import annotations

import json
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes
from email.message import Message
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from aiosmtpd.controller import Controller


@dataclass
class Receiver:
    """A channel on loopback: keeps what it is sent, and answers with the next of ``answers``, then ``then``."""

    port: int = 0
    answers: list[int] = field(default_factory=list)
    then: int = 200
    received: list[tuple[str, str]] = field(default_factory=list)

    def taken(self, path: str) -> list[str]:
        """The titles of the JSON messages that came to a path."""
        return [json.loads(body)["title"] for at, body in self.received if at == path]

    def texts(self, path: str) -> list[str]:
        return [json.loads(body)["message"] for at, body in self.received if at == path]


@contextmanager
def http_receiver(port: int = 0) -> Iterator[Receiver]:
    """A channel on a port, else on one that is free."""
    found = Receiver()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"])).decode("utf-8")
            answer = found.answers.pop(0) if found.answers else found.then
            if answer == 200:
                found.received.append((self.path, body))
            self.send_response(answer)
            self.end_headers()

        def log_message(self, *arguments: object) -> None:
            """Quiet."""

    with ThreadingHTTPServer(("127.0.0.1", port), Handler) as server:
        found.port = server.server_port
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield found
        finally:
            server.shutdown()
            thread.join()


@dataclass
class Mailbox:
    """What a mail server took."""

    port: int = 0
    mails: list[Message] = field(default_factory=list)

    async def handle_DATA(self, server: object, session: object, envelope: object) -> str:  # noqa: N802 - its name there
        self.mails.append(message_from_bytes(envelope.content))  # type: ignore[attr-defined]
        return "250 OK"


@contextmanager
def mail_server() -> Iterator[Mailbox]:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    box = Mailbox(port)
    controller = Controller(box, hostname="127.0.0.1", port=port)
    controller.start()
    try:
        yield box
    finally:
        controller.stop()
