"""Runs the scripts on both sides and reports. See devstack/local/check."""

import json
import os
import subprocess
import sys
import tempfile
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from mirage_lab.cloud import CONTROL_REGION, IMAGE_SERVICE, LAB, PROJECTS, REGION, User
from mirage_lab.compare import commands, known, programs
from mirage_lab.compare.outcome import Difference, differences
from mirage_lab.compare.side import Side

HERE = Path(__file__).parent
PARTS = ("openstack", "glance", "library", "sdk")
SHOWN_CHARACTERS = 160


def main(parts: list[str]) -> int:
    with tempfile.TemporaryDirectory(prefix="check.", dir=LAB) as directory:
        control, subject = prepare(Path(directory))
        names = parts or list(PARTS)
        # One after the other when both are the same service: what one makes, the other would see.
        with ThreadPoolExecutor(1 if IMAGE_SERVICE == "glance" else 2) as pool:
            runs = [pool.submit(run, side, names) for side in (control, subject)]
            for future in runs:
                future.result()
    save(control, subject)
    found = report(control, subject)
    uncovered = [] if parts else not_covered()
    for command in uncovered:
        print(f"no step for the command: {command}")
    return 1 if found or uncovered else 0


def prepare(directory: Path) -> tuple[Side, Side]:
    """Both sides, with the same files to upload."""
    stamp = f"{int(time.time()):x}"
    sides = (
        Side("control", CONTROL_REGION, f"c{stamp}", directory / "control"),
        Side("subject", REGION, f"s{stamp}", directory / "subject"),
    )
    raw, qcow2 = os.urandom(3_000_001), directory / "qcow2"
    subprocess.run(["qemu-img", "create", "-q", "-f", "qcow2", qcow2, "16M"], check=True)
    subprocess.run(["qemu-io", "-f", "qcow2", "-c", "write -q -P 7 1M 3M", qcow2], check=True)
    projects = {project.name: project.id for project in User("admin").sdk.identity.projects()}
    for side in sides:
        (side.directory / "raw").write_bytes(raw)
        (side.directory / "qcow2").write_bytes(qcow2.read_bytes())
        (side.directory / "namespace.json").write_text(json.dumps(namespace(side.prefix)), encoding="utf-8")
        side.captured["web_image"] = os.environ["LAB_WEB_IMAGE_URL"]
        side.captured["web_file"] = str(LAB / "www" / "web.img")
        for name in set(PROJECTS.values()):
            side.captured[f"{name}_project"] = projects[name]
    return sides


def namespace(prefix: str) -> dict:
    """A namespace of metadata definitions, as a file of the kind that distributions install."""
    return {
        "namespace": f"{prefix}-imported",
        "display_name": "Imported",
        "visibility": "public",
        "protected": False,
        "resource_type_associations": [{"name": "OS::Glance::Image", "prefix": "im_"}],
        "properties": {"speed": {"title": "Speed", "type": "number", "minimum": 0}},
        "objects": [
            {
                "name": "engine",
                "description": "What drives it",
                "required": ["fuel"],
                "properties": {"fuel": {"title": "Fuel", "type": "string", "enum": ["wind", "sun"]}},
            }
        ],
        "tags": [{"name": "moving"}],
    }


def run(side: Side, parts: list[str]) -> None:
    for part in parts:
        if part in ("openstack", "glance"):
            for step in commands.load(HERE / f"{part}.steps"):
                step.run(side)
        elif part == "library":
            programs.nova_way(side)
        else:
            programs.sdk(side)


def save(control: Side, subject: Side) -> None:
    """The whole outcomes, for reading up what the table cuts short."""
    for side in (control, subject):
        text = json.dumps(side.normal(side.outcomes), indent=1, ensure_ascii=False, sort_keys=True)
        (LAB / "logs" / f"check-{side.label}.json").write_text(text, encoding="utf-8")


def report(control: Side, subject: Side) -> list[Difference]:
    """A line for each step, a table of the differences; those that nobody knew of are given back."""
    meant = known.load()
    used: Counter = Counter()
    unknown: list[Difference] = []
    explained = 0
    ours, theirs = subject.normal(subject.outcomes), control.normal(control.outcomes)
    for (name, left), right in zip(theirs.items(), ours.values(), strict=True):
        found = differences(name, left, right)
        reasons = [next((k for k in meant if k.covers(d)), None) for d in found]
        used.update(k for k in reasons if k)
        new = [d for d, k in zip(found, reasons, strict=True) if k is None]
        unknown += new
        explained += len(found) - len(new)
        verdict = f"DIFFERS in {len(new)}" if new else f"known   {len(found)}" if found else "same"
        print(f"{verdict:<14} {name}")
    print(f"\n{len(ours)} steps; {explained} differences that are meant, {len(unknown)} that are not")
    for entry in meant:
        print(f"  meant ({used[entry]}): {entry.step} | {entry.field}: {entry.reason}")
    for d in unknown:
        print(f"\n{d.step}\n  {d.field}\n    control: {_short(d.control)}\n    subject: {_short(d.subject)}")
    return unknown


def _short(value) -> str:
    text = json.dumps(value, ensure_ascii=False)
    return text if len(text) <= SHOWN_CHARACTERS else text[:SHOWN_CHARACTERS] + "..."


def not_covered() -> list[str]:
    """Image commands that the installed clients have and no step uses."""
    groups = subprocess.run(
        ["openstack", "command", "list", "--group", "openstack.image.v2", "-f", "json"],
        capture_output=True, text=True, check=True, env=User("demo").environment,
    )  # fmt: skip
    used = commands.commands_of(commands.load(HERE / "openstack.steps"), "openstack")
    missing = [
        f"openstack {command}"
        for group in json.loads(groups.stdout)
        for command in group["Commands"]
        if not any(u.startswith(f"{command} ") for u in used)
    ]
    used = {u.split()[0] for u in commands.commands_of(commands.load(HERE / "glance.steps"), "glance")}
    helped = subprocess.run(["glance", "help"], capture_output=True, text=True, check=True).stdout
    has = {line.split()[0] for line in helped.splitlines() if line.startswith("    ") and line[4].isalpha()}
    return missing + [f"glance {c}" for c in sorted(has - used - {"bash-completion", "help"})]


if __name__ == "__main__":
    if strangers := [part for part in sys.argv[1:] if part not in PARTS]:
        sys.exit(f"no part {strangers[0]}: {', '.join(PARTS)}")
    sys.exit(main(sys.argv[1:]))
