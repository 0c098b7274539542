# shellcheck shell=bash
# The functions of DevStack's lib/glance, by the same names and at the same points of stack.sh, for Mirage. Sourced by
# plugin.sh.

# shellcheck source=devstack/lib/mirage.sh
. "$MIRAGE_DIR/devstack/lib/mirage.sh"

# install_glance: builds the launcher's jar. Nothing is fetched when it is there already.
function install_glance {
    mirage_command --version
}

function mirage_command {
    MIRAGE_JAVA_HOME=$MIRAGE_JAVA_HOME "$MIRAGE_DIR/mirage" "$@"
}

# configure_glance: the one configuration file, and Apache's way to the service.
function configure_glance {
    sudo install -d -o "$STACK_USER" "$MIRAGE_CONF_DIR"
    sudo install -d -o "$STACK_USER" -m 700 "$MIRAGE_DATA_DIR"
    (umask 077 && mirage_devstack_config >"$MIRAGE_CONF")
    write_local_proxy_http_config glance "http://$(ipv6_unquote "$GLANCE_SERVICE_HOST"):$MIRAGE_PORT" /image
}

function mirage_devstack_config {
    MIRAGE_CONFIG_HOST=$GLANCE_SERVICE_HOST MIRAGE_CONFIG_PORT=$MIRAGE_PORT MIRAGE_CONFIG_PUBLIC_URL=$GLANCE_URL \
        MIRAGE_CONFIG_COMPAT=latest MIRAGE_CONFIG_DATA=$MIRAGE_DATA_DIR MIRAGE_CONFIG_NODE=$(hostname -s) \
        MIRAGE_CONFIG_NODE_DATA=$MIRAGE_DATA_DIR/node MIRAGE_CONFIG_CACHE=$MIRAGE_DATA_DIR/cache \
        MIRAGE_CONFIG_STORES=$(mirage_store_names) \
        MIRAGE_CONFIG_WEB_HOSTS='' MIRAGE_CONFIG_WEB_PORTS=80,443 \
        MIRAGE_CONFIG_DATABASE=$(database_connection_url mirage) \
        MIRAGE_CONFIG_KEYSTONE_URL=$KEYSTONE_SERVICE_URI MIRAGE_CONFIG_PASSWORD=$SERVICE_PASSWORD \
        MIRAGE_CONFIG_REGION=$REGION_NAME mirage_config
}

# The stores that local.conf asks of Glance, the default first.
function mirage_store_names {
    local name
    [[ "$GLANCE_ENABLE_MULTIPLE_STORES" = True ]] || return 0
    printf %s "$GLANCE_DEFAULT_BACKEND"
    for name in ${GLANCE_MULTIPLE_FILE_STORES//,/ }; do
        [[ "$name" = "$GLANCE_DEFAULT_BACKEND" ]] || printf ' %s' "$name"
    done
}

# Whether images may be given locations: on the web, for which there is a store beside those that local.conf asks for.
function mirage_manages_locations {
    [[ -n "$(mirage_store_names)" ]] && echo True || echo False
}

# create_glance_accounts: called when Keystone is up.
function create_glance_accounts {
    mirage_register "$REGION_NAME" "$GLANCE_URL"
    if [[ "$GLANCE_ENABLE_QUOTAS" = True ]]; then
        mirage_quotas
    fi
}

# The registered limits that DevStack makes for Glance, Mirage's settings to hold to them, and the right to read them.
function mirage_quotas {
    local name limit
    while read -r name limit; do
        openstack --os-cloud devstack-system-admin registered limit create --service glance --region "$REGION_NAME" \
            --default-limit "$limit" "$name"
    done <<END
image_size_total $GLANCE_LIMIT_IMAGE_SIZE_TOTAL
image_stage_total $GLANCE_LIMIT_IMAGE_SIZE_TOTAL
image_count_total 100
image_count_uploading 100
END
    mirage_use_limits "$(openstack --os-cloud devstack-system-admin endpoint list --service glance --interface public \
        --region "$REGION_NAME" -f value -c ID)"
    openstack role add --user mirage --user-domain Default --system all reader
}

# The endpoint is made after the configuration file.
function mirage_use_limits { # ENDPOINT_ID
    iniset "$MIRAGE_CONF" DEFAULT use_keystone_limits True
    iniset "$MIRAGE_CONF" oslo_limit auth_url "$KEYSTONE_SERVICE_URI"
    iniset "$MIRAGE_CONF" oslo_limit username mirage
    iniset "$MIRAGE_CONF" oslo_limit password "$SERVICE_PASSWORD"
    iniset "$MIRAGE_CONF" oslo_limit user_domain_name Default
    iniset "$MIRAGE_CONF" oslo_limit system_scope all
    iniset "$MIRAGE_CONF" oslo_limit endpoint_id "$1"
}

# init_glance: as DevStack's Glance, every stack.sh begins with no images.
function init_glance {
    recreate_database mirage
    rm -rf "${MIRAGE_DATA_DIR:?}"/*
    if [[ -d "$MIRAGE_METADEFS_DIR" ]]; then
        mirage_command metadefs load --config-file "$MIRAGE_CONF" "$MIRAGE_METADEFS_DIR"
    fi
}

function start_glance {
    run_process g-mirage "/usr/bin/env MIRAGE_JAVA_HOME=$MIRAGE_JAVA_HOME $MIRAGE_DIR/mirage serve --config-file $MIRAGE_CONF"
    echo "Waiting for Mirage to start..."
    if ! wait_for_service "$SERVICE_TIMEOUT" "$GLANCE_URL"; then
        die $LINENO "Mirage did not start"
    fi
}

function stop_glance {
    stop_process g-mirage
}

function cleanup_glance {
    sudo rm -rf "${MIRAGE_DATA_DIR:?}" "${MIRAGE_CONF_DIR:?}"
}
