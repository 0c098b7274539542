#!/bin/bash
# Installs the Debian package into a fresh Debian 12 without any Java, serves from it, stores and fetches an image with
# curl, removes and purges it, and looks at what is left. Takes some minutes; needs root, mmdebstrap, python3 and a
# Debian mirror that apt knows of. Not part of "mvn verify":
#
#   mvn -Pdeb -DskipTests package && conformance-tests/packages/check-deb.sh glance-adapter/target/mirage_*.deb
#
# Everything happens in a mount namespace and below a temporary folder ($MIRAGE_TEST_CHROOTS or /var/tmp), both gone
# afterwards.
set -euo pipefail

say() { echo "=== $(date -u +%H:%M:%S) $*"; }
fail() {
    echo "check-deb.sh: $*" >&2
    exit 1
}

if [ "${1:-}" != --in-namespace ]; then
    [ $# = 1 ] || fail "one argument, the package, expected"
    [ "$(id -u)" = 0 ] || fail "root expected"
    command -v mmdebstrap >/dev/null || fail "no mmdebstrap: apt-get install mmdebstrap"
    package=$(readlink -f "$1")
    [ -f "$package" ] || fail "no package $1"
    folder=$(mktemp -d "${MIRAGE_TEST_CHROOTS:-/var/tmp}/mirage-deb.XXXXXX")
    # Mounts of the namespace end with its last process, so that nothing is mounted when the folder is removed.
    trap 'rm -rf --one-file-system "$folder"' EXIT
    unshare --mount --propagation private --pid --fork --kill-child \
        "$0" --in-namespace "$package" "$folder"
    exit
fi

package=$2 folder=$3 root=$3/root
inside() { chroot "$root" /usr/bin/env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin "$@"; }

say "a Debian 12 with curl and nothing more"
mmdebstrap --quiet --variant=minbase --include=curl,ca-certificates bookworm "$root" >"$folder/mmdebstrap.log" 2>&1 ||
    { cat "$folder/mmdebstrap.log"; fail "no Debian"; }
mount -t proc proc "$root/proc"
mount --bind /dev "$root/dev"
mount --make-private "$root/dev"
cp /etc/resolv.conf "$root/etc/resolv.conf"
inside sh -c '! command -v java' || fail "a Java is there already"
files() { (cd "$root" && find etc usr var/lib -path var/lib/mirage -prune -o -print | sort); }
files >"$folder/before"

say "installing $(basename "$package")"
cp "$package" "$root/tmp/mirage.deb"
inside env DEBIAN_FRONTEND=noninteractive apt-get -qq update >/dev/null
inside env DEBIAN_FRONTEND=noninteractive apt-get -qq install --no-install-recommends -y /tmp/mirage.deb \
    >"$folder/install.log" 2>&1 || { cat "$folder/install.log"; fail "not installed"; }
rm "$root/tmp/mirage.deb"
inside dpkg -s mirage | sed -n '/^\(Version\|Installed-Size\|Depends\)/p'
inside mirage --version
inside mirage config check
[ "$(inside stat -c %U:%G:%a /etc/mirage/mirage.conf)" = root:mirage:640 ] || fail "mirage.conf may be read by others"
[ "$(inside stat -c %U:%G:%a /var/lib/mirage)" = mirage:mirage:750 ] || fail "/var/lib/mirage is not the service's"

say "serving as user mirage, as the unit has it, on ports that are free"
printf '[DEFAULT]\nbind_port = 0\nmetrics_bind = 127.0.0.1:0\n' >"$root/etc/mirage/mirage.conf.d/ports.conf"
# In a process of its own, which becomes the Java machine: signals reach that.
(
    exec chroot "$root" /usr/bin/env -i PATH=/usr/bin:/bin \
        setpriv --reuid=mirage --regid=mirage --init-groups mirage serve
) >"$folder/out" 2>"$folder/err" &
server=$!
for _ in $(seq 600); do
    grep -q '^ready ' "$folder/out" && break
    kill -0 $server 2>/dev/null || { cat "$folder/err"; fail "it ended"; }
    sleep 0.2
done
uri=$(sed -n 's/^ready //p' "$folder/out")
[ -n "$uri" ] || { cat "$folder/err"; fail "not ready"; }
metrics=$(sed -n 's/.*metrics at //p' "$folder/err")

say "an image in and out"
head -c 20000000 /dev/urandom >"$root/tmp/image"
token=$(cat "$root/var/lib/mirage/token")
api() { inside curl --silent --show-error --fail-with-body --header "X-Auth-Token: $token" "$@"; }
id=$(api --header 'Content-Type: application/json' --data \
    '{"name": "from curl", "disk_format": "raw", "container_format": "bare"}' "$uri/v2/images" |
    sed 's/.*"id":"\([^"]*\)".*/\1/')
api --header 'Content-Type: application/octet-stream' --upload-file /tmp/image "$uri/v2/images/$id/file"
api --output /tmp/image.back "$uri/v2/images/$id/file"
cmp "$root/tmp/image" "$root/tmp/image.back" || fail "other bytes came back"
inside curl --silent --fail "$uri/healthcheck" && echo
inside curl --silent --fail "$metrics" | grep -E '^mirage_(build_info|library_images)'

say "stopping"
kill -TERM $server
wait $server || fail "ended with $?"
inside setpriv --reuid=mirage --regid=mirage --init-groups mirage ls | grep -q 'from curl' || fail "the image is gone"

say "removing, purging"
rm "$root/etc/mirage/mirage.conf.d/ports.conf"
inside env DEBIAN_FRONTEND=noninteractive apt-get -qq remove -y mirage >/dev/null 2>&1
[ -f "$root/etc/mirage/mirage.conf" ] || fail "removing took the settings"
inside sh -c '! command -v mirage' || fail "the command is still there"
inside env DEBIAN_FRONTEND=noninteractive apt-get -qq purge -y mirage >"$folder/purge.log" 2>&1 ||
    { cat "$folder/purge.log"; fail "not purged"; }
grep 'mirage:' "$folder/purge.log"
[ -d "$root/var/lib/mirage/blobs" ] || fail "purging took the images"
inside env DEBIAN_FRONTEND=noninteractive apt-get -qq autoremove --purge -y >/dev/null 2>&1
say "left behind, besides data, its user, and packages it needed:"
files >"$folder/after"
# grep ends with 1 when nothing is left, which is what is wanted.
left=$(diff "$folder/before" "$folder/after" | grep '^>' | cut -c3- | grep -v -E \
    '^(etc/(passwd|group|shadow|gshadow|subuid|subgid|\.pwd\.lock)-?|var/lib/(apt|dpkg|systemd)/.*)$' || true)
echo "${left:-nothing}"
! echo "$left" | grep -q mirage || fail "the package left something"
say "good"
