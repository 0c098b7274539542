"""Runs the openstack and the glance command without their seconds of loading.

Each command is a process of its own, forked from one that has loaded both programs: the code, the arguments, the
environment and the terminal are those of the real command.
"""

import multiprocessing
import os
import subprocess
import sys
import tempfile
import tty
from pathlib import Path

SECONDS = 300

_context = multiprocessing.get_context("forkserver")
_context.set_forkserver_preload(["openstackclient.shell", "glanceclient.shell", "glanceclient.v2.shell", "openstack"])


def run(arguments: list[str], environment: dict[str, str]) -> subprocess.CompletedProcess:
    with tempfile.TemporaryDirectory() as directory:
        out, err = Path(directory, "out"), Path(directory, "err")
        process = _context.Process(target=_become, args=(arguments, environment, str(out), str(err)))
        process.start()
        process.join(SECONDS)
        if process.is_alive():
            process.kill()
            process.join()
        return subprocess.CompletedProcess(arguments, process.exitcode, out.read_bytes(), err.read_bytes())


def _become(arguments: list[str], environment: dict[str, str], out: str, err: str) -> None:
    os.environ.clear()
    os.environ.update(environment)
    _be_at_a_terminal()
    sys.stdout = open(out, "w", encoding="utf-8")
    sys.stderr = open(err, "w", encoding="utf-8")
    sys.argv = arguments
    program, *rest = arguments
    if program == "openstack":
        from openstackclient.shell import main

        sys.exit(main(rest))
    from glanceclient.shell import main

    main()


def _be_at_a_terminal() -> None:
    """Its input is a terminal at which nobody types: glance takes any other input for an image to upload."""
    _, terminal = os.openpty()
    tty.setraw(terminal)
    os.dup2(terminal, 0)
    sys.stdin = os.fdopen(0)
