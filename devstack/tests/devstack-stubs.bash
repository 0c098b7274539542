# shellcheck shell=bash
# The variables are for the plugin, the functions are called by it:
# shellcheck disable=SC2034,SC2317
#
# DevStack as a plugin sees it: the variables that stack.sh has set, and its functions, which only write down that they
# were called ($CALLS, a line for each call). Sourced by the tests.

export CALLS=$BATS_TEST_TMPDIR/calls
: >"$CALLS"

DEST=$BATS_TEST_TMPDIR/stack
DATA_DIR=$DEST/data
STACK_USER=$(id -un)
SERVICE_HOST=192.0.2.10
SERVICE_PASSWORD=secret
SERVICE_TIMEOUT=60
REGION_NAME=RegionOne
KEYSTONE_SERVICE_URI=http://$SERVICE_HOST/identity
TEMPEST_CONFIG=$BATS_TEST_TMPDIR/tempest.conf
ENABLED_SERVICES=g-api,g-api-r,n-api,key,tempest
mkdir -p "$DATA_DIR"

record() { echo "$*" >>"$CALLS"; }

for name in install_package write_local_proxy_http_config create_service_user get_or_create_service \
    get_or_create_endpoint recreate_database stop_process wait_for_service iniset echo_summary; do
    eval "$name() { record $name \"\$@\"; }"
done

# The command becomes a line of a systemd unit; DevStack refuses what would fail there (_common_systemd_pitfalls).
run_process() { # SERVICE COMMAND
    record run_process "$@"
    [[ "$2" != *sudo* ]] || die "the command uses sudo: $2"
    [[ "$2" = /* ]] || die "the command begins with no absolute path: $2"
}

openstack() {
    record openstack "$@"
    [[ "$*" != *"endpoint list"* ]] || echo "id-of-endpoint"
}

sudo() { "$@"; }
ipv6_unquote() { echo "$1"; }
database_connection_url() { echo "mysql+pymysql://root:secret@127.0.0.1/$1?charset=utf8"; }
die() { record die "$@"; return 1; }

is_service_enabled() {
    local name
    for name in "$@"; do
        [[ ",$ENABLED_SERVICES," != *",$name,"* ]] || return 0
    done
    return 1
}

enable_service() { local name; for name in "$@"; do ENABLED_SERVICES+=",$name"; done; }

disable_service() {
    local name
    ENABLED_SERVICES=",$ENABLED_SERVICES,"
    for name in "$@"; do
        ENABLED_SERVICES=${ENABLED_SERVICES//,$name,/,}
    done
}

# What lib/glance sets when it is read, between override-defaults and settings.
source_lib_glance() {
    GLANCE_SERVICE_HOST=$SERVICE_HOST
    GLANCE_URL=http://$SERVICE_HOST/image
    GLANCE_LIMIT_IMAGE_SIZE_TOTAL=1000
    GLANCE_ENABLE_MULTIPLE_STORES=${GLANCE_ENABLE_MULTIPLE_STORES:-False}
    GLANCE_MULTIPLE_FILE_STORES=${GLANCE_MULTIPLE_FILE_STORES:-fast}
    GLANCE_DEFAULT_BACKEND=${GLANCE_DEFAULT_BACKEND:-fast}
    local name
    for name in install configure init start stop cleanup; do
        eval "${name}_glance() { record 'the real' ${name}_glance; }"
    done
    create_glance_accounts() { record "the real create_glance_accounts"; }
}
