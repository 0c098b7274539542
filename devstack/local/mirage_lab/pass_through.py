"""A pass-through for HTTP on the loopback that writes down every exchange.

    python3 -m mirage_lab.pass_through PORT LOG TARGET_URL [TARGET_URL...]

With several targets each exchange goes to the next one (round-robin); one that refuses the connection is passed over.
Every exchange has connections of its own (Connection: close both ways), so that what belongs together is plain.

LOG gets a JSON object per line and exchange: time, seconds, target, method, path, request (headers; tokens cut),
request_bytes, json (the request's body when it is JSON and short), status, response (headers), response_bytes, and
error when one side broke off.
"""

import itertools
import json
import socket
import sys
import threading
import time
import urllib.parse

BLOCK = 1 << 18
KEPT_JSON_BYTES = 8192
LINGER_SECONDS = 2
MAX_HEAD_BYTES = 1 << 20
SECRETS = {"x-auth-token", "x-subject-token", "x-service-token", "authorization"}


class Head:
    """The first line and the headers of a request or an answer."""

    def __init__(self, raw: bytes):
        self.raw = raw
        first, *rest = raw.decode("latin-1").split("\r\n")
        self.first = first.split(" ", 2)
        self.fields = [(k.strip(), v.strip()) for k, _, v in (line.partition(":") for line in rest)]

    def get(self, name: str) -> str | None:
        return next((v for k, v in self.fields if k.lower() == name), None)

    def closing(self) -> bytes:
        """The same head, but the connection ends with this exchange."""
        lines = [l for l in self.raw.split(b"\r\n") if not l.lower().startswith((b"connection:", b"keep-alive:"))]
        return b"\r\n".join([*lines, b"Connection: close"]) + b"\r\n\r\n"

    def shown(self) -> dict[str, str]:
        return {k: v[:6] + "..." if k.lower() in SECRETS else v for k, v in self.fields}


def read_head(sock: socket.socket, buffer: bytes = b"") -> tuple[Head, bytes]:
    """The next head, and what came behind it; an OSError when the other side ends before it."""
    while b"\r\n\r\n" not in buffer:
        data = sock.recv(65536)
        if not data or len(buffer) > MAX_HEAD_BYTES:
            raise ConnectionError("no complete head")
        buffer += data
    head, rest = buffer.split(b"\r\n\r\n", 1)
    return Head(head), rest


class Exchange:
    """One request and its answer, carried from client to server and back."""

    def __init__(self, client: socket.socket, connect):
        self.client = client
        self.connect = connect
        self.server = None
        self.record = {"time": round(time.time(), 3)}
        self.request_bytes = 0
        self.kept = None

    def run(self) -> dict:
        try:
            request, rest = read_head(self.client)
            self.record.update(method=request.first[0], path=request.first[1], request=request.shown())
            self.server, self.record["target"] = self.connect()
            self.server.sendall(request.closing())
            if "json" in (request.get("content-type") or ""):
                self.kept = bytearray()
            threading.Thread(target=self._push, args=(rest,), daemon=True).start()
            self._pull()
        except OSError as e:
            self.record["error"] = str(e)
        finally:
            self._end()
        return self.record

    def _push(self, data: bytes) -> None:
        """The request's body. The client's end goes on to the server: that is how an abandoned upload looks."""
        try:
            while True:
                if data:
                    self.request_bytes += len(data)
                    if self.kept is not None and self.request_bytes <= KEPT_JSON_BYTES:
                        self.kept += data
                    self.server.sendall(data)
                data = self.client.recv(BLOCK)
                if not data:
                    self.server.shutdown(socket.SHUT_WR)
                    return
        except OSError:
            return  # the answer came before the request's end, or the server went away: _pull sees which

    def _pull(self) -> None:
        head, rest = read_head(self.server)
        while head.first[1] == "100":
            self.client.sendall(head.raw + b"\r\n\r\n")
            head, rest = read_head(self.server, rest)
        status = int(head.first[1])
        self.record.update(status=status, response=head.shown(), response_bytes=len(rest))
        self.client.sendall(head.closing() + rest)
        length = self._body_length(status, head)
        while length is None or self.record["response_bytes"] < length:
            data = self.server.recv(BLOCK)
            if not data:
                if length is not None:
                    raise ConnectionError("the answer broke off")
                return
            self.record["response_bytes"] += len(data)
            self.client.sendall(data)

    def _body_length(self, status: int, head: Head) -> int | None:
        """None: the end of the connection ends the body (or the last chunk does, right before it)."""
        if status in (204, 304) or self.record["method"] == "HEAD":
            return 0
        length = head.get("content-length")
        return None if length is None else int(length)

    def _end(self) -> None:
        self._let_the_client_read()
        for sock in (self.client, self.server):
            if sock is not None:
                try:
                    sock.shutdown(socket.SHUT_RDWR)
                except OSError:
                    pass  # it had ended already
                sock.close()
        self.record.update(request_bytes=self.request_bytes, seconds=round(time.time() - self.record["time"], 3))
        if self.kept is not None and self.request_bytes <= KEPT_JSON_BYTES:
            self.record["json"] = self.kept.decode("utf-8", "replace")


    def _let_the_client_read(self) -> None:
        """An answer that came before the request's end would be lost to a client that still sends, if its connection
        were closed with bytes unread: they are read and thrown away until it has seen that there is an end."""
        try:
            self.client.shutdown(socket.SHUT_WR)
            self.client.settimeout(LINGER_SECONDS)
            while self.client.recv(BLOCK):
                pass
        except OSError:
            pass  # it has gone, or does not


class Targets:
    def __init__(self, urls: list[str]):
        self.turns = itertools.cycle(urls)
        self.count = len(urls)
        self.lock = threading.Lock()

    def connect(self) -> tuple[socket.socket, str]:
        for attempt in range(self.count):
            with self.lock:
                url = next(self.turns)
            try:
                parsed = urllib.parse.urlparse(url)
                sock = socket.create_connection((parsed.hostname, parsed.port or 80))
                sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                return sock, url
            except OSError:
                if attempt == self.count - 1:
                    raise
        raise AssertionError("a pass-through has a target")


def main() -> None:
    port, log_name, *urls = sys.argv[1:]
    targets = Targets(urls)
    lock = threading.Lock()
    log = open(log_name, "a", buffering=1)

    def serve(client: socket.socket) -> None:
        client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        record = Exchange(client, targets.connect).run()
        if "method" in record:  # else somebody only tried whether the port is open
            with lock:
                log.write(json.dumps(record, ensure_ascii=False) + "\n")

    listener = socket.create_server(("127.0.0.1", int(port)), backlog=256)
    while True:
        client, _ = listener.accept()
        threading.Thread(target=serve, args=(client,), daemon=True).start()


if __name__ == "__main__":
    main()
