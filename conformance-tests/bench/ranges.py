"""Serves the files of a folder on the loopback, by ranges as zsync asks for them. Prints its port. ranges.py FOLDER"""

import http.server
import pathlib
import re
import sys

FOLDER = pathlib.Path(sys.argv[1])


class Ranges(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self):
        file = FOLDER / self.path.lstrip("/")
        size = file.stat().st_size
        asked = self.headers.get("Range")
        ranges = [tuple(map(int, one)) for one in re.findall(r"(\d+)-(\d+)", asked or "")] or [(0, size - 1)]
        with open(file, "rb") as content:
            if len(ranges) == 1:
                self.one(content, *ranges[0], size, 206 if asked else 200)
            else:
                self.several(content, ranges, size)

    def one(self, content, first, last, size, status):
        last = min(last, size - 1)
        self.send_response(status)
        self.send_header("Content-Length", str(last + 1 - first))
        if status == 206:
            self.send_header("Content-Range", f"bytes {first}-{last}/{size}")
        self.end_headers()
        content.seek(first)
        left = last + 1 - first
        while left:
            part = content.read(min(left, 1 << 20))
            self.wfile.write(part)
            left -= len(part)

    def several(self, content, ranges, size):
        parts = []
        for first, last in ranges:
            last = min(last, size - 1)
            content.seek(first)
            head = f"\r\n--part\r\nContent-Range: bytes {first}-{last}/{size}\r\n\r\n".encode()
            parts.append(head + content.read(last + 1 - first))
        body = b"".join(parts) + b"\r\n--part--\r\n"
        self.send_response(206)
        self.send_header("Content-Type", "multipart/byteranges; boundary=part")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Ranges)
print(server.server_port, flush=True)
server.serve_forever()
