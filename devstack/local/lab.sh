# shellcheck shell=bash
# What every script of this folder begins with: the places, ports and words they share. Sourced, not run; much of it is
# for who sources it:
# shellcheck disable=SC2034
set -euo pipefail
shopt -s inherit_errexit

# Debian's OpenStack runs on Debian's own Python and its own libraries, whatever the caller's shell prefers, and no proxy
# stands between services of one machine.
export PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
unset PYTHONHOME VIRTUAL_ENV http_proxy https_proxy HTTP_PROXY HTTPS_PROXY
export LC_ALL=C.UTF-8 PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 no_proxy='*' NO_PROXY='*'

LOCAL=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
CHECKOUT=$(cd "$LOCAL/../.." && pwd)
export PYTHONPATH=$LOCAL
PYTHON=/usr/bin/python3

# Configurations, databases, logs, pids, credentials: all that the lab has is below this directory.
export MIRAGE_LAB=${MIRAGE_LAB:-${XDG_STATE_HOME:-/var/tmp}/mirage-devstack}
ETC=$MIRAGE_LAB/etc
RUN=$MIRAGE_LAB/run
PROCESS_LOGS=$MIRAGE_LAB/logs
PROCESS_PIDS=$MIRAGE_LAB/pids

HOST=127.0.0.1
REGION=RegionOne
CONTROL_REGION=control # the same identity, and the real Glance as image service
# Far from the services' usual ports, which something on the machine may hold, and below those that the kernel gives out.
IMAGE_PORT=24292          # what the catalog names: the logging pass-through
MIRAGE_PORT=24293         # Mirage itself, further adapters on the ports that follow
GLANCE_PORT=24296         # the real Glance, its second worker on the next
COMPUTE_IMAGE_PORT=24392  # the pass-through that nova-compute alone uses
AGENT_PORT=24394          # the agents of two hosts
AGENT_WIRE_PORT=24396     # and what logs all that they fetch
CINDER_IMAGE_PORT=24393   # and Cinder
WEB_PORT=24080            # files for web-download
KEYSTONE_PORT=24500
PLACEMENT_PORT=24778
NOVA_PORT=24774
NETWORK_PORT=24696
CINDER_PORT=24776
DATABASE_PORT=24306
MEMCACHED_PORT=24211
AMQP_PORT=24672           # and the next one for Erlang's own protocol
EPMD_PORT=24369

KEYSTONE_URL=http://$HOST:$KEYSTONE_PORT/v3
IMAGE_URL=http://$HOST:$IMAGE_PORT
WEB_IMAGE_URL=http://$HOST:$WEB_PORT/web.img

say() { printf '%(%H:%M:%S)T %s\n' -1 "$*"; }
die() {
    printf '%s: %s\n' "${0##*/}" "$*" >&2
    exit 1
}

# shellcheck source=devstack/lib/process.sh
. "$LOCAL/../lib/process.sh"
# shellcheck source=devstack/lib/mirage.sh
. "$LOCAL/../lib/mirage.sh"

need_root() { [ "$(id -u)" = 0 ] || die "must be run as root: it starts services as their own users"; }

# The comment at the head of a script is its manual.
usage() { awk 'NR > 1 { if (!/^#/) exit; sub(/^# ?/, ""); print }' "$0"; }
wants_help() { case ${1:-} in -h | --help) usage ;; *) return 1 ;; esac; }

make_places() {
    mkdir -p "$ETC" "$RUN" "$PROCESS_LOGS" "$PROCESS_PIDS"
    # Services that run as users of their own reach their places through these.
    chmod 755 "$MIRAGE_LAB" "$RUN" "$PROCESS_LOGS"
    # The configurations hold the password.
    chmod 700 "$ETC"
    [ -s "$MIRAGE_LAB/password" ] || (umask 077 && head -c 12 /dev/urandom | base64 | tr -d '+/=' >"$MIRAGE_LAB/password")
    PASSWORD=$(<"$MIRAGE_LAB/password")
}

# The one password of all users, databases and queues: the lab listens on the loopback only.
need_lab() {
    [ -s "$MIRAGE_LAB/password" ] || die "there is no lab in $MIRAGE_LAB: run up first"
    PASSWORD=$(<"$MIRAGE_LAB/password")
}

# once NAME COMMAND...: what is to be done one time in the life of a lab.
once() {
    [ ! -e "$MIRAGE_LAB/done/$1" ] || return 0
    mkdir -p "$MIRAGE_LAB/done"
    # In the background, since a function called as a condition would go on after its commands' failures.
    "${@:2}" >>"$PROCESS_LOGS/$1.log" 2>&1 &
    wait $! || { tail -n 15 "$PROCESS_LOGS/$1.log" >&2; die "$1 failed, see above"; }
    touch "$MIRAGE_LAB/done/$1"
    say "$1: done"
}

# python MODULE ARGUMENT...: a program of mirage_lab, with what it needs to know of the lab.
python() {
    env LAB_PASSWORD="$PASSWORD" LAB_KEYSTONE_URL="$KEYSTONE_URL" LAB_REGION="$REGION" \
        LAB_CONTROL_REGION="$CONTROL_REGION" LAB_IMAGE_SERVICE="$(cat "$RUN/image-service")" \
        LAB_SECOND_AGENT_PORT=$((AGENT_PORT + 1)) $PYTHON -m "mirage_lab.$1" "${@:2}"
}

# as USER COMMAND...: with that user's credentials: admin, demo, reader, other.
as() {
    local user=$1 project=$1
    shift
    [ "$user" != reader ] || project=demo
    env -u OS_CLOUD OS_AUTH_TYPE=password OS_AUTH_URL="$KEYSTONE_URL" OS_IDENTITY_API_VERSION=3 \
        OS_USERNAME="$user" OS_PASSWORD="$PASSWORD" OS_PROJECT_NAME="$project" \
        OS_USER_DOMAIN_NAME=Default OS_PROJECT_DOMAIN_NAME=Default OS_REGION_NAME="${OS_REGION_NAME:-$REGION}" \
        OS_CLIENT_CONFIG_FILE=/nonexistent "$@"
}

# write_rc USER PROJECT: the same for a person's shell.
write_rc() {
    (umask 077 && cat >"$MIRAGE_LAB/$1.rc") <<RC
export OS_AUTH_TYPE=password OS_AUTH_URL=$KEYSTONE_URL OS_IDENTITY_API_VERSION=3
export OS_USERNAME=$1 OS_PASSWORD=$PASSWORD OS_PROJECT_NAME=$2
export OS_USER_DOMAIN_NAME=Default OS_PROJECT_DOMAIN_NAME=Default OS_REGION_NAME=$REGION
RC
}

# iniset FILE SECTION OPTION VALUE: DevStack's word, for files in which every option is set once.
iniset() {
    SECTION="[$2]" LINE="$3 = $4" awk '
        { print }
        $0 == ENVIRON["SECTION"] { print ENVIRON["LINE"]; found = 1 }
        END { if (!found) printf "%s\n%s\n", ENVIRON["SECTION"], ENVIRON["LINE"] }' "$1" >"$1.new"
    cat "$1.new" >"$1"
    rm "$1.new"
}
