"""The least of a network service that Nova needs when servers have no network: every collection is empty.

    python3 -m mirage_lab.stub_network PORT
"""

import json
import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

PORT = int(sys.argv[1])
VERSIONS = {
    "versions": [
        {"id": "v2.0", "status": "CURRENT", "links": [{"rel": "self", "href": f"http://127.0.0.1:{PORT}/v2.0/"}]}
    ]
}
NOT_FOUND = {"NeutronError": {"type": "NotFound", "message": "there are no networks here", "detail": ""}}


class StubNetwork(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        parts = [p for p in self.path.split("?")[0].split("/") if p]
        if not parts:
            self._answer(200, VERSIONS)
        elif parts == ["v2.0"]:
            self._answer(200, {"resources": []})
        elif len(parts) == 2:
            collection = parts[1].removesuffix(".json").replace("-", "_")
            self._answer(200, {collection: []})
        else:
            self._answer(404, NOT_FOUND)

    def _answer(self, status: int, body: dict) -> None:
        data = json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)


if __name__ == "__main__":
    ThreadingHTTPServer(("127.0.0.1", PORT), StubNetwork).serve_forever()
