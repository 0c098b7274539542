"""Scripts of calls: glanceclient as a library in the way Nova uses it, and openstacksdk."""

import io
import time

from mirage_lab.compare.commands import NOT_MADE, await_status
from mirage_lab.compare.side import Side

CONTENT = bytes(range(256)) * 4096


def nova_way(side: Side) -> None:
    """What nova/image/glance.py calls, in the order of a boot, a snapshot and a deletion."""
    demo, other = side.library("demo"), side.library("other")
    step = _steps(side, "glanceclient")

    step("schemas.get(image)", lambda: sorted(p.name for p in demo.schemas.get("image").properties))
    image = step(
        "images.create",
        lambda: demo.images.create(
            name=f"{side.prefix}-nova", visibility="private", min_disk=1, min_ram=0, disk_format="raw",
            container_format="bare", image_type="snapshot", instance_uuid=side.captured["fixed"],
            base_image_ref=side.captured["fixed"], tags=[side.prefix],
        ),
    )  # fmt: skip
    nova = side.capture("nova", image.get("id", NOT_MADE))
    step("images.create(property that is no text)", lambda: demo.images.create(name="x", number=1))
    step("images.get before there are bytes", lambda: demo.images.get(nova))
    step("images.data before there are bytes", lambda: demo.images.data(nova).wrapped)
    step("images.update", lambda: demo.images.update(nova, image_state="available", image_location="snapshot"))
    # From a pipe: no length, chunks.
    step("images.upload", lambda: demo.images.upload(nova, _Pipe(CONTENT)))
    step("images.upload again", lambda: demo.images.upload(nova, _Pipe(b"again")))
    step("images.get", lambda: demo.images.get(nova))
    step("images.data", lambda: b"".join(demo.images.data(nova)) == CONTENT)
    step("images.data without a checksum", lambda: b"".join(demo.images.data(nova, do_checksum=False)) == CONTENT)
    step("images.update(remove_props)", lambda: demo.images.update(nova, remove_props=["image_location"]))

    def filters(**more) -> dict:
        """Made anew for each call: the client takes the tags out of the dict that it is given."""
        return {"tag": [side.prefix], "status": "active", **more}

    step("images.list", lambda: list(demo.images.list(filters=filters(), sort_key=["name"], sort_dir=["asc"])))
    step("images.list(in pages of 1)", lambda: [i.name for i in demo.images.list(filters=filters(), page_size=1)])
    step("images.list(owner)", lambda: list(demo.images.list(filters=filters(visibility="private"))))
    step("images.list(name with a comma)", lambda: list(demo.images.list(filters={"name": "a,b"})))
    step("images.get of another project", lambda: other.images.get(nova))
    step("images.get that is not there", lambda: demo.images.get("00000000-0000-0000-0000-000000000000"))
    step("images.delete of another project", lambda: other.images.delete(nova))
    step("image_members.create of a private image", lambda: demo.image_members.create(nova, _project(side, "other")))
    step("images.update(visibility)", lambda: demo.images.update(nova, visibility="shared"))
    step("image_members.create", lambda: demo.image_members.create(nova, _project(side, "other")))
    step("image_members.list", lambda: list(demo.image_members.list(nova)))
    step("images.get by a member", lambda: other.images.get(nova))
    # The snapshot of a server whose disk is a volume is an image of no bytes.
    hollow = step("images.create of a volume's snapshot", lambda: demo.images.create(
        name=f"{side.prefix}-hollow", disk_format="raw", container_format="bare", bdm_v2="True", root_device_name="/dev/vda",
        block_device_mapping='[{"boot_index": 0}]'))  # fmt: skip
    side.capture("hollow", hollow.get("id", NOT_MADE))
    step("images.upload of nothing", lambda: demo.images.upload(side.captured["hollow"], b""))
    step("images.get of a volume's snapshot", lambda: demo.images.get(side.captured["hollow"]))
    step("images.data of nothing", lambda: b"".join(demo.images.data(side.captured["hollow"])))
    for name in ("nova", "hollow"):
        step(f"images.delete {name}", lambda name=name: demo.images.delete(side.captured[name]))
    step("images.get of what was deleted", lambda: demo.images.get(nova))
    step("images.delete twice", lambda: demo.images.delete(nova))


