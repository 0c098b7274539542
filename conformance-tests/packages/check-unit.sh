#!/bin/bash
# Boots a fresh Debian 12 with systemd in a container, installs the Debian packages there, and looks at the units: is the
# service active only when it serves, does it reload, does it come back after a kill, does it stop in time and well; can
# the agent do its work as Nova's user within its restrictions. Takes some minutes; needs root, mmdebstrap, python3,
# systemd-nspawn (package systemd-container) and a Debian mirror that apt knows of. Not part of "mvn verify":
#
#   mvn -Pdeb -DskipTests package && conformance-tests/packages/check-unit.sh \
#       glance-adapter/target/mirage_*.deb hypervisor-hooks/target/mirage-agent_*.deb
#
# Everything is below a temporary folder ($MIRAGE_TEST_CHROOTS or /var/tmp), removed afterwards.
set -euo pipefail

say() { echo "=== $(date -u +%H:%M:%S) $*"; }
fail() {
    echo "check-unit.sh: $*" >&2
    exit 1
}

[ $# = 2 ] && [ -f "$1" ] && [ -f "$2" ] || fail "two arguments, the packages of service and agent, expected"
[ "$(id -u)" = 0 ] || fail "root expected"
command -v mmdebstrap >/dev/null || fail "no mmdebstrap: apt-get install mmdebstrap"
command -v systemd-nspawn >/dev/null || fail "no systemd-nspawn: apt-get install systemd-container"
folder=$(mktemp -d "${MIRAGE_TEST_CHROOTS:-/var/tmp}/mirage-unit.XXXXXX")
trap 'rm -rf --one-file-system "$folder"' EXIT
root=$folder/root

say "a Debian 12 with systemd and curl"
mmdebstrap --quiet --variant=minbase --include=systemd,dbus,adduser,curl,procps,zlib1g,libstdc++6 \
    bookworm "$root" >"$folder/mmdebstrap.log" 2>&1 || { cat "$folder/mmdebstrap.log"; fail "no Debian"; }
cp "$1" "$root/root/mirage.deb"
cp "$2" "$root/root/mirage-agent.deb"
install -m 755 "$(dirname "$0")/inside-container.sh" "$root/root/check"
# A disk with a partition table, and one that differs in the last of its 20 MB.
python3 - "$root/root" <<'EOF'
import os, struct, sys
entry = struct.pack("<B3sB3sII", 0, bytes(3), 0x83, bytes(3), 2048, 30000)
parent = bytes(446) + entry + bytes(48) + b"\x55\xaa" + os.urandom(19_999_488)
for name, disk in ("parent", parent), ("child", parent[:19_000_000] + os.urandom(1_000_000)):
    with open(f"{sys.argv[1]}/{name}", "wb") as file:
        file.write(disk)
EOF

cat >"$root/etc/systemd/system/check.service" <<'EOF'
[Unit]
After=multi-user.target
[Service]
Type=exec
ExecStart=/root/check
ExecStopPost=/bin/systemctl --no-block poweroff
EOF
mkdir -p "$root/etc/systemd/system/multi-user.target.wants"
ln -s ../check.service "$root/etc/systemd/system/multi-user.target.wants/check.service"

say "booting it, without a network"
# The watchdog's two minutes are too long to wait for in a test.
mkdir -p "$root/etc/systemd/system/mirage.service.d"
printf '[Service]\nWatchdogSec=20\n' >"$root/etc/systemd/system/mirage.service.d/test.conf"
timeout 1500 systemd-nspawn --quiet --directory="$root" --private-network --register=no --keep-unit --boot \
    </dev/null >"$folder/console" 2>&1 || { tail -n 20 "$folder/console"; fail "the container did not end well"; }
cat "$root/root/result"
grep -qx GOOD "$root/root/result" || fail "see above"
say "good"
