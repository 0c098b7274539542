#!/bin/bash
# Boots a fresh Debian 12 with systemd in a container, installs the Debian package there, and looks at the unit: is it
# active only when it serves, does it reload, does it come back after a kill, does it stop in time and well. Takes some
# minutes; needs root, mmdebstrap, systemd-nspawn (package systemd-container) and a Debian mirror that apt knows of.
# Not part of "mvn verify":
#
#   mvn -Pdeb -DskipTests package && conformance-tests/packages/check-unit.sh glance-adapter/target/mirage_*.deb
#
# Everything is below a temporary folder ($MIRAGE_TEST_CHROOTS or /var/tmp), removed afterwards.
set -euo pipefail

say() { echo "=== $(date -u +%H:%M:%S) $*"; }
fail() {
    echo "check-unit.sh: $*" >&2
    exit 1
}

[ $# = 1 ] && [ -f "$1" ] || fail "one argument, the package, expected"
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

cat >"$root/root/check" <<'EOF'
#!/bin/bash
# Runs in the container, once it is up.
set -uo pipefail
exec >/root/result 2>&1
fail() {
    echo "FAILED: $*"
    systemctl --no-pager status mirage
    journalctl --no-pager --unit mirage | tail -n 40
    exit 1
}
main_pid() { systemctl show --property MainPID --value mirage; }
api() { curl --silent --show-error --fail-with-body --header "X-Auth-Token: $(cat /var/lib/mirage/token)" "$@"; }
uri=http://127.0.0.1:9292

dpkg --install /root/mirage.deb || fail "not installed"
[ "$(systemctl is-active mirage)" = active ] || fail "not active after the installation"
curl --silent --fail $uri/healthcheck || fail "active and not serving"
echo " and $(systemctl show --property StatusText --value mirage)"
[ "$(systemctl is-enabled mirage)" = enabled ] || fail "not enabled"
[ "$(stat -c %U "/proc/$(main_pid)")" = mirage ] || fail "runs as another user"
systemd-analyze security --no-pager mirage | tail -n 1

id=$(api --header 'Content-Type: application/json' --data \
    '{"disk_format": "raw", "container_format": "bare"}' $uri/v2/images | sed 's/.*"id":"\([^"]*\)".*/\1/')
head -c 5000000 /dev/urandom >/root/image
api --header 'Content-Type: application/octet-stream' --upload-file /root/image "$uri/v2/images/$id/file" ||
    fail "no upload within the unit's restrictions"
api --output /root/back "$uri/v2/images/$id/file" && cmp /root/image /root/back || fail "other bytes came back"

before=$(main_pid)
systemctl reload mirage || fail "no reload"
for _ in $(seq 50); do
    journalctl --unit mirage | grep -q 'levels of logs taken in' && break
    sleep 0.2
done
journalctl --unit mirage | grep -q 'levels of logs taken in' || fail "the reload did nothing"
[ "$(main_pid)" = "$before" ] || fail "the reload restarted it"

kill -KILL "$before"
for _ in $(seq 300); do
    [ "$(main_pid)" != "$before" ] && [ "$(systemctl is-active mirage)" = active ] && break
    sleep 0.2
done
[ "$(systemctl is-active mirage)" = active ] || fail "did not come back after a kill"
api --output /root/back "$uri/v2/images/$id/file" && cmp /root/image /root/back || fail "lost after a kill"

kill -STOP "$(main_pid)"
frozen=$(main_pid)
for _ in $(seq 900); do
    [ "$(main_pid)" != "$frozen" ] && [ "$(systemctl is-active mirage)" = active ] && break
    sleep 0.2
done
[ "$(main_pid)" != "$frozen" ] || fail "the watchdog did not bite"
echo "watchdog: $(systemctl show --property NRestarts --value mirage) restarts"

systemctl stop mirage || fail "no stop"
[ "$(systemctl show --property Result --value mirage)" = success ] || fail "stopped badly"
[ "$(systemctl show --property ExecMainStatus --value mirage)" = 0 ] || fail "exit status"
printf '[DEFAULT]\nbind_prot = 1\n' >/etc/mirage/mirage.conf.d/wrong.conf
systemctl start mirage && fail "started with wrong settings"
journalctl --unit mirage | grep 'did you mean bind_port' || fail "says not why"
rm /etc/mirage/mirage.conf.d/wrong.conf
dpkg --purge mirage || fail "not purged"
[ ! -e /etc/systemd/system/multi-user.target.wants/mirage.service ] || fail "still enabled"
[ ! -e /etc/mirage ] || fail "settings left"
echo GOOD
EOF
chmod +x "$root/root/check"
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
