"""Reads the log of a pass-through: which requests were made since when."""

import json
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Request:
    method: str
    path: str
    status: int | None
    request_bytes: int
    response_bytes: int
    seconds: float

    def __str__(self) -> str:
        return (
            f"{self.method} {self.path} -> {self.status}"
            f"  sent {self.request_bytes} got {self.response_bytes} in {self.seconds:.2f} s"
        )


class Wire:
    def __init__(self, log: Path):
        self.log = log

    def mark(self) -> int:
        """A place in the log, for since()."""
        return self.log.stat().st_size if self.log.exists() else 0

    def since(self, mark: int) -> list[Request]:
        if not self.log.exists():
            return []
        with self.log.open(encoding="utf-8") as log:
            log.seek(mark)
            return [self._request(json.loads(line)) for line in log]

    @staticmethod
    def _request(record: dict) -> Request:
        return Request(
            record["method"],
            record["path"],
            record.get("status"),
            record["request_bytes"],
            record.get("response_bytes", 0),
            record["seconds"],
        )
