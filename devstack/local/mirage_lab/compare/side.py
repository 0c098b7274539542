"""One of the two image services, as its users reach it."""

import json
import subprocess
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import glanceclient

from mirage_lab.cloud import LAB, PROJECTS, User
from mirage_lab.compare import clients
from mirage_lab.compare.outcome import Normalizer


@dataclass
class Side:
    """Everything it makes has its prefix in its name; what a step captured can be used by the later ones."""

    label: str
    region: str
    prefix: str
    directory: Path
    captured: dict[str, str] = field(default_factory=dict)
    outcomes: dict[str, object] = field(default_factory=dict)

    def __post_init__(self):
        self.normal = Normalizer(self.prefix, self.region, str(self.directory))
        self.users = {name: User(name, self.region) for name in PROJECTS}
        self.directory.mkdir(parents=True)
        self._progress_log = LAB / "logs" / f"check-{self.label}.log"
        self._progress_log.unlink(missing_ok=True)
        self.capture("fixed", str(uuid.uuid4()))

    def capture(self, name: str, identifier: str) -> str:
        """From now on steps know that id by that name, and reports show it so."""
        self.captured[name] = identifier
        self.normal.learn(name, identifier)
        return identifier

    def progress(self, text: str) -> None:
        """For who waits, or wants to know what took so long."""
        with self._progress_log.open("a", encoding="utf-8") as log:
            log.write(text + "\n")

    def variables(self) -> dict[str, str]:
        return self.captured | {"p": self.prefix, "d": str(self.directory)}

    def run(self, user: str, arguments: list[str]) -> subprocess.CompletedProcess:
        # glanceclient keeps schemas below HOME, by endpoint: never those of an earlier run.
        own = {"HOME": str(self.directory), "XDG_CACHE_HOME": str(LAB / "run"), "PYTHONWARNINGS": "ignore"}
        environment = self.users[user].environment | own
        if arguments[0] in ("openstack", "glance"):
            return clients.run(arguments, environment)
        return subprocess.run(arguments, env=environment, stdin=subprocess.DEVNULL, capture_output=True, check=False)

    def sdk(self, user: str):
        return self.users[user].sdk.image

    def library(self, user: str) -> glanceclient.Client:
        """As Nova makes it: endpoint from the catalog, the user's token, no version negotiation."""
        connection = self.users[user].sdk
        endpoint = connection.session.get_endpoint(service_type="image", region_name=self.region, interface="public")
        return glanceclient.Client("2", endpoint=endpoint, token=connection.auth_token)

    def attempt(self, action) -> object:
        """What the action returns, or what it raises: its type, its status, what it says.

        Whatever a client raises is an outcome to compare, also when it is the client's own mistake.
        """
        try:
            return plain(action())
        except Exception as e:
            status = getattr(e, "status_code", None) or getattr(e, "code", None)
            return {"raised": type(e).__name__, "status": status, "says": str(e)}


def plain(value) -> object:
    """The value as JSON would carry it."""
    return json.loads(json.dumps(value, default=_as_json))


def _as_json(value) -> object:
    if hasattr(value, "to_dict"):
        return value.to_dict()
    # glanceclient wraps what it returns in proxies, which json does not see through.
    if isinstance(value, Mapping):
        return dict(value)
    if isinstance(value, bytes):
        return {"bytes": len(value)}
    return list(value)
