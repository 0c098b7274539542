#!/bin/bash
# Makes the small real images that the integration tests use, once:
#
#   make-images.sh            into $MIRAGE_TEST_IMAGES, by default ${TMPDIR:-/var/tmp}/mirage-test-images
#
#   base.raw                  Debian, bootstrapped: GPT, GRUB for BIOS, ext4, 512 MiB; plus /srv/awkward (awkward-tree.py)
#   child.raw                 base changed in place: files added, replaced and removed, as a snapshot would have them
#   role.raw                  bootstrapped again, with a web server: many equal files at other places
#   base.qcow2, child.zlib.qcow2, child.zstd.qcow2, role.zlib.qcow2     by qemu-img
#   ext2.raw, inline.raw      /srv/awkward alone on a whole disk: indirect blocks and small inodes; data inside inodes
#   awkward/                  what must come back bit-exact though no reader understands all of it
#
# Needs root (owners, device nodes) and the packages named below, but no loop device, no mounting and no KVM. Packages
# come from the archive that this machine's apt uses, or from $DEBIAN_MIRROR. Started twice at once, the second waits and
# finds everything made. Made anew when one of the recipe's files changed. check-boot.sh starts an image to its prompt.
set -euo pipefail
shopt -s inherit_errexit
export LC_ALL=C.UTF-8 TZ=UTC SOURCE_DATE_EPOCH=1767225600 # 2026-01-01T00:00:00Z: times of files do not exceed it
umask 022

RECIPE=$(cd "$(dirname "$0")" && pwd)
IMAGES=${MIRAGE_TEST_IMAGES:-${TMPDIR:-/var/tmp}/mirage-test-images}
PACKAGES=systemd-sysv,linux-image-cloud-amd64,initramfs-tools,ca-certificates,python3-minimal
DISK_SIZE=512M
ROOT_SECTOR=4096 # behind the table and the BIOS boot partition
ROOT_OFFSET=$((ROOT_SECTOR * 512))

log() { echo "make-images: $(date +%H:%M:%S) $*" >&2; }
fail() {
    echo "make-images: $*" >&2
    exit 1
}

PATH=$PATH:/usr/sbin:/sbin
for tool in mmdebstrap mke2fs debugfs e2fsck sfdisk qemu-img grub-mkimage flock python3; do
    command -v "$tool" >/dev/null || fail "no $tool: apt-get install mmdebstrap e2fsprogs fdisk qemu-utils grub-pc-bin python3"
done
[ -e /usr/lib/grub/i386-pc/boot.img ] || fail "no GRUB for BIOS: apt-get install grub-pc-bin"

mkdir -p "$IMAGES"
exec 9>"$IMAGES/.lock"
flock 9
RECIPE_DIGEST=$(cat "$RECIPE"/{make-images.sh,awkward-tree.py,embed-grub.py} | sha256sum | cut -d' ' -f1)
if [ "$(cat "$IMAGES/.recipe" 2>/dev/null)" = "$RECIPE_DIGEST" ]; then
    exit 0
fi
[ "$(id -u)" = 0 ] || fail "the test images are not there yet, and making them needs root"

log "making the test images in $IMAGES (two to three minutes, once)"
find "$IMAGES" -mindepth 1 -maxdepth 1 ! -name .lock -exec rm -rf --one-file-system {} +
WORK=$IMAGES/work
mkdir "$WORK" "$IMAGES/awkward"

