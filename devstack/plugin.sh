# shellcheck shell=bash
# DevStack's plugin: Mirage in the place of Glance.
#
#     [[local|localrc]]
#     enable_plugin mirage URL_OF_THIS_REPOSITORY
#
# stack.sh, unstack.sh and clean.sh source this with a mode and, for "stack", a phase. Most of the work is done where
# DevStack calls its Glance functions, which lib/devstack-glance.sh replaces.

# shellcheck source=devstack/lib/devstack-glance.sh
. "$MIRAGE_DIR/devstack/lib/devstack-glance.sh"

function mirage_plugin { # MODE [PHASE]
    case "$1 ${2:-}" in
        "stack pre-install")
            install_package maven
            ;;
        "stack install")
            # DevStack installs its image service only beside an API of Nova.
            is_service_enabled n-api || install_glance
            ;;
        "stack post-config")
            # Nova and Cinder are configured, and find Mirage where they would find Glance: there is nothing to add.
            ;;
        "stack extra")
            # The images that local.conf names have been uploaded by now: DevStack does it once the service is up.
            echo_summary "Mirage serves $GLANCE_URL from $MIRAGE_DATA_DIR"
            ;;
        "stack test-config")
            if is_service_enabled tempest; then
                mirage_tempest_features "$TEMPEST_CONFIG" "$MIRAGE_TEMPEST_HTTP_IMAGE" "" "$(mirage_manages_locations)"
            fi
            ;;
        "unstack ") stop_glance ;;
        "clean ") cleanup_glance ;;
    esac
}

if is_service_enabled g-mirage; then
    mirage_plugin "$@"
fi
