# shellcheck shell=bash
# Cinder with its NFS driver. The "share" is a directory of this machine, mounted where the driver would mount it, in a
# mount namespace of cinder-volume's own: neither a kernel with NFS nor one with the device mapper is needed. Sourced, not
# run.

CINDER_SHARE=$HOST:/share

cinder_up() { # IMAGE_SERVICE_URL...: where Cinder's own pass-through leads
    database cinder
    cinder_configure
    once cinder-database cinder-manage --config-file "$ETC/cinder/cinder.conf" db sync
    identity <<END
user cinder service admin,service
service volumev3 cinder
endpoint volumev3 $REGION http://$HOST:$CINDER_PORT/v3/%(project_id)s
END
    pass_through_up wire-cinder "$CINDER_IMAGE_PORT" "$@"
    process_start_on "$CINDER_PORT" cinder-api cinder-api --config-file "$ETC/cinder/cinder.conf"
    process_start cinder-scheduler cinder-scheduler --config-file "$ETC/cinder/cinder.conf"
    process_start cinder-volume "$LOCAL/in-lab-nfs" "$(cinder_mount_point)" \
        cinder-volume --config-file "$ETC/cinder/cinder.conf"
    await 60 cinder-api http_answers "http://$HOST:$CINDER_PORT/"
    await 120 cinder-volume cinder_volume_is_up
}

cinder_configure() {
    mkdir -p "$ETC/cinder" "$MIRAGE_LAB/cinder"/{share,mounts,conversion,lock} "$(cinder_mount_point)"
    echo "$CINDER_SHARE" >"$ETC/cinder/nfs-shares"
    cinder_conf >"$ETC/cinder/cinder.conf"
}

# The driver names a mount point by the MD5 of the share.
cinder_mount_point() { echo "$MIRAGE_LAB/cinder/mounts/$(printf %s "$CINDER_SHARE" | md5sum | cut -d' ' -f1)"; }

cinder_volume_is_up() {
    [ "$(sql -N -e "select count(*) from cinder.services where \`binary\` = 'cinder-volume' and deleted = 0
        and updated_at > now() - interval 1 minute")" != 0 ]
}

cinder_conf() {
    cat <<END
[DEFAULT]
use_stderr = true
debug = true
host = lab
my_ip = $HOST
transport_url = rabbit://guest:guest@$HOST:$AMQP_PORT/
state_path = $MIRAGE_LAB/cinder
auth_strategy = keystone
api_paste_config = /etc/cinder/api-paste.ini
osapi_volume_listen = $HOST
osapi_volume_listen_port = $CINDER_PORT
osapi_volume_workers = 1
glance_api_servers = http://$HOST:$CINDER_IMAGE_PORT
image_conversion_dir = $MIRAGE_LAB/cinder/conversion
enabled_backends = nfs
default_volume_type = __DEFAULT__
[nfs]
volume_backend_name = nfs
volume_driver = cinder.volume.drivers.nfs.NfsDriver
nfs_shares_config = $ETC/cinder/nfs-shares
nfs_mount_point_base = $MIRAGE_LAB/cinder/mounts
# Everything of the lab runs as root, and so may the files of volumes be.
nas_secure_file_operations = false
nas_secure_file_permissions = false
[database]
connection = $(database_url cinder)
[keystone_authtoken]
www_authenticate_uri = $KEYSTONE_URL
memcached_servers = $HOST:$MEMCACHED_PORT
$(keystone_credentials cinder)
[service_user]
send_service_user_token = true
$(keystone_credentials cinder)
[oslo_concurrency]
lock_path = $MIRAGE_LAB/cinder/lock
END
}
