#!/usr/bin/env bats
# The DevStack plugin, phase by phase, with stubs of DevStack's functions: what it calls, and what it writes.

setup() {
    PLUGIN=$(cd "$BATS_TEST_DIRNAME/.." && pwd)
    . "$BATS_TEST_DIRNAME/devstack-stubs.bash"
    # A checkout whose launcher only says that it was called.
    CHECKOUT=$BATS_TEST_TMPDIR/mirage
    mkdir -p "$CHECKOUT/devstack"
    cp -r "$PLUGIN"/{lib,settings,override-defaults,plugin.sh} "$CHECKOUT/devstack/"
    printf '#!/bin/sh\necho mirage "$@" "java=$MIRAGE_JAVA_HOME" >>"$CALLS"\n' >"$CHECKOUT/mirage"
    chmod +x "$CHECKOUT/mirage"
    MIRAGE_CONF_DIR=$BATS_TEST_TMPDIR/etc
    # As stack.sh does: override-defaults, the libraries, settings.
    . "$CHECKOUT/devstack/override-defaults"
    source_lib_glance
    . "$CHECKOUT/devstack/settings"
}

phase() { . "$CHECKOUT/devstack/plugin.sh" "$@"; }

called() { grep -qxF -- "$*" "$CALLS" || { echo "not called: $*"; cat "$CALLS"; return 1; }; }
disabled() { ! is_service_enabled "$1"; }
never_called() { ! grep -qF -- "$*" "$CALLS" || { echo "called: $*"; return 1; }; }
written() { grep -qxF -- "$1" "$MIRAGE_CONF" || { echo "not written: $1"; cat "$MIRAGE_CONF"; return 1; }; }

@test "settings put Mirage's service in the place of Glance's" {
    is_service_enabled g-mirage
    disabled g-api
    disabled g-api-r
    [ "$MIRAGE_DIR" = "$CHECKOUT" ]
    [ "$MIRAGE_PORT" = 19292 ]
}

@test "what local.conf says goes before the defaults" {
    GLANCE_SERVICE_PORT_INT=7777 MIRAGE_DATA_DIR=/elsewhere GLANCE_ENABLE_QUOTAS=False
    unset MIRAGE_PORT
    . "$CHECKOUT/devstack/override-defaults"
    . "$CHECKOUT/devstack/settings"
    [ "$MIRAGE_PORT" = 7777 ]
    [ "$MIRAGE_DATA_DIR" = /elsewhere ]
    [ "$GLANCE_ENABLE_QUOTAS" = False ]
}

@test "pre-install installs what the build needs" {
    phase stack pre-install
    called install_package maven
}

@test "after pre-install, DevStack's own calls reach Mirage and never Glance" {
    phase stack pre-install
    install_glance
    configure_glance
    create_glance_accounts
    init_glance
    start_glance
    stop_glance
    cleanup_glance
    never_called the real
}

@test "install builds Mirage where DevStack does not install an image service" {
    disable_service n-api
    phase stack install
    called mirage --version java=
}

@test "install leaves it to DevStack beside an API of Nova" {
    phase stack install
    never_called mirage --version
}

@test "the build and the service run on the Java of local.conf" {
    MIRAGE_JAVA_HOME=/opt/jdk
    phase stack pre-install
    install_glance
    called mirage --version java=/opt/jdk
    start_glance
    called run_process g-mirage "/usr/bin/env MIRAGE_JAVA_HOME=/opt/jdk $CHECKOUT/mirage serve --config-file $MIRAGE_CONF"
}

@test "configure writes the configuration, for its owner alone, and Apache's way to it" {
    phase stack pre-install
    configure_glance
    written "bind_host = $SERVICE_HOST"
    written "bind_port = 19292"
    written "public_endpoint = http://$SERVICE_HOST/image"
    written "auth_url = $KEYSTONE_SERVICE_URI"
    written "username = mirage"
    written "password = secret"
    [ "$(stat -c %a "$MIRAGE_CONF")" = 600 ]
    [ "$(stat -c %a "$MIRAGE_DATA_DIR")" = 700 ]
    called write_local_proxy_http_config glance "http://$SERVICE_HOST:19292" /image
}

@test "without several stores there is one without a name" {
    phase stack pre-install
    configure_glance
    run grep -E '^enabled_backends|^\[glance_store\]|copy-image' "$MIRAGE_CONF"
    [ "$status" = 1 ]
    written "enabled_import_methods = glance-direct,web-download"
}