archive() { # the archive that apt uses here, not its security or updates part
    apt-get indextargets --format '$(REPO_URI) $(CODENAME)' 2>/dev/null | awk '$2 == "bookworm" { print $1; exit }'
}
MIRROR=${DEBIAN_MIRROR:-$(archive)}
MIRROR=${MIRROR:-http://deb.debian.org/debian}

# ---- file trees ----

bootstrap() { # NAME PACKAGES: into $WORK/NAME
    local tree=$WORK/$1
    mmdebstrap --quiet --mode=root --variant=minbase --include="$2" --format=directory \
        --aptopt='Acquire::Languages "none"' --dpkgopt=force-unsafe-io \
        --dpkgopt='path-exclude=/usr/share/doc/*' --dpkgopt='path-exclude=/usr/share/locale/*' \
        --dpkgopt='path-exclude=/usr/share/man/*' \
        --keyring=/usr/share/keyrings/debian-archive-keyring.gpg \
        bookworm "$tree" "deb $MIRROR bookworm main" >"$WORK/$1.log" 2>&1 ||
        { tail -30 "$WORK/$1.log" >&2; fail "bootstrapping $1 failed"; }
    echo "mirage-$1" >"$tree/etc/hostname"
    echo 'LABEL=root / auto defaults 0 1' >"$tree/etc/fstab"
    : >"$tree/etc/machine-id"
    rm -rf "${tree:?}"/var/log/*.log "$tree"/var/log/apt "$tree"/var/cache/ldconfig/aux-cache "${tree:?}"/dev/* "${tree:?}"/run/*
    mkdir -p "$tree/boot/grub"
    cat >"$tree/boot/grub/grub.cfg" <<'CFG'
serial --unit=0 --speed=115200
terminal_output serial console
set timeout=0
menuentry 'Debian' {
  linux /vmlinuz root=LABEL=root ro console=ttyS0,115200 net.ifnames=0
  initrd /initrd.img
}
CFG
    log "bootstrapped $1"
}

# ---- disks ----

uuid() { python3 -c 'import sys, uuid; print(uuid.uuid5(uuid.NAMESPACE_DNS, sys.argv[1]))' "$1"; }

# Partition 1 is for GRUB (BIOS boot), partition 2 holds the file system.
bootable_disk() { # NAME: $WORK/NAME becomes $IMAGES/NAME.raw
    local disk=$WORK/$1.raw kib
    truncate -s "$DISK_SIZE" "$disk"
    sfdisk -q "$disk" <<TABLE
label: gpt
label-id: $(uuid "$1 disk")
start=2048, size=2048, type=21686148-6449-6E6F-744E-656564454649, uuid=$(uuid "$1 boot"), name=boot
start=$ROOT_SECTOR, type=0FC63DAF-8483-4772-8E79-3D69D8477DE4, uuid=$(uuid "$1 root"), name=root
TABLE
    kib=$(sfdisk --json "$disk" | python3 -c 'import json, sys; print(json.load(sys.stdin)["partitiontable"]["partitions"][1]["size"] // 2)')
    mke2fs -q -F -t ext4 -L root -U "$(uuid "$1 files")" -E "offset=$ROOT_OFFSET,root_owner=0:0" -m 1 \
        -d "$WORK/$1" "$disk" "${kib}k"
    # What mke2fs -d leaves out: directories with a hash tree (-D), and times that need more than 32 bits of seconds.
    e2fsck -fyD "$disk?offset=$ROOT_OFFSET" >"$WORK/$1.e2fsck" 2>&1 || [ $? = 1 ] || fail "$(cat "$WORK/$1.e2fsck")"
    odd_times "$disk" "$ROOT_OFFSET" /srv/awkward
    python3 "$RECIPE/embed-grub.py" "$disk" 2048
    mv "$disk" "$IMAGES/$1.raw"
    log "made $1.raw"
}

# Edits a file system inside FILE at OFFSET with the debugfs commands on standard input.
edit() { # FILE OFFSET
    local answer
    answer=$(debugfs -w -f - "$1?offset=$2" 2>&1 >/dev/null | grep -v '^debugfs 1' || true)
    [ -z "$answer" ] || fail "debugfs: $answer"
}

# A time is a signed word of seconds and an extra word: nanoseconds << 2 and two more bits above the seconds
# (Linux, Documentation/filesystems/ext4/inodes.rst, "Inode Timestamps").
modified() { # PATH SECONDS NANOSECONDS
    local low=$(($2 & 0xffffffff)) sign
    sign=$((low >> 31 << 32))
    echo "sif $1 mtime @$low"
    echo "sif $1 mtime_extra $((($3 << 2) | ((($2 - low + sign) >> 32) & 3)))"
}
odd_times() { # FILE OFFSET FOLDER
    edit "$1" "$2" <<COMMANDS
$(modified "$3/year-1960" -315619199 1)
$(modified "$3/year-2100" 4102444800 999999999)
$(modified "$3/year-2300" 10413792000 123456789)
COMMANDS
}

# ---- the images ----

bootstrap base "$PACKAGES" &
base=$!
bootstrap role "$PACKAGES,nginx-light" &
role=$!
wait $base
python3 "$RECIPE/awkward-tree.py" "$WORK/base/srv/awkward"
bootable_disk base
wait $role
mkdir "$WORK/role/srv/awkward"
touch "$WORK"/role/srv/awkward/year-{1960,2100,2300}
bootable_disk role

child() {
    cp --sparse=always "$IMAGES/base.raw" "$WORK/child.raw"
    python3 - "$WORK" <<'PYTHON'
import random, sys
r = random.Random(3)
work = sys.argv[1]
open(work + "/binary", "wb").write(r.randbytes(6_000_000))
open(work + "/log", "w").write("".join("line %d value %d\n" % (i, r.randrange(10**9)) for i in range(300_000)))
open(work + "/machine-id", "w").write("4be4d1c2a7f04f3a9b1c0d2e3f405162\n")
PYTHON
    edit "$WORK/child.raw" "$ROOT_OFFSET" <<COMMANDS
rm /etc/machine-id
write $WORK/machine-id /etc/machine-id
write $WORK/binary /var/cache/app.bin
write $WORK/log /var/log/app.log
mkdir /srv/data
write $WORK/log "/srv/data/copy of the log.txt"
rm /usr/share/common-licenses/GPL-2
rm /usr/share/common-licenses/GPL-3
COMMANDS
    mv "$WORK/child.raw" "$IMAGES/child.raw"
}

convert() { # FROM TO OPTION...
    qemu-img convert -q -f raw -O qcow2 "${@:3}" "$IMAGES/$1" "$IMAGES/$2"
    log "made $2"
}

whole_disk() { # NAME OPTION...: the awkward tree alone
    truncate -s 48M "$IMAGES/$1"
    mke2fs -q -F -L awkward -E root_owner=0:0 "${@:2}" -d "$WORK/tree" "$IMAGES/$1"
}

child
convert base.raw base.qcow2
convert child.raw child.zstd.qcow2 -c -o compression_type=zstd
convert child.raw child.zlib.qcow2 -c &
child_zlib=$!
convert role.raw role.zlib.qcow2 -c &
role_zlib=$!

python3 "$RECIPE/awkward-tree.py" "$WORK/tree"
whole_disk ext2.raw -t ext2 -b 1024 -I 128 >/dev/null # a warning that such inodes end in 2038
whole_disk inline.raw -t ext4 -b 4096 -I 512 -O inline_data
odd_times "$IMAGES/inline.raw" 0 ""

wait $child_zlib
wait $role_zlib
cd "$IMAGES/awkward"
head -c 70000000 ../child.zlib.qcow2 >truncated.qcow2
head -c 10000001 ../base.raw >odd-size.raw
printf 'abc' >three-bytes
: >empty
head -c 33554432 /dev/urandom >random
cp --sparse=always ../base.raw damaged-superblock.raw
head -c 1024 random | dd of=damaged-superblock.raw bs=1024 seek=$((ROOT_OFFSET / 1024 + 1)) conv=notrunc status=none
cp --sparse=always ../inline.raw directory-loop.raw
edit directory-loop.raw 0 <<'COMMANDS'
mkdir /loop
mkdir /loop/inner
link /loop /loop/inner/again
COMMANDS
cd ..

rm -rf --one-file-system "$WORK"
echo "$RECIPE_DIGEST" >"$IMAGES/.recipe"
log "done: $(du -sm "$IMAGES" | cut -f1) MiB on disk"
