# shellcheck shell=bash
# MariaDB, memcached, Keystone, the users and the catalog. Sourced, not run.

identity_up() {
    database_up
    process_start_on "$MEMCACHED_PORT" memcached memcached -u nobody -l "$HOST" -p "$MEMCACHED_PORT" -m 64
    keystone_up
    people
}

# --- MariaDB, with a data directory and a socket of its own

database_up() {
    once database-directory make_database_directory
    # The socket's directory belongs to mysql, which is the user the server becomes.
    install -d -o mysql -g mysql "$RUN/mysql"
    process_start_on "$DATABASE_PORT" mariadb mariadbd --no-defaults --user=mysql --datadir="$MIRAGE_LAB/mysql" \
        --socket="$RUN/mysql/socket" --pid-file="$RUN/mysql/pid" --bind-address="$HOST" --port="$DATABASE_PORT" \
        --innodb-flush-log-at-trx-commit=2 --max-connections=400 --skip-name-resolve
    await 60 mariadb sql -e 'select 1'
}

make_database_directory() {
    install -d -o mysql -g mysql "$MIRAGE_LAB/mysql"
    mariadb-install-db --no-defaults --user=mysql --datadir="$MIRAGE_LAB/mysql" --skip-test-db
}

sql() { mariadb --no-defaults --socket="$RUN/mysql/socket" -uroot "$@"; }

# database NAME [CHARACTER_SET]: a database, and a user of the same name. OpenStack's own tables want utf8mb3.
database() {
    sql -e "CREATE DATABASE IF NOT EXISTS $1 CHARACTER SET ${2:-utf8mb3};
        CREATE USER IF NOT EXISTS '$1'@'$HOST' IDENTIFIED BY '$PASSWORD';
        GRANT ALL ON $1.* TO '$1'@'$HOST';"
}

# database_url NAME [USER]
database_url() { echo "mysql+pymysql://${2:-$1}:$PASSWORD@$HOST:$DATABASE_PORT/$1?charset=utf8"; }

# --- Keystone

keystone_up() {
    database keystone
    mkdir -p "$ETC/keystone"
    keystone_conf >"$ETC/keystone/keystone.conf"
    once keystone-database make_keystone
    uwsgi_start keystone "$KEYSTONE_PORT" /usr/bin/keystone-wsgi-public 2 4 \
        OS_KEYSTONE_CONFIG_FILES="$ETC/keystone/keystone.conf"
    await 60 keystone curl -sf --max-time 5 "$KEYSTONE_URL/"
}

keystone_conf() {
    cat <<END
[DEFAULT]
use_stderr = true
[database]
connection = $(database_url keystone)
[token]
provider = fernet
expiration = 14400
[fernet_tokens]
key_repository = $ETC/keystone/fernet-keys
[credential]
key_repository = $ETC/keystone/credential-keys
[identity]
# The fewest rounds there are: tempest makes dozens of users.
password_hash_rounds = 4
[cache]
enabled = true
backend = dogpile.cache.memcached
memcache_servers = $HOST:$MEMCACHED_PORT
END
}

make_keystone() {
    local manage=(keystone-manage --config-file "$ETC/keystone/keystone.conf")
    "${manage[@]}" db_sync
    install -d -m 700 "$ETC/keystone/fernet-keys" "$ETC/keystone/credential-keys"
    "${manage[@]}" fernet_setup --keystone-user root --keystone-group root
    "${manage[@]}" credential_setup --keystone-user root --keystone-group root
    "${manage[@]}" bootstrap --bootstrap-password "$PASSWORD" --bootstrap-region-id "$REGION" \
        --bootstrap-admin-url "$KEYSTONE_URL/" --bootstrap-internal-url "$KEYSTONE_URL/" \
        --bootstrap-public-url "$KEYSTONE_URL/"
}

# uwsgi_start NAME PORT WSGI_FILE PROCESSES THREADS [VARIABLE=VALUE...]: with the options of Debian's own units.
uwsgi_start() {
    mkdir -p "$ETC/$1"
    cat >"$ETC/$1/uwsgi.ini" <<END
[uwsgi]
plugins = http,python3
http-socket = $HOST:$2
wsgi-file = $3
master = true
processes = $4
threads = $5
enable-threads = true
lazy-apps = true
need-app = true
buffer-size = 65535
die-on-term = true
no-orphans = true
thunder-lock = true
listen = 100
socket-timeout = 60
http-auto-chunked = true
http-chunked-input = true
http-raw-body = true
wsgi-manage-chunked-input = true
add-header = Connection: close
END
    process_start_on "$2" "$1" env "${@:6}" uwsgi --ini "$ETC/$1/uwsgi.ini"
}

# --- users and catalog

# identity: carries out the lines of its input as admin, see mirage_lab/identity.py.
identity() { as admin "$PYTHON" -m mirage_lab.identity "$PASSWORD"; }

people() {
    identity <<END
user demo demo member
user reader demo reader
user other other member
service identity keystone
endpoint identity $CONTROL_REGION $KEYSTONE_URL
END
    write_rc admin admin
    write_rc demo demo
    write_rc reader demo
    write_rc other other
}

# DevStack's words, which lib/mirage.sh is written in.
create_service_user() { echo "user $1 service service${2:+,$2}" | identity; }
get_or_create_service() { echo "service $2 $1" | identity; }
get_or_create_endpoint() { echo "endpoint $1 $2 $3" | identity; }
