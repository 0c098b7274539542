"""What the checks with scenarios share: how a scenario fails, waits, and is reported."""

import sys
import time
from collections.abc import Callable

from mirage_lab.cloud import User


class CheckFailed(Exception):
    """What is not as it should be."""


def require(condition: bool, otherwise: str) -> None:
    if not condition:
        raise CheckFailed(otherwise)


def await_value(seconds: int, what: str, wanted, read: Callable, hopeless=()) -> None:
    """Until read() gives the wanted value; fails at once on a hopeless one."""
    end = time.monotonic() + seconds
    while (value := read()) != wanted:
        require(value not in hopeless, f"{what} is {value}, not {wanted}")
        require(time.monotonic() < end, f"{what} is still {value}, not {wanted}, after {seconds} s")
        time.sleep(1)


def command(user: User, *arguments: str) -> str:
    """The openstack command, which must succeed; its output."""
    done = user.openstack(*arguments)
    require(done.returncode == 0, f"openstack {' '.join(arguments)}: {done.stderr.strip()}")
    return done.stdout


def say(text: str) -> None:
    print(time.strftime("%H:%M:%S"), text, flush=True)


def run(make_cloud: Callable, scenarios: list[Callable], names: list[str], verdict: str) -> int:
    """The scenarios, or those named, each in a cloud of its own that it leaves empty; the exit status."""
    by_name = {scenario.__name__: scenario for scenario in scenarios}
    if unknown := [name for name in names if name not in by_name]:
        sys.exit(f"no scenario {unknown[0]}: {', '.join(by_name)}")
    failed = []
    for name in names or by_name:
        cloud = make_cloud()
        started = time.monotonic()
        say(name)
        try:
            by_name[name](cloud)
            say(f"ok      {name} ({time.monotonic() - started:.0f} s)")
        except CheckFailed as e:
            failed.append(name)
            say(f"FAILED  {name}: {e}")
        finally:
            cloud.remove_everything()
    say(f"failed: {', '.join(failed)}" if failed else verdict)
    return 1 if failed else 0