def sdk(side: Side) -> None:
    """openstacksdk's image proxy: every method it has."""
    demo, other, admin = side.sdk("demo"), side.sdk("other"), side.sdk("admin")
    step = _steps(side, "openstacksdk")

    for schema in ("images", "image", "members", "member", "tasks", "task"):
        step(f"get_{schema}_schema", lambda schema=schema: getattr(demo, f"get_{schema}_schema")())
    step("get_import_info", demo.get_import_info)
    step("stores", lambda: list(demo.stores()))
    step("stores(details)", lambda: list(admin.stores(details=True)))
    made = step(
        "create_image(data)",
        lambda: demo.create_image(
            f"{side.prefix}-sdk", data=CONTENT, disk_format="raw", container_format="bare", tags=[side.prefix],
            wait=True, zone="a", validate_checksum=True,
        ),
    )  # fmt: skip
    image = side.capture("sdk", made.get("id", NOT_MADE))
    step("find_image(name)", lambda: demo.find_image(f"{side.prefix}-sdk"))
    step("find_image(nothing)", lambda: demo.find_image(f"{side.prefix}-nothing"))
    step("get_image", lambda: demo.get_image(image))
    step("get_image(nothing)", lambda: demo.get_image("00000000-0000-0000-0000-000000000000"))
    step("images(tag)", lambda: list(demo.images(tag=side.prefix)))
    step("images(name, visibility)", lambda: list(demo.images(name=f"{side.prefix}-sdk", visibility="shared")))
    step("images(size_min too large)", lambda: list(demo.images(tag=side.prefix, size_min=1 << 40)))
    step("update_image", lambda: demo.update_image(image, zone="b", min_disk=3, name=f"{side.prefix}-sdk2"))
    step("update_image(status)", lambda: demo.update_image(image, status="queued"))
    step("update_image_properties", lambda: demo.update_image_properties(image, colour="red"))
    step("add_tag", lambda: demo.add_tag(image, "added"))
    step("remove_tag", lambda: demo.remove_tag(image, "added"))
    step("deactivate_image", lambda: demo.deactivate_image(image))
    step("download_image(deactivated)", lambda: demo.download_image(image).content == CONTENT)
    step("reactivate_image", lambda: demo.reactivate_image(image))
    step("download_image", lambda: demo.download_image(image).content == CONTENT)
    step("download_image(stream)", lambda: b"".join(demo.download_image(image, stream=True).iter_content(9999)) == CONTENT)
    member = _project(side, "other")
    step("add_member", lambda: demo.add_member(image, member_id=member))
    step("members", lambda: list(demo.members(image)))
    step("find_member", lambda: demo.find_member(member, image))
    step("get_member", lambda: demo.get_member(member, image))
    step("update_member", lambda: other.update_member(member, image, status="accepted"))
    step("images(member_status)", lambda: list(other.images(tag=side.prefix, member_status="accepted")))
    step("remove_member", lambda: demo.remove_member(member, image))
    step("remove_member again", lambda: demo.remove_member(member, image, ignore_missing=False))
    uploaded = step("upload_image", lambda: demo.upload_image(
        container_format="bare", disk_format="raw", data=CONTENT, name=f"{side.prefix}-upload"))  # fmt: skip
    side.capture("upload", uploaded.get("id", NOT_MADE))
    _sdk_import(side, step)
    step("tasks", lambda: list(demo.tasks()))
    step("create_task", lambda: demo.create_task(type="nonsense", input={}))
    step("get_task(nothing)", lambda: admin.get_task("00000000-0000-0000-0000-000000000000"))
    for name in ("sdk", "upload", "staged"):
        step(f"delete_image({name})", lambda name=name: demo.delete_image(side.captured[name]))
    step("delete_image(nothing)", lambda: demo.delete_image(image, ignore_missing=False))


def _sdk_import(side: Side, step) -> None:
    demo = side.sdk("demo")
    staged = step("create_image(nothing yet)", lambda: demo.create_image(
        f"{side.prefix}-staged", disk_format="raw", container_format="bare", allow_duplicates=True))  # fmt: skip
    side.capture("staged", staged.get("id", NOT_MADE))
    image = side.captured["staged"]
    step("stage_image", lambda: demo.stage_image(demo.get_image(image), data=CONTENT))
    step("import_image", lambda: demo.import_image(demo.get_image(image)).status_code)
    step("the import", lambda: await_status(side, "demo", image, "active"))
    # Glance takes its notes of the import off the image after it has become active.
    time.sleep(2)
    step("get_image(imported)", lambda: demo.get_image(image))


def _steps(side: Side, library: str):
    """A step is named by its library and call; its outcome is also what it gives back, as plain values."""

    def step(name: str, action) -> object:
        side.outcomes[f"{library}: {name}"] = outcome = side.attempt(action)
        return outcome if isinstance(outcome, dict) else {}

    return step


def _project(side: Side, name: str) -> str:
    return side.captured[f"{name}_project"]


class _Pipe(io.RawIOBase):
    """Bytes of which nobody can tell how many there are."""

    def __init__(self, content: bytes):
        self.content = io.BytesIO(content)

    def read(self, size: int = -1) -> bytes:
        return self.content.read(size)

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return False

    def tell(self) -> int:
        raise OSError("a pipe has no place")
