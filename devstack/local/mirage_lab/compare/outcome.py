"""Outcomes of steps: how they are made equal where they differ by nature, and how two of them are compared."""

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

UUID = re.compile(r"\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b")
REQUEST_ID = re.compile(r"\breq-" + UUID.pattern.removeprefix(r"\b"))
TIME = re.compile(r"\b\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(\.\d+)?(Z|\+00:00)?")
ADDRESS = re.compile(r"\bhttp://127\.0\.0\.1:24\d{3}\b")
# openstacksdk puts what it reads from an error page into a set, and so in either order.
PAGE = re.compile(r"(Client Error for url: \S+, )(.*): (\d{3} [A-Z][A-Za-z ]+)$", re.MULTILINE)
ABSENT = "(absent)"


class Normalizer:
    """Replaces what one side made up: its prefix of names, ids (by the names they were given), times, addresses."""

    def __init__(self, prefix: str, region: str, directory: str):
        self.prefix = prefix
        self.region = region
        self.directory = directory
        self.names: dict[str, str] = {}

    def learn(self, name: str, identifier: str) -> None:
        """From now on that id is shown as <name>."""
        self.names.setdefault(identifier, name)

    def __call__(self, value):
        match value:
            case dict():
                return {self(k): self(v) for k, v in value.items()}
            case list() | tuple():
                items = [self(v) for v in value]
                # Tags, stores, names of properties: lists of plain texts are sets, whose order is nobody's promise.
                return sorted(items) if all(isinstance(i, str) for i in items) else items
            case str():
                return self._text(value)
            case _:
                return value

    def _text(self, text: str) -> str:
        if text == self.region:
            return "<region>"
        text = text.replace(self.directory, "<directory>").replace(self.prefix, "<p>")
        text = REQUEST_ID.sub("<request>", text)
        text = UUID.sub(lambda m: f"<{self.names.get(m[0], 'uuid')}>", text)
        text = TIME.sub("<time>", text)
        text = PAGE.sub(r"\1\3: \2", text)
        return ADDRESS.sub("<endpoint>", text)


@dataclass(frozen=True)
class Difference:
    step: str
    field: str
    control: object
    subject: object


def differences(step: str, control, subject) -> list[Difference]:
    """Field by field; a field that only one side has counts as absent on the other."""
    left, right = dict(fields(control)), dict(fields(subject))
    return [
        Difference(step, field, left.get(field, ABSENT), right.get(field, ABSENT))
        for field in sorted(left.keys() | right.keys())
        if left.get(field, ABSENT) != right.get(field, ABSENT)
    ]


def fields(value, path: str = "") -> Iterator[tuple[str, object]]:
    """The leaves, named by the way to them. Empty collections are leaves: they are not the same as nothing."""
    if isinstance(value, dict) and value:
        for key, item in value.items():
            yield from fields(item, f"{path}.{key}" if path else str(key))
    elif isinstance(value, list) and value:
        seen: Counter = Counter()
        for index, item in enumerate(value):
            name = _row_name(item, index)
            seen[name] += 1
            # Rows of one name are told apart by their order.
            yield from fields(item, f"{path}[{name}]" if seen[name] == 1 else f"{path}[{name}#{seen[name]}]")
    else:
        yield path or "(all)", value


# What a row of a list is called by: names are chosen by the steps, so equal rows meet whatever their order. A plain text
# is its own name, so that one that is missing does not make all behind it differ.
ROW_NAMES = ("Attribute", "Name", "name", "namespace", "Namespace", "Member ID", "member_id", "id", "ID")


def _row_name(item, index: int) -> str:
    if isinstance(item, str):
        return item
    if isinstance(item, dict):
        for name in ROW_NAMES:
            if item.get(name) and item[name] != "<uuid>":
                return str(item[name])
    return str(index)
