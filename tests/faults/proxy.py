"""A proxy in front of an S3 server that breaks requests and replies on purpose.

Faults come from a script (the next request that matches is hit, so many times) or at seeded rates.
``fired`` counts what really happened: a test of a fault asserts it.
"""

import http.client
import random
import re
import socket
import struct
import threading
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import urlsplit

__all__ = ["MODES", "Proxy", "Seen", "faulty"]

MODES = ("503", "409", "reset", "lost", "hang", "truncate", "flip")
HOP = {"connection", "keep-alive", "transfer-encoding", "expect"}
CODES = {"503": "SlowDown", "409": "ConditionalRequestConflict"}
CONDITIONS = ("If-None-Match", "If-Match")


@dataclass(frozen=True)
class Seen:
    """One request that came in: method, path with query; bytes and status of the reply."""

    method: str
    path: str
    reply: int
    status: int


@dataclass
class Proxy:
    """What the proxy is to do, and what it did."""

    upstream: str
    rates: Mapping[str, float] = field(default_factory=dict)
    deaf: bool = False  # drop the conditions of every request, as many servers do
    fired: Counter[str] = field(default_factory=Counter)
    seen: list[Seen] = field(default_factory=list)
    url: str = ""
    script: list[tuple[str, str]] = field(default_factory=list)
    stopped: threading.Event = field(default_factory=threading.Event)
    lock: threading.Lock = field(default_factory=threading.Lock)
    dice: random.Random = field(default_factory=random.Random)

    def next(self, mode: str, count: int = 1, match: str = "") -> None:
        """Break the next ``count`` requests whose ``METHOD path`` matches a pattern."""
        assert mode in MODES
        self.script += [(mode, match)] * count

    def mode_for(self, method: str, path: str, conditional: bool) -> str | None:
        """Return how to break this request, None for not at all."""
        with self.lock:
            mode = self._scripted(f"{method} {path}") or self._drawn(method, path, conditional)
            if mode is not None:
                self.fired[mode] += 1
            return mode

    def _scripted(self, request: str) -> str | None:
        for entry in self.script:
            if re.search(entry[1], request):
                self.script.remove(entry)
                return entry[0]
        return None

    def _drawn(self, method: str, path: str, conditional: bool) -> str | None:
        point = self.dice.random()
        for mode, rate in self.rates.items():
            point -= rate
            if point < 0:
                body = method == "GET" and "list-type" not in path
                fits = {"truncate": body, "flip": body, "409": method == "PUT" and conditional}
                return mode if fits.get(mode, True) else None
        return None


class Handler(BaseHTTPRequestHandler):
    """One request: to the server and back, whole or broken."""

    protocol_version = "HTTP/1.1"
    proxy: Proxy

    def log_message(self, *_: Any) -> None:
        """Say nothing."""

    def handle_one_request(self) -> None:
        try:
            super().handle_one_request()
        except (ConnectionError, TimeoutError):  # a client that gave up
            self.close_connection = True

    def serve(self) -> None:
        """Pass one request on, or break it."""
        body = self._body()
        conditional = any(name in self.headers for name in CONDITIONS)
        mode = self.proxy.mode_for(self.command, self.path, conditional)
        if mode in CODES:
            self._refuse(int(mode), CODES[mode])
        elif mode == "reset":
            self._cut()
        elif mode == "hang":
            self.proxy.stopped.wait(60)
            self._cut()
        else:
            self._forward(body, mode)

    do_GET = do_PUT = do_HEAD = do_DELETE = do_POST = serve

    def _body(self) -> bytes:
        if "chunked" not in self.headers.get("Transfer-Encoding", ""):
            return self.rfile.read(int(self.headers.get("Content-Length", 0)))
        parts = []
        while size := int(self.rfile.readline().split(b";")[0], 16):
            parts.append(self.rfile.read(size))
            self.rfile.readline()
        self.rfile.readline()
        return b"".join(parts)

    def _forward(self, body: bytes, mode: str | None) -> None:
        dropped = HOP | ({c.lower() for c in CONDITIONS} if self.proxy.deaf else set())
        headers = {k: v for k, v in self.headers.items() if k.lower() not in dropped}
        host = urlsplit(self.proxy.upstream)
        upstream = http.client.HTTPConnection(str(host.hostname), host.port, timeout=60)
        upstream.request(self.command, self.path, body, headers)
        reply = upstream.getresponse()
        data = reply.read()
        upstream.close()
        self.proxy.seen.append(Seen(self.command, self.path, len(data), reply.status))
        if mode == "lost":
            self._cut()
            return
        self.send_response(reply.status)
        for name, value in reply.getheaders():
            if name.lower() not in HOP | {"content-length", "server", "date"}:
                self.send_header(name, value)
        length = reply.getheader("Content-Length", "0") if self.command == "HEAD" else len(data)
        self.send_header("Content-Length", str(length))
        self.end_headers()
        if mode == "flip" and data:
            middle = len(data) // 2
            data = data[:middle] + bytes([data[middle] ^ 1]) + data[middle + 1 :]
        self.wfile.write(data[: len(data) // 2] if mode == "truncate" else data)
        if mode == "truncate":
            self._cut()

    def _refuse(self, status: int, code: str) -> None:
        text = f"<Error><Code>{code}</Code><Message>on purpose</Message></Error>".encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/xml")
        self.send_header("Content-Length", str(0 if self.command == "HEAD" else len(text)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(text)

    def _cut(self) -> None:
        """End the connection at once, what was not sent is lost."""
        self.wfile.flush()
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.connection.close()
        self.close_connection = True


class Server(ThreadingHTTPServer):
    """The proxy's server."""

    daemon_threads = True
    request_queue_size = 128

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Say nothing: connections are cut on purpose."""


@contextmanager
def faulty(
    upstream: str, rates: Mapping[str, float] | None = None, seed: int = 1
) -> Iterator[Proxy]:
    """Run a proxy in front of a server; its address is ``url``."""
    proxy = Proxy(upstream, rates or {}, dice=random.Random(seed))
    server = Server(("127.0.0.1", 0), type("Bound", (Handler,), {"proxy": proxy}))
    proxy.url = f"http://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        yield proxy
    finally:
        proxy.stopped.set()
        server.shutdown()
        server.server_close()
        thread.join()
