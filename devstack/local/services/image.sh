# shellcheck shell=bash
# The image service of the catalog: Mirage, or the real Glance in its place; and the real Glance beside it as control.
# Sourced, not run.

# --- what both need

# web_up: files for web-download.
web_up() {
    mkdir -p "$MIRAGE_LAB/www"
    [ -s "$MIRAGE_LAB/www/web.img" ] || head -c 3145728 /dev/urandom >"$MIRAGE_LAB/www/web.img"
    process_start_on "$WEB_PORT" web "$PYTHON" -m http.server "$WEB_PORT" --bind "$HOST" --directory "$MIRAGE_LAB/www"
    await 20 web http_answers "http://$HOST:$WEB_PORT/"
}

# pass_through_up NAME PORT URL...: its log is $PROCESS_LOGS/NAME.jsonl. One with other targets than now is replaced.
pass_through_up() {
    local name=$1 port=$2
    shift 2
    if [ "$*" != "$(cat "$RUN/$name.targets" 2>/dev/null)" ]; then
        process_stop "$name"
        echo "$*" >"$RUN/$name.targets"
    fi
    process_start_on "$port" "$name" "$PYTHON" -m mirage_lab.pass_through "$port" "$PROCESS_LOGS/$name.jsonl" "$@"
    await 20 "$name" port_is_open "$port"
}

# --- the real Glance: two workers that do not share a staging folder, as DevStack has them for distributed import

glance_up() {
    database glance
    glance_configure glance "$GLANCE_PORT"
    glance_configure glance-remote $((GLANCE_PORT + 1))
    once glance-database make_glance
    echo "user glance service admin,service" | identity
    glance_start glance "$GLANCE_PORT" 2
    glance_start glance-remote $((GLANCE_PORT + 1)) 1
    await 60 glance http_answers "http://$HOST:$GLANCE_PORT/"
    await 60 glance-remote http_answers "http://$HOST:$((GLANCE_PORT + 1))/"
}

make_glance() {
    local manage=(glance-manage --config-file "$ETC/glance/glance-api.conf")
    "${manage[@]}" db_sync
    "${manage[@]}" db_load_metadefs /etc/glance/metadefs
}

glance_start() { # NAME PORT WORKERS
    uwsgi_start "$1" "$2" /usr/bin/glance-wsgi-api "$3" 16 \
        OS_GLANCE_CONFIG_DIR="$ETC/$1" TMPDIR="$MIRAGE_LAB/$1/tmp"
}

glance_configure() { # NAME PORT
    mkdir -p "$ETC/$1" "$MIRAGE_LAB/$1"/{staging,cache,tmp} "$MIRAGE_LAB"/glance/{fast,slow,tasks}
    # Glance finds its pipeline and its import settings beside the first file.
    cp /usr/share/glance-common/glance-api-paste.ini "$ETC/$1/"
    glance_conf "$@" >"$ETC/$1/glance-api.conf"
    glance_import_conf >"$ETC/$1/glance-image-import.conf"
}

glance_conf() {
    cat <<END
[DEFAULT]
use_stderr = true
bind_host = $HOST
bind_port = $2
enabled_backends = fast:file, slow:file, web:http
enabled_import_methods = [glance-direct,web-download,copy-image,glance-download]
image_cache_dir = $MIRAGE_LAB/$1/cache
# With a few seconds tempest's test of the cache races with the prefetcher.
cache_prefetcher_interval = 30
worker_self_reference_url = http://$HOST:$2
show_multiple_locations = true
transport_url = fake://
[glance_store]
default_backend = fast
[fast]
filesystem_store_datadir = $MIRAGE_LAB/glance/fast
store_description = fast store
[slow]
filesystem_store_datadir = $MIRAGE_LAB/glance/slow
store_description = slow store
[web]
store_description = read-only http store
[os_glance_staging_store]
filesystem_store_datadir = $MIRAGE_LAB/$1/staging
[os_glance_tasks_store]
filesystem_store_datadir = $MIRAGE_LAB/glance/tasks
[database]
connection = $(database_url glance)
[paste_deploy]
flavor = keystone+cachemanagement
config_file = $ETC/$1/glance-api-paste.ini
[keystone_authtoken]
www_authenticate_uri = $KEYSTONE_URL
memcached_servers = $HOST:$MEMCACHED_PORT
$(keystone_credentials glance)
[wsgi]
python_interpreter = $PYTHON
[taskflow_executor]
engine_mode = parallel
[oslo_concurrency]
lock_path = $MIRAGE_LAB/$1/tmp
[oslo_policy]
policy_dirs = $ETC/$1/policy.d
END
}

# Loopback and link-local addresses are refused unless they are named; the lists need their brackets.
glance_import_conf() {
    cat <<END
[image_import_opts]
image_import_plugins = [no_op]
[import_filtering_opts]
allowed_schemes = [http,https]
allowed_hosts = [$HOST]
allowed_ports = [80,443,$WEB_PORT,$IMAGE_PORT,$GLANCE_PORT]
END
}

# keystone_credentials USER: as the sections of OpenStack's configurations want them.
keystone_credentials() {
    cat <<END
auth_url = $KEYSTONE_URL
auth_type = password
project_domain_name = Default
user_domain_name = Default
project_name = service
username = $1
password = $PASSWORD
region_name = $REGION
END
}

