# shellcheck shell=bash
# What the DevStack plugin and the lab on one machine share about Mirage itself. Sourced, not run.
#
# It speaks the words of DevStack's functions (iniset, create_service_user, get_or_create_service,
# get_or_create_endpoint): in DevStack they exist, local/ brings its own small ones.

# mirage_register REGION PUBLIC_URL: the service user, the service and its endpoint in Keystone. Each word is idempotent.
mirage_register() {
    # admin as Glance's own user has it: for unified limits and for the endpoints of glance-download.
    create_service_user mirage admin
    get_or_create_service glance image "Mirage, the image library"
    get_or_create_endpoint image "$1" "$2"
}

# mirage_tempest_features FILE WEB_IMAGE_URL ALTERNATE_SERVICE LOCATIONS: tempest's switches for what this image service
# offers. LOCATIONS is True where there is a store of images that lie on the web: locations are addresses in it. No other
# switch is off that the real Glance of the same release has on.
mirage_tempest_features() {
    iniset "$1" service_available glance True
    iniset "$1" image http_image "$2"
    iniset "$1" image image_caching_enabled True
    iniset "$1" image container_formats bare,ami,ari,aki,ovf,ova,docker
    iniset "$1" image disk_formats raw,qcow2,vmdk,vhd,vhdx,vdi,iso,ami,ari,aki
    [ -z "$3" ] || iniset "$1" image alternate_image_endpoint "$3"
    iniset "$1" image-feature-enabled api_v2 True
    iniset "$1" image-feature-enabled import_image True
    iniset "$1" image-feature-enabled os_glance_reserved True
    iniset "$1" image-feature-enabled manage_locations "$4"
}

# mirage_config: the configuration of a Mirage process, on standard output. The caller says with variables
#
#   MIRAGE_CONFIG_HOST, _PORT      where it listens
#   MIRAGE_CONFIG_PUBLIC_URL       how the catalog names it
#   MIRAGE_CONFIG_COMPAT           whose defaults it has: zed or latest
#   MIRAGE_CONFIG_DATA             the data directory
#   MIRAGE_CONFIG_NODE, _NODE_DATA its name among several processes on one data directory, and what it keeps for itself
#   MIRAGE_CONFIG_CACHE            the image cache, which processes of a machine may share
#   MIRAGE_CONFIG_DATABASE         the database's URL
#   MIRAGE_CONFIG_KEYSTONE_URL, _PASSWORD, _REGION
#   MIRAGE_CONFIG_STORES           names of stores, the first is the default; empty for one store without a name
#   MIRAGE_CONFIG_WEB_HOSTS, _PORTS  lists of what web-download may read: hosts, empty for any that is not this machine
#                                  or beside it; ports
#
# It is a configuration for clouds that are tested: locations are shown and may be changed, which is a risk elsewhere.
mirage_config() {
    cat <<END
[DEFAULT]
bind_host = $MIRAGE_CONFIG_HOST
bind_port = $MIRAGE_CONFIG_PORT
public_endpoint = $MIRAGE_CONFIG_PUBLIC_URL
compat = $MIRAGE_CONFIG_COMPAT
data_directory = $MIRAGE_CONFIG_DATA
node_name = $MIRAGE_CONFIG_NODE
node_directory = $MIRAGE_CONFIG_NODE_DATA
image_cache_dir = $MIRAGE_CONFIG_CACHE
# Longer than tempest takes to look for an image that it has asked for.
cache_prefetcher_interval = 30
auth_strategy = keystone
enabled_import_methods = glance-direct,web-download$([ -z "$MIRAGE_CONFIG_STORES" ] || echo ,copy-image,glance-download)
show_multiple_locations = true
$(mirage_config_stores)

[keystone_authtoken]
www_authenticate_uri = $MIRAGE_CONFIG_KEYSTONE_URL
auth_url = $MIRAGE_CONFIG_KEYSTONE_URL
username = mirage
password = $MIRAGE_CONFIG_PASSWORD
project_name = service
user_domain_name = Default
project_domain_name = Default
region_name = $MIRAGE_CONFIG_REGION

[import_filtering_opts]
allowed_hosts = $MIRAGE_CONFIG_WEB_HOSTS
allowed_ports = $MIRAGE_CONFIG_WEB_PORTS

[database]
connection = $MIRAGE_CONFIG_DATABASE
END
}

# Stores of the given names, and one of images that lie on the web.
mirage_config_stores() {
    local name
    [ -n "$MIRAGE_CONFIG_STORES" ] || return 0
    # shellcheck disable=SC2086 # names are words
    printf 'enabled_backends = %sweb:http\n' "$(printf '%s:mirage,' $MIRAGE_CONFIG_STORES)"
    printf '\n[glance_store]\ndefault_backend = %s\n' "${MIRAGE_CONFIG_STORES%% *}"
    for name in $MIRAGE_CONFIG_STORES; do
        printf '\n[%s]\nstore_description = %s store\n' "$name" "$name"
    done
    printf '\n[web]\nstore_description = read-only http store\n'
}
