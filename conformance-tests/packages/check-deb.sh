#!/bin/bash
# Installs the Debian packages into a fresh Debian 12 without any Java: first the agent alone, then the service beside
# it. Stores and fetches an image with curl, has the agent put it into Nova's folder of bases and make a second one of
# it, removes and purges both, and looks at what is left. Takes some minutes; needs root, mmdebstrap, python3 and a
# Debian mirror that apt knows of. Not part of "mvn verify":
#
#   mvn -Pdeb -DskipTests package && conformance-tests/packages/check-deb.sh \
#       glance-adapter/target/mirage_*.deb hypervisor-hooks/target/mirage-agent_*.deb
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
    [ $# = 2 ] || fail "two arguments, the packages of service and agent, expected"
    [ "$(id -u)" = 0 ] || fail "root expected"
    command -v mmdebstrap >/dev/null || fail "no mmdebstrap: apt-get install mmdebstrap"
    package=$(readlink -f "$1")
    agent_package=$(readlink -f "$2")
    [ -f "$package" ] && [ -f "$agent_package" ] || fail "no package $1 or $2"
    folder=$(mktemp -d "${MIRAGE_TEST_CHROOTS:-/var/tmp}/mirage-deb.XXXXXX")
    # Mounts of the namespace end with its last process, so that nothing is mounted when the folder is removed.
    trap 'rm -rf --one-file-system "$folder"' EXIT
    unshare --mount --propagation private --pid --fork --kill-child \
        "$0" --in-namespace "$package" "$agent_package" "$folder"
    exit
fi

package=$2 agent_package=$3 folder=$4 root=$4/root
inside() { chroot "$root" /usr/bin/env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin "$@"; }
install_package() { # FILE
    cp "$1" "$root/tmp/package.deb"
    inside env DEBIAN_FRONTEND=noninteractive apt-get -qq install --no-install-recommends -y /tmp/package.deb \
        >"$folder/install.log" 2>&1 || { cat "$folder/install.log"; fail "$(basename "$1") is not installed"; }
    rm "$root/tmp/package.deb"
}
remove_package() { # remove|purge NAME
    inside env DEBIAN_FRONTEND=noninteractive apt-get -qq "$1" -y "$2" >"$folder/remove.log" 2>&1 ||
        { cat "$folder/remove.log"; fail "no $1 of $2"; }
}

# start NAME USER GROUPS COMMAND...: in a process of its own, which becomes the Java machine: signals reach that. Sets
# started to the process and uri to where it serves.
start() {
    local name=$1 user=$2 groups=$3
    shift 3
    (
        exec chroot "$root" /usr/bin/env -i PATH=/usr/bin:/bin \
            setpriv --reuid="$user" --regid="$user" --groups "$groups" "$@"
    ) >"$folder/$name.out" 2>"$folder/$name.err" &
    started=$!
    for _ in $(seq 600); do
        grep -q '^ready ' "$folder/$name.out" && break
        kill -0 $started 2>/dev/null || { cat "$folder/$name.err"; fail "$name ended"; }
        sleep 0.2
    done
    uri=$(sed -n 's/^ready //p' "$folder/$name.out")
    [ -n "$uri" ] || { cat "$folder/$name.err"; fail "$name is not ready"; }
}
disk() { # FILE: 20 MB with a partition table, so that it is known to be a disk
    head -c 20000000 /dev/urandom >"$1"
    python3 - "$1" <<'EOF'
import struct, sys
with open(sys.argv[1], "r+b") as disk:
    disk.write(bytes(446) + struct.pack("<B3sB3sII", 0, bytes(3), 0x83, bytes(3), 2048, 30000) + bytes(48) + b"\x55\xaa")
EOF
}
stop() { # PROCESS
    kill -TERM "$1"
    # Java says 143 when nothing of its own says otherwise.
    wait "$1" || [ $? = 143 ] || fail "ended with $?"
}

say "a Debian 12 with curl and nothing more"
mmdebstrap --quiet --variant=minbase --include=curl,ca-certificates bookworm "$root" >"$folder/mmdebstrap.log" 2>&1 ||
    { cat "$folder/mmdebstrap.log"; fail "no Debian"; }
# A mount of its own, as every root is: Java looks for free space where /proc/mounts says.
mount --bind "$root" "$root"
mount -t proc proc "$root/proc"
mount --bind /dev "$root/dev"
mount --make-private "$root/dev"
cp /etc/resolv.conf "$root/etc/resolv.conf"
inside sh -c '! command -v java' || fail "a Java is there already"
inside env DEBIAN_FRONTEND=noninteractive apt-get -qq update >/dev/null
files() { (cd "$root" && find etc usr var/lib \( -path var/lib/mirage -o -path var/lib/nova \) -prune -o -print | sort); }
files >"$folder/before"

say "the agent alone, on what looks like a compute: $(basename "$agent_package")"
inside groupadd --gid 64060 nova
inside useradd --uid 64060 --gid nova --home-dir /var/lib/nova --shell /bin/sh nova
inside install -d -o nova -g nova /var/lib/nova /var/lib/nova/instances
install_package "$agent_package"
inside dpkg -s mirage-agent | sed -n '/^\(Version\|Installed-Size\|Depends\)/p'
inside sh -c '! command -v mirage' || fail "the agent brought the service"
inside mirage-agent --help | head -n 1
[ "$(inside stat -c %U:%G:%a /etc/mirage/agent.conf)" = root:mirage-agent:640 ] || fail "agent.conf may be read by others"
agent_conf=$root/etc/mirage/agent.conf
sed -i 's/^#listen =.*/listen = 127.0.0.1:0/; s/^#reserve =.*/reserve = 1 MB/' "$agent_conf"
start agent nova nova,mirage-agent mirage-agent
inside curl --silent --show-error --fail "$uri/agent/status" >"$folder/status" ||
    { cat "$folder/agent.err"; fail "no status"; }
grep -q '"held":\[\]' "$folder/status" || { cat "$folder/status"; fail "another status"; }
[ "$(inside curl --silent --output /dev/null --write-out '%{http_code}' "$uri/v2/images")" = 503 ] ||
    fail "the agent does not say that there is no image service"
stop $started

say "the service beside it: $(basename "$package")"
install_package "$package"
inside dpkg -s mirage | sed -n '/^\(Version\|Installed-Size\|Depends\)/p'
inside mirage --version
inside mirage config check
[ "$(inside stat -c %U:%G:%a /etc/mirage/mirage.conf)" = root:mirage:640 ] || fail "mirage.conf may be read by others"
[ "$(inside stat -c %U:%G:%a /var/lib/mirage)" = mirage:mirage:750 ] || fail "/var/lib/mirage is not the service's"

say "serving as user mirage, as the unit has it, on ports that are free"
printf '[DEFAULT]\nbind_port = 0\nmetrics_bind = 127.0.0.1:0\n' >"$root/etc/mirage/mirage.conf.d/ports.conf"
start mirage mirage mirage mirage serve
server=$started server_uri=$uri
metrics=$(sed -n 's/.*metrics at //p' "$folder/mirage.err")

say "an image in and out"
disk "$root/tmp/image"
token=$(cat "$root/var/lib/mirage/token")
api() { inside curl --silent --show-error --fail-with-body --header "X-Auth-Token: $token" "$@"; }
upload() { # NAME FILE
    id=$(api --header 'Content-Type: application/json' --data \
        "{\"name\": \"$1\", \"disk_format\": \"raw\", \"container_format\": \"bare\"}" "$server_uri/v2/images" |
        sed 's/.*"id":"\([^"]*\)".*/\1/')
    api --header 'Content-Type: application/octet-stream' --upload-file "$2" "$server_uri/v2/images/$id/file"
}
upload 'from curl' /tmp/image
parent=$id
api --output /tmp/image.back "$server_uri/v2/images/$parent/file"
cmp "$root/tmp/image" "$root/tmp/image.back" || fail "other bytes came back"
inside curl --silent --fail "$server_uri/healthcheck" && echo
inside curl --silent --fail "$metrics" | grep -E '^mirage_(build_info|library_images)'

say "the agent puts it where Nova looks for it, and makes another one of it"
install -m 640 -g "$(inside getent group mirage-agent | cut -d: -f3)" /dev/null "$root/etc/mirage/agent-token"
echo "$token" >"$root/etc/mirage/agent-token"
port=$(python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
sed -i "s|^listen =.*|listen = 127.0.0.1:$port|; s|^#facade =.*|facade = $server_uri|
    s|^#token_file =.*|token_file = /etc/mirage/agent-token|" "$agent_conf"
start agent nova nova,mirage-agent mirage-agent
agent=$started agent_uri=$uri
inside mirage-agent pull 'from curl' | tee "$folder/pulled"
grep -qx "$parent ready" "$folder/pulled" || { cat "$folder/agent.err"; fail "not pulled"; }
base=$root/var/lib/nova/instances/_base/$(printf %s "$parent" | sha1sum | cut -d' ' -f1)
cmp "$root/tmp/image" "$base" || fail "the base is wrong"
[ "$(inside stat -c %U:%a "${base#"$root"}")" = nova:644 ] || fail "the base is not Nova's"
{ head -c 19000000 "$root/tmp/image"; head -c 1000000 /dev/urandom; } >"$root/tmp/child"
upload child /tmp/child
api --output /tmp/child.back "$agent_uri/v2/images/$id/file"
cmp "$root/tmp/child" "$root/tmp/child.back" || fail "other bytes came from the agent"
inside mirage-agent status | tee "$folder/status"
grep -q "^copied bytes *1[89][0-9]\{6\}$" "$folder/status" || fail "the child was not made of its parent"

say "stopping"
stop $agent
stop $server
inside setpriv --reuid=mirage --regid=mirage --init-groups mirage ls | grep -q 'from curl' || fail "the image is gone"

say "removing, purging the service"
rm "$root/etc/mirage/mirage.conf.d/ports.conf"
remove_package remove mirage
[ -f "$root/etc/mirage/mirage.conf" ] || fail "removing took the settings"
inside sh -c '! command -v mirage' || fail "the command is still there"
remove_package purge mirage
grep 'mirage:' "$folder/remove.log"
[ -d "$root/var/lib/mirage/blobs" ] || fail "purging took the images"
[ -f "$agent_conf" ] || fail "purging took the agent's settings"
inside mirage-agent --help >/dev/null || fail "purging hurt the agent"

say "removing, purging the agent"
remove_package remove mirage-agent
[ -f "$agent_conf" ] || fail "removing took the settings"
[ -d "$root/var/lib/nova/instances/mirage-agent/built" ] || fail "removing took what the agent knows"
rm "$root/etc/mirage/agent-token"
remove_package purge mirage-agent
[ ! -e "$root/var/lib/nova/instances/mirage-agent" ] || fail "purging left the agent's images"
cmp "$root/tmp/image" "$base" || fail "purging took Nova's base"
inside env DEBIAN_FRONTEND=noninteractive apt-get -qq autoremove --purge -y >/dev/null 2>&1
say "left behind, besides data, users, and packages that were needed:"
files >"$folder/after"
# grep ends with 1 when nothing is left, which is what is wanted.
left=$(diff "$folder/before" "$folder/after" | grep '^>' | cut -c3- | grep -v -E \
    '^(etc/(passwd|group|shadow|gshadow|subuid|subgid|\.pwd\.lock)-?|var/lib/(apt|dpkg|systemd)/.*)$' || true)
echo "${left:-nothing}"
! echo "$left" | grep -q mirage || fail "the packages left something"
say "good"