@test "the stores that local.conf asks for are Mirage's, and the default is the default" {
    GLANCE_ENABLE_MULTIPLE_STORES=True GLANCE_MULTIPLE_FILE_STORES=fast,cheap,slow GLANCE_DEFAULT_BACKEND=cheap
    phase stack pre-install
    configure_glance
    written "enabled_backends = cheap:mirage,fast:mirage,slow:mirage,web:http"
    written "default_backend = cheap"
    written "[slow]"
    written "enabled_import_methods = glance-direct,web-download,copy-image,glance-download"
}

@test "the accounts are a user, a service, an endpoint and the registered limits" {
    phase stack pre-install
    create_glance_accounts
    called create_service_user mirage admin
    called get_or_create_service glance image "Mirage, the image library"
    called get_or_create_endpoint image RegionOne "http://$SERVICE_HOST/image"
    called openstack --os-cloud devstack-system-admin registered limit create --service glance --region RegionOne \
        --default-limit 1000 image_size_total
    [ "$(grep -c 'registered limit create' "$CALLS")" = 4 ]
}

@test "the registered limits are enforced, as the endpoint that was made" {
    phase stack pre-install
    create_glance_accounts
    called iniset "$MIRAGE_CONF" DEFAULT use_keystone_limits True
    called iniset "$MIRAGE_CONF" oslo_limit auth_url "$KEYSTONE_SERVICE_URI"
    called iniset "$MIRAGE_CONF" oslo_limit username mirage
    called iniset "$MIRAGE_CONF" oslo_limit password secret
    called iniset "$MIRAGE_CONF" oslo_limit user_domain_name Default
    called iniset "$MIRAGE_CONF" oslo_limit system_scope all
    called iniset "$MIRAGE_CONF" oslo_limit endpoint_id id-of-endpoint
    called openstack role add --user mirage --user-domain Default --system all reader
}

@test "without quotas no limits are registered" {
    GLANCE_ENABLE_QUOTAS=False
    phase stack pre-install
    create_glance_accounts
    never_called registered limit
    never_called use_keystone_limits
}

@test "init begins with an empty library and database" {
    phase stack pre-install
    configure_glance
    touch "$MIRAGE_DATA_DIR/old"
    init_glance
    called recreate_database mirage
    [ -d "$MIRAGE_DATA_DIR" ]
    [ ! -e "$MIRAGE_DATA_DIR/old" ]
}

@test "init loads the metadata definitions that there are" {
    phase stack pre-install
    configure_glance
    MIRAGE_METADEFS_DIR=$BATS_TEST_TMPDIR/none
    init_glance
    never_called metadefs load
    MIRAGE_METADEFS_DIR=$BATS_TEST_TMPDIR
    init_glance
    called mirage metadefs load --config-file "$MIRAGE_CONF" "$BATS_TEST_TMPDIR" java=
}

@test "start waits until the service answers, and fails when it does not" {
    phase stack pre-install
    start_glance
    called wait_for_service 60 "http://$SERVICE_HOST/image"
    wait_for_service() { return 1; }
    run start_glance
    [ "$status" -ne 0 ]
    grep -q '^die .*Mirage did not start' "$CALLS"
}

@test "post-config and extra disturb nothing" {
    phase stack post-config
    phase stack extra
    never_called the real
    never_called run_process
}

@test "test-config tells tempest what Mirage offers" {
    phase stack test-config
    called iniset "$TEMPEST_CONFIG" image-feature-enabled import_image True
    called iniset "$TEMPEST_CONFIG" image-feature-enabled os_glance_reserved True
    called iniset "$TEMPEST_CONFIG" image image_caching_enabled True
}

@test "tempest changes locations where there is a store for them" {
    phase stack test-config
    called iniset "$TEMPEST_CONFIG" image-feature-enabled manage_locations False
    GLANCE_ENABLE_MULTIPLE_STORES=True
    phase stack test-config
    called iniset "$TEMPEST_CONFIG" image-feature-enabled manage_locations True
}

@test "without tempest test-config does nothing" {
    disable_service tempest
    phase stack test-config
    never_called iniset
}

@test "unstack stops, clean removes" {
    phase stack pre-install
    configure_glance
    phase unstack
    called stop_process g-mirage
    phase clean
    [ ! -e "$MIRAGE_DATA_DIR" ]
    [ ! -e "$MIRAGE_CONF_DIR" ]
}

@test "with its service disabled the plugin does nothing" {
    disable_service g-mirage
    for each in "stack pre-install" "stack install" "stack post-config" "stack extra" "stack test-config" unstack clean; do
        # shellcheck disable=SC2086 # mode and phase are two words
        phase $each
    done
    [ ! -s "$CALLS" ]
}
