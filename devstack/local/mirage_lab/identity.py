"""Users, services and endpoints in Keystone, as the administrator of the environment (OS_*).

    python3 -m mirage_lab.identity PASSWORD <LINES

Each line is one of these, and finds or makes what it names:

    user NAME PROJECT ROLE[,ROLE...]
    service TYPE NAME
    endpoint SERVICE_TYPE REGION URL        the public, internal and admin one
"""

import sys

import openstack

INTERFACES = ("public", "internal", "admin")


class Identity:
    def __init__(self, password: str):
        self.password = password
        self.api = openstack.connect(load_yaml_config=False).identity

    def user(self, name: str, project_name: str, roles: str) -> None:
        project = self.api.find_project(project_name) or self.api.create_project(name=project_name, domain_id="default")
        user = self.api.find_user(name) or self.api.create_user(
            name=name, password=self.password, domain_id="default", default_project_id=project.id
        )
        for role_name in roles.split(","):
            role = self.api.find_role(role_name) or self.api.create_role(name=role_name)
            self.api.assign_project_role_to_user(project, user, role)

    def service(self, kind: str, name: str) -> None:
        if self._service(kind) is None:
            self.api.create_service(type=kind, name=name)

    def endpoint(self, kind: str, region: str, url: str) -> None:
        if self.api.find_region(region) is None:
            self.api.create_region(id=region)
        service = self._service(kind)
        for interface in INTERFACES:
            query = {"service_id": service.id, "region_id": region, "interface": interface}
            known = next(iter(self.api.endpoints(**query)), None)
            if known is None:
                self.api.create_endpoint(url=url, **query)
            elif known.url != url:
                self.api.update_endpoint(known, url=url)

    def _service(self, kind: str):
        return next(iter(self.api.services(type=kind)), None)


def main() -> None:
    identity = Identity(sys.argv[1])
    verbs = {"user": identity.user, "service": identity.service, "endpoint": identity.endpoint}
    for line in sys.stdin:
        verb, *arguments = line.split()
        verbs[verb](*arguments)


if __name__ == "__main__":
    main()
