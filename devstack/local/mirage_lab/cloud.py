"""The lab as its users see it: their environment for the command line, and their SDK connections."""

import os
import subprocess
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import openstack

LAB = Path(os.environ["MIRAGE_LAB"])
PASSWORD = os.environ["LAB_PASSWORD"]
KEYSTONE_URL = os.environ["LAB_KEYSTONE_URL"]
REGION = os.environ["LAB_REGION"]
CONTROL_REGION = os.environ["LAB_CONTROL_REGION"]
IMAGE_SERVICE = os.environ["LAB_IMAGE_SERVICE"]

PROJECTS = {"admin": "admin", "demo": "demo", "reader": "demo", "other": "other"}
COMPUTE_API_VERSION = "2.90"
COMMAND_SECONDS = 300


@dataclass(frozen=True)
class User:
    """One of the lab's users, in the region whose image service he uses."""

    name: str
    region: str = REGION

    @cached_property
    def environment(self) -> dict[str, str]:
        clean = {k: v for k, v in os.environ.items() if not k.startswith("OS_")}
        return clean | {
            "OS_AUTH_TYPE": "password",
            "OS_AUTH_URL": KEYSTONE_URL,
            "OS_IDENTITY_API_VERSION": "3",
            "OS_COMPUTE_API_VERSION": COMPUTE_API_VERSION,
            "OS_USERNAME": self.name,
            "OS_PASSWORD": PASSWORD,
            "OS_PROJECT_NAME": PROJECTS[self.name],
            "OS_USER_DOMAIN_NAME": "Default",
            "OS_PROJECT_DOMAIN_NAME": "Default",
            "OS_REGION_NAME": self.region,
        }

    @cached_property
    def sdk(self) -> openstack.connection.Connection:
        return openstack.connect(
            load_yaml_config=False,
            load_envvars=False,
            auth_type="password",
            auth_url=KEYSTONE_URL,
            username=self.name,
            password=PASSWORD,
            project_name=PROJECTS[self.name],
            user_domain_name="Default",
            project_domain_name="Default",
            region_name=self.region,
        )

    def openstack(self, *arguments: str) -> subprocess.CompletedProcess:
        """The openstack command; its status is the caller's to judge."""
        return subprocess.run(
            ["openstack", *arguments],
            env=self.environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=COMMAND_SECONDS,
            check=False,
        )

    def __hash__(self) -> int:
        return hash((self.name, self.region))
