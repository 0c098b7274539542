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

# mirage_tempest_features FILE WEB_IMAGE_URL ALTERNATE_SERVICE: tempest's switches for what this image service offers.
# None is off that the real Glance of the same release has on.
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
    iniset "$1" image-feature-enabled manage_locations True
}
