"""Where the image service under test keeps the bytes of images, for changing one of them on purpose."""

import subprocess
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from mirage_lab.cloud import IMAGE_SERVICE, LAB

# A file for each image; packs of chunks.
PLACES = {"glance": "glance/fast/*", "mirage": "mirage/data/**/packs/**/*"}


@dataclass(frozen=True)
class Place:
    """One byte of a file of the store."""

    file: Path
    offset: int

    def flip(self) -> None:
        """Changes the byte; a second time changes it back."""
        mode = self.file.stat().st_mode
        self.file.chmod(mode | 0o200)
        with self.file.open("r+b") as f:
            f.seek(self.offset)
            byte = f.read(1)[0]
            f.seek(self.offset)
            f.write(bytes([byte ^ 0xFF]))
        self.file.chmod(mode)

    def __str__(self) -> str:
        return f"{self.file.name} at {self.offset}"


class Added:
    """The files that came into the store while something was done."""

    def __init__(self):
        self.files: list[Path] = []

    def largest(self) -> Place:
        """The middle of the largest of them: among the bytes of the image, not of what is written about it."""
        file = max(self.files, key=lambda f: f.stat().st_size)
        return Place(file, file.stat().st_size // 2)


def forget() -> None:
    """From now on the image service reads what is stored, and not what it remembers. Glance remembers nothing."""
    if IMAGE_SERVICE == "mirage":
        restart = Path(__file__).parents[1] / "restart-mirage"
        subprocess.run([restart], check=True, stdout=subprocess.DEVNULL)


@contextmanager
def added():
    before = set(_files())
    result = Added()
    yield result
    result.files = sorted(set(_files()) - before)


def _files() -> list[Path]:
    return [f for f in LAB.glob(PLACES[IMAGE_SERVICE]) if f.is_file()]
