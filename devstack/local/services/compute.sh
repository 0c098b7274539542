# shellcheck shell=bash
# RabbitMQ, Placement, Nova and libvirt, on this one machine. No Neutron: servers are made without a network, and a stub
# answers that there is none. Sourced, not run.

compute_up() { # IMAGE_SERVICE_URL...: where nova-compute's own pass-through leads
    local name
    for name in placement nova_api nova nova_cell0; do database $name; done
    # Nova keeps its cell0 under its own user.
    sql -e "GRANT ALL ON nova_cell0.* TO 'nova'@'$HOST'"
    rabbitmq_up
    nova_configure
    once placement-database placement-manage --config-file "$ETC/placement/placement.conf" db sync
    once nova-database make_nova
    compute_catalog
    process_start_on "$NETWORK_PORT" stub-network "$PYTHON" -m mirage_lab.stub_network "$NETWORK_PORT"
    uwsgi_start placement "$PLACEMENT_PORT" /usr/bin/placement-api 1 8 OS_PLACEMENT_CONFIG_DIR="$ETC/placement"
    await 60 rabbitmq port_is_open "$AMQP_PORT"
    # One thread for each process: with more of them nova-api loses answers of its message bus.
    uwsgi_start nova-api "$NOVA_PORT" /usr/bin/nova-api-wsgi 4 1 OS_NOVA_CONFIG_DIR="$ETC/nova"
    process_start nova-conductor nova-conductor --config-file "$ETC/nova/nova.conf"
    process_start nova-scheduler nova-scheduler --config-file "$ETC/nova/nova.conf"
    libvirt_up
    pass_through_up wire-compute "$COMPUTE_IMAGE_PORT" "$@"
    nova_compute_up
    await 60 placement http_answers "http://$HOST:$PLACEMENT_PORT/"
    await 60 nova-api http_answers "http://$HOST:$NOVA_PORT/"
    await 180 nova-compute nova_compute_is_registered
    nova-manage --config-file "$ETC/nova/nova.conf" cell_v2 discover_hosts >>"$PROCESS_LOGS/nova-database.log" 2>&1
    once flavors make_flavors
}

compute_catalog() {
    identity <<END
user nova service admin,service
user placement service admin,service
service placement placement
endpoint placement $REGION http://$HOST:$PLACEMENT_PORT
service compute nova
endpoint compute $REGION http://$HOST:$NOVA_PORT/v2.1
service network stub
endpoint network $REGION http://$HOST:$NETWORK_PORT
END
}

make_flavors() {
    as admin openstack flavor create --ram 256 --disk 1 --vcpus 1 tiny
    as admin openstack flavor create --ram 512 --disk 5 --vcpus 1 small
}

# --- RabbitMQ, all of it on the loopback and below $MIRAGE_LAB

rabbitmq_up() {
    local home=$MIRAGE_LAB/rabbitmq
    mkdir -p "$home/mnesia" "$home/log"
    rabbitmq_conf >"$home/rabbitmq.conf"
    echo '[].' >"$home/enabled_plugins"
    process_start_on "$AMQP_PORT" rabbitmq env HOME="$home" RABBITMQ_NODENAME=mirage-lab@localhost \
        RABBITMQ_CONFIG_FILE="$home/rabbitmq.conf" RABBITMQ_NODE_IP_ADDRESS="$HOST" RABBITMQ_NODE_PORT="$AMQP_PORT" \
        RABBITMQ_MNESIA_BASE="$home/mnesia" RABBITMQ_LOG_BASE="$home/log" RABBITMQ_PID_FILE="$home/pid" \
        RABBITMQ_ENABLED_PLUGINS_FILE="$home/enabled_plugins" RABBITMQ_LOGS=- RABBITMQ_DIST_PORT=$((AMQP_PORT + 1)) \
        ERL_EPMD_ADDRESS="$HOST" ERL_EPMD_PORT="$EPMD_PORT" \
        RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS="-kernel inet_dist_use_interface {127,0,0,1}" \
        /usr/lib/rabbitmq/bin/rabbitmq-server
}

rabbitmq_conf() {
    cat <<END
listeners.tcp.1 = $HOST:$AMQP_PORT
loopback_users.guest = true
log.console = true
log.console.level = warning
END
}

# Erlang's port mapper outlives the broker that started it.
rabbitmq_down() {
    process_stop rabbitmq
    ! port_is_open "$EPMD_PORT" || ERL_EPMD_PORT="$EPMD_PORT" epmd -kill >/dev/null
}

# --- Placement and Nova

nova_configure() {
    mkdir -p "$ETC/placement" "$ETC/nova" "$ETC/nova-compute" "$MIRAGE_LAB/nova/instances" "$MIRAGE_LAB/nova/lock"
    cp /etc/nova/api-paste.ini "$ETC/nova/"
    placement_conf >"$ETC/placement/placement.conf"
    nova_conf >"$ETC/nova/nova.conf"
    nova_compute_conf >"$ETC/nova-compute/nova-compute.conf"
}

placement_conf() {
    cat <<END
[DEFAULT]
use_stderr = true
[api]
auth_strategy = keystone
[placement_database]
connection = $(database_url placement)
[keystone_authtoken]
www_authenticate_uri = $KEYSTONE_URL
memcached_servers = $HOST:$MEMCACHED_PORT
$(keystone_credentials placement)
END
}

