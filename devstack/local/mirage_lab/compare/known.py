"""The differences that are meant: known-differences.toml."""

import fnmatch
import tomllib
from dataclasses import dataclass
from pathlib import Path

from mirage_lab.compare.outcome import Difference

FILE = Path(__file__).parents[2] / "known-differences.toml"


@dataclass(frozen=True)
class Known:
    """A pattern for step and field (as of a shell; brackets are literal), and optionally for the subject's value."""

    step: str
    field: str
    reason: str
    subject: str = "*"

    def covers(self, difference: Difference) -> bool:
        return (
            _matches(difference.step, self.step)
            and _matches(difference.field, self.field)
            and _matches(str(difference.subject), self.subject)
        )


def _matches(text: str, pattern: str) -> bool:
    return fnmatch.fnmatchcase(text, pattern.replace("[", "[[]"))


def load() -> list[Known]:
    with FILE.open("rb") as file:
        return [Known(**entry) for entry in tomllib.load(file).get("difference", [])]
