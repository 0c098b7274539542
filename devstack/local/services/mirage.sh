# shellcheck shell=bash
# Mirage from this checkout: one process or several, on one database and one data directory. Sourced, not run.

mirage_up() { # ADAPTERS
    local number
    database mirage utf8mb4
    # First, and where its minute can be seen; the processes then take what is built.
    "$CHECKOUT/mirage" --version >/dev/null
    for ((number = 1; number <= $1; number++)); do
        mirage_configure "$number"
        mirage_start "$number"
    done
    for ((number = 1; number <= $1; number++)); do
        await 120 "mirage-$number" http_answers "$(mirage_url "$number")/"
    done
    # The definitions that distributions install, as DevStack gives them to Glance.
    once mirage-metadefs "$CHECKOUT/mirage" metadefs load --config-file "$ETC/mirage-1/mirage.conf" /etc/glance/metadefs
    # Those of an earlier up with more of them.
    for ((number = $1 + 1; number <= 9; number++)); do
        process_stop "mirage-$number"
    done
}

mirage_start() { # NUMBER
    process_start_on $((MIRAGE_PORT + $1 - 1)) "mirage-$1" \
        env MIRAGE_BUILD=never "$CHECKOUT/mirage" serve --config-file "$ETC/mirage-$1/mirage.conf"
}

mirage_configure() { # NUMBER
    mkdir -p "$ETC/mirage-$1" "$MIRAGE_LAB/mirage/data" "$MIRAGE_LAB/mirage/node-$1"
    MIRAGE_CONFIG_HOST=$HOST MIRAGE_CONFIG_PORT=$((MIRAGE_PORT + $1 - 1)) MIRAGE_CONFIG_PUBLIC_URL=$IMAGE_URL \
        MIRAGE_CONFIG_DATA=$MIRAGE_LAB/mirage/data MIRAGE_CONFIG_NODE=mirage-$1 \
        MIRAGE_CONFIG_NODE_DATA=$MIRAGE_LAB/mirage/node-$1 MIRAGE_CONFIG_CACHE=$MIRAGE_LAB/mirage/cache \
        MIRAGE_CONFIG_DATABASE=$(database_url mirage) \
        MIRAGE_CONFIG_KEYSTONE_URL=$KEYSTONE_URL MIRAGE_CONFIG_PASSWORD=$PASSWORD MIRAGE_CONFIG_REGION=$REGION \
        MIRAGE_CONFIG_COMPAT=zed MIRAGE_CONFIG_STORES="fast slow" \
        MIRAGE_CONFIG_WEB_HOSTS=$HOST MIRAGE_CONFIG_WEB_PORTS=80,443,$WEB_PORT,$IMAGE_PORT,$GLANCE_PORT \
        mirage_config >"$ETC/mirage-$1/mirage.conf"
}

mirage_url() { echo "http://$HOST:$((MIRAGE_PORT + $1 - 1))"; } # NUMBER

mirage_urls() { # ADAPTERS
    local number
    for ((number = 1; number <= $1; number++)); do
        mirage_url "$number"
    done
}