nova_conf() {
    cat <<END
[DEFAULT]
use_stderr = true
host = lab
my_ip = $HOST
enabled_apis = osapi_compute
transport_url = rabbit://guest:guest@$HOST:$AMQP_PORT/
state_path = $MIRAGE_LAB/nova
rpc_response_timeout = 120
service_down_time = 120
# A shelved server stays on its host until it is offloaded, so that both ways back can be tried.
shelved_offload_time = -1
# The guest does not hear the power button; it has written what it writes.
shutdown_timeout = 1
[api]
auth_strategy = keystone
[api_database]
connection = $(database_url nova_api)
[database]
connection = $(database_url nova)
[keystone_authtoken]
www_authenticate_uri = $KEYSTONE_URL
memcached_servers = $HOST:$MEMCACHED_PORT
$(keystone_credentials nova)
[service_user]
send_service_user_token = true
$(keystone_credentials nova)
[placement]
$(keystone_credentials placement)
[glance]
region_name = $REGION
service_type = image
valid_interfaces = internal,public
[oslo_concurrency]
lock_path = $MIRAGE_LAB/nova/lock
[scheduler]
workers = 1
discover_hosts_in_cells_interval = 15
[conductor]
workers = 1
[vnc]
enabled = false
[spice]
enabled = false
[neutron]
$(keystone_credentials nova)
[cinder]
catalog_info = volumev3::publicURL
END
}

nova_compute_conf() {
    local virt_type=qemu cpu_mode=none
    if kvm_is_usable; then
        virt_type=kvm
        cpu_mode=host-passthrough
    fi
    cat <<END
[DEFAULT]
compute_driver = libvirt.LibvirtDriver
instances_path = $MIRAGE_LAB/nova/instances
force_raw_images = true
debug = true
vif_plugging_is_fatal = false
[glance]
api_servers = http://$HOST:$COMPUTE_IMAGE_PORT
# A second apart: an agent that is started again is not noticed.
num_retries = 10
[libvirt]
virt_type = $virt_type
connection_uri = qemu:///system
cpu_mode = $cpu_mode
inject_partition = -2
[compute]
consecutive_build_service_disable_threshold = 0
END
}

# A /dev/kvm without vmx or svm in the CPU's flags, as some nested machines show it, starts guests and then fails in their
# kernel: plain QEMU boots them in seconds too.
kvm_is_usable() { [ -w /dev/kvm ] && grep -qwE 'vmx|svm' /proc/cpuinfo; }

make_nova() {
    local manage=(nova-manage --config-file "$ETC/nova/nova.conf")
    "${manage[@]}" api_db sync
    "${manage[@]}" cell_v2 map_cell0 --database_connection "$(database_url nova_cell0 nova)"
    "${manage[@]}" cell_v2 list_cells | grep -q ' cell1 ' || "${manage[@]}" cell_v2 create_cell --name cell1
    "${manage[@]}" db sync
}

nova_compute_up() {
    with_lab_libvirt process_start nova-compute nova-compute --config-file "$ETC/nova/nova.conf" \
        --config-file "$ETC/nova-compute/nova-compute.conf"
}

nova_compute_is_registered() {
    [ "$(sql -N -e "select count(*) from nova.services where \`binary\` = 'nova-compute' and deleted = 0")" != 0 ] &&
        [ "$(sql -N -e 'select count(*) from placement.inventories')" != 0 ]
}

# --- libvirt, with directories of its own in place of the system's
#
# libvirt's places are compiled in. In a mount namespace of their own its daemons (and nova-compute, which talks to them)
# see the lab's directories there, and the machine's own libvirt, its settings and its guests are not touched.

libvirt_up() {
    local d=$MIRAGE_LAB/libvirt
    mkdir -p "$d"/{etc,run,lib,cache,log} "$d/lib/qemu" "$d/lib/images"
    cp -a /etc/libvirt/. "$d/etc/"
    cat >"$d/etc/libvirtd.conf" <<END
unix_sock_group = "root"
unix_sock_rw_perms = "0770"
auth_unix_ro = "none"
auth_unix_rw = "none"
END
    # No security driver, no cgroups, and guests as root: the lab does without the host's set-up of all three.
    cat >"$d/etc/qemu.conf" <<END
user = "root"
group = "root"
dynamic_ownership = 0
remember_owner = 0
security_driver = "none"
cgroup_controllers = [ ]
namespaces = [ ]
END
    with_lab_libvirt process_start virtlogd virtlogd
    with_lab_libvirt process_start libvirtd libvirtd
    await 30 libvirtd lab_virsh list
}

# with_lab_libvirt process_start NAME COMMAND...: the command, with the lab's directories where libvirt looks.
with_lab_libvirt() { "$1" "$2" "$LOCAL/in-lab-libvirt" "${@:3}"; }

lab_virsh() { "$LOCAL/in-lab-libvirt" virsh -c qemu:///system "$@"; }

# Guests outlive libvirtd: ended before it, while it can still be asked which they are.
libvirt_down() {
    local guest
    if process_is_up libvirtd; then
        while read -r guest; do
            [ -z "$guest" ] || lab_virsh destroy "$guest" >/dev/null
        done < <(lab_virsh list --uuid)
    fi
    process_stop libvirtd
    process_stop virtlogd
}
