"""One row of indexing.sh: indexing.py NAME RECORDING."""

import glob
import json
import os
import shutil
import subprocess
import sys

INDEXING = tuple(
    f"mirage.{name}"
    for name in (
        "facts.", "filesystem.", "layout.", "volume.", "manifest.FileTable",
        "ingest.CutPlan", "ingest.FileContents", "ingest.FileTables", "ingest.ImagePlan", "ingest.SharedExtents",
        "ingest.SpanningPiece", "ingest.VolumeContents",
    )
)  # fmt: skip
LEAST_SAMPLES = 100


def jfr() -> str:
    homes = [os.environ.get("MIRAGE_JAVA_HOME", ""), os.environ.get("JAVA_HOME", ""), *glob.glob("/usr/lib/jvm/*25*")]
    programs = [f"{home}/bin/jfr" for home in homes if home]
    found = next((program for program in programs if os.access(program, os.X_OK)), None) or shutil.which("jfr")
    return found or sys.exit("indexing.py: no jfr, which a JDK 25 has: set JAVA_HOME")


def is_indexing(frames: list[dict]) -> bool:
    names = (frame["method"]["type"]["name"].replace("/", ".") for frame in frames)
    return any(name.startswith(INDEXING) for name in names)


def main() -> None:
    name, recording = sys.argv[1:]
    command = [jfr(), "print", "--json", "--stack-depth", "64", "--events", "jdk.CPUTimeSample", recording]
    printed = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    samples = [event["values"] for event in json.loads(printed)["recording"]["events"]]
    stacks = [sample["stackTrace"]["frames"] for sample in samples if sample["stackTrace"]]
    if len(stacks) < max(LEAST_SAMPLES, 0.95 * len(samples)):
        sys.exit(f"indexing.py: {len(samples)} samples, of which {len(stacks)} have a stack: too few to say anything")
    indexing = sum(map(is_indexing, stacks))
    share = indexing / len(stacks)
    adds = indexing / (len(stacks) - indexing)
    print(f"| {name} | {len(stacks)} | {indexing} | {100 * share:.1f} % | {100 * adds:.1f} % |", flush=True)


if __name__ == "__main__":
    main()
