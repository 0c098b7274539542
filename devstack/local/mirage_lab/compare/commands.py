"""Scripts of command lines: the steps of *.steps.

    [NAME =] [~FIELD,FIELD...] USER COMMAND ARGUMENT...     # a comment

The line is run as that user. With NAME the id in the output is kept, and $NAME stands for it afterwards. A FIELD that
depends on when the step ran is left out of the comparison. $p is the side's prefix, $d a directory of its own.

COMMAND is openstack or glance (outcome: exit status, parsed output, errors), a program of the system like cmp (outcome:
exit status), or "await IMAGE STATUS".
"""

import json
import re
import shlex
import string
import time
from dataclasses import dataclass
from pathlib import Path

from mirage_lab.compare.side import Side

LINE = re.compile(r"(?:(?P<name>\w+) = )?(?:~(?P<skipped>\S+) )?(?P<user>admin|demo|reader|other) (?P<command>.+)")
JSON_COMMANDS = re.compile(r"image (create|list|show|member list|add project)\b")
AWAIT_SECONDS = 60
WRAPPED_CHARACTERS = 80
NOT_MADE = "not-made"


@dataclass(frozen=True)
class Step:
    text: str
    user: str
    command: str
    name: str | None
    skipped: frozenset[str]

    def run(self, side: Side) -> None:
        arguments = shlex.split(string.Template(self.command).substitute(side.variables()))
        started = time.monotonic()
        outcome = self._outcome(side, arguments)
        side.progress(f"{time.monotonic() - started:5.1f} s  {self.text}")
        if self.name:
            side.capture(self.name, _identifier(outcome.get("out")))
        if isinstance(outcome.get("out"), dict):
            outcome["out"] = {k: v for k, v in outcome["out"].items() if k not in self.skipped}
        side.outcomes[self.text] = outcome

    def _outcome(self, side: Side, arguments: list[str]) -> dict:
        if arguments[0] == "await":
            return await_status(side, self.user, *arguments[1:])
        if arguments[0] == "openstack" and JSON_COMMANDS.match(" ".join(arguments[1:])):
            arguments = [*arguments, "-f", "json"]
        done = side.run(self.user, arguments)
        out = done.stdout.decode("utf-8", "replace")
        if arguments[0] == "openstack":
            return {"exit": done.returncode, "out": _json_or_text(out), "err": _message(done.stderr)}
        if arguments[0] == "glance":
            return {"exit": done.returncode, "out": table(out), "err": _message(done.stderr)}
        return {"exit": done.returncode}


def load(file: Path) -> list[Step]:
    steps = []
    for line in file.read_text(encoding="utf-8").splitlines():
        if line.strip() and not line.startswith("#"):
            match = LINE.fullmatch(line)
            if match is None:
                raise ValueError(f"{file.name}: no step: {line}")
            skipped = frozenset((match["skipped"] or "").split(","))
            text = f"{match['user']} {match['command']}"
            # A step that is repeated on purpose has an outcome of its own each time.
            repeated = sum(step.text == text or step.text.startswith(f"{text} (") for step in steps)
            steps.append(Step(f"{text} ({repeated + 1})" if repeated else text, match["user"], match["command"],
                              match["name"], skipped))  # fmt: skip
    return steps


def await_status(side: Side, user: str, image: str, wanted: str) -> dict:
    """The status at the end of the wait; deleted is what is not found any more."""
    if image == NOT_MADE:
        return {"status": NOT_MADE}
    end = time.monotonic() + AWAIT_SECONDS
    status = None
    while status != wanted and time.monotonic() < end:
        time.sleep(0.5)
        found = side.sdk(user).find_image(image)
        status = found.status if found else "deleted"
    return {"status": status}


def _identifier(out) -> str:
    """An id that a failed step would have given is a name that nothing has, so that later steps fail on both sides."""
    return out.get("id", NOT_MADE) if isinstance(out, dict) else NOT_MADE


def _json_or_text(out: str):
    try:
        return json.loads(out)
    except ValueError:
        return out.strip()


def _message(err: bytes) -> str:
    return err.decode("utf-8", "replace").strip()


def table(out: str):
    """What glance prints: a table of properties as a dict, other tables as rows, anything else as it is."""
    rows = [_cells(line) for line in out.splitlines() if line.startswith("|")]
    if not rows:
        return out.strip()
    head, *body = _unwrapped(rows)
    if head == ["Property", "Value"]:
        return {key: _cell(value) for key, value in body}
    return [dict(zip(head, map(_cell, row), strict=True)) for row in body]


def _cells(line: str) -> list[str]:
    return [cell.strip() for cell in line.strip("|").split(" | ")]


def _unwrapped(rows: list[list[str]]) -> list[list[str]]:
    """Long cells go on in the rows below, whose first cell is empty; a line that is full was cut within a word."""
    whole: list[list[str]] = []
    last: list[str] = []
    for row in rows:
        if row[0] or not whole:
            whole.append(row)
        else:
            glue = ["" if len(cell) == WRAPPED_CHARACTERS else " " for cell in last]
            whole[-1] = [(a + g + b).strip() for a, g, b in zip(whole[-1], glue, row, strict=True)]
        last = row
    return whole


def _cell(text: str):
    """Collections are printed as JSON."""
    return _json_or_text(text) if text.startswith(("[", "{")) else text


def commands_of(steps: list[Step], program: str) -> set[str]:
    """The commands of the program that the steps use, as far as words go that are no arguments."""
    words = (shlex.split(step.command) for step in steps)
    return {" ".join(w[1:]) for w in words if w[0] == program}
