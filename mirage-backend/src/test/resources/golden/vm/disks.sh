# shellcheck shell=bash
# Functions for scripts that run.sh runs: disks on loop devices, and what this kernel shows of the volumes on them. For
# sourcing. Disks are made in /tmp, in memory, and end as /run/shared/NAME.disk with
#
#   NAME.volumes    a line for each volume: id, length, type, uuid, SHA-256 of all its bytes; tabs between; "-" for a digest
#                   where the volume is not to be read
#   NAME.files      for each volume that is mounted a line "# ID", then what list.py shows of its files
set -euo pipefail
modprobe loop max_part=31
modprobe ext4
mkdir -p /tmp/mount
export DM_DISABLE_UDEV=1
cat > /etc/lvm/lvm.conf << 'CONF'
devices { use_devicesfile = 0 scan = [ "/dev" ] obtain_device_list_from_udev = 0 external_device_info_source = "none"
    scan_lvs = 1 }
activation { udev_sync = 0 udev_rules = 0 verify_udev_operations = 0 monitoring = 0 }
backup { backup = 0 archive = 0 }
CONF

new_disk() { # NAME MIB: an empty disk, and nothing told of it yet
    name=$1
    truncate -s "$2M" "/tmp/$name.disk"
    : > "/run/shared/$name.volumes"
    : > "/run/shared/$name.files"
}
attach() { # a loop device for the disk, in $disk; its partitions are ${disk}p1 ...
    disk=$(losetup -f --show -P "/tmp/$name.disk")
}
finish() { # copies the disk out when nothing uses it any more
    sync
    losetup -d "$disk"
    cp --sparse=always "/tmp/$name.disk" "/run/shared/$name.disk"
    rm "/tmp/$name.disk"
}
fill() { # DEVICE [LABEL]: a file system with a file in many places, a large one, links, a hole
    mkfs.ext4 -q -F -b 1024 -O ^has_journal -L "${2:-golden}" "$1"
    mount "$1" /tmp/mount
    (
        cd /tmp/mount
        mkdir -p a/b
        printf 'hello\n' > a/hello
        for i in $(seq 6); do
            yes "line $i of one" | head -c 66000 >> a/in-pieces || true
            yes "line $i of another" | head -c 66000 >> a/b/in-pieces-too || true
            sync
        done
        yes "a longer line of text in a large file" | head -c "${3:-1500000}" > large || true
        truncate -s 300000 hole
        printf end >> hole
        ln large a/hard
        ln -s ../large a/link
        python3 -c 'import os; os.setxattr("a", "user.of", b"golden")'
        chown 1000:1001 a/hello
    )
    umount /tmp/mount
}
show_files() { # ID DEVICE
    mount -o ro "$2" /tmp/mount
    echo "# $1" >> "/run/shared/$name.files"
    python3 /run/shared/list.py /tmp/mount >> "/run/shared/$name.files"
    umount /tmp/mount
}
show() { # ID DEVICE TYPE UUID: a volume that can be read
    printf '%s\t%s\t%s\t%s\t%s\n' "$1" "$(blockdev --getsize64 "$2")" "$3" "$4" "$(sha256sum < "$2" | cut -d' ' -f1)" \
        >> "/run/shared/$name.volumes"
}
show_logical() { # GROUP: all its volumes that are active and are not to be left alone
    lvs --noheadings --units b --nosuffix --separator ' ' -o lv_name,lv_uuid,segtype,lv_active "$1" |
        sort -u -k 1,1 | while read -r volume uuid type active; do
        if [ "$active" = active ] && [[ $type = linear || $type = striped || $type = raid1 || $type = mirror ]] &&
            [ -z "$(lvs --noheadings -o origin "$1/$volume" | tr -d ' ')" ]; then
            show "$1/$volume" "/dev/$1/$volume" "$type" "$uuid"
        else
            size=$(lvs --noheadings --units b --nosuffix -o lv_size "$1/$volume" | tr -d ' ')
            [ -z "$(lvs --noheadings -o origin "$1/$volume" | tr -d ' ')" ] || type=snapshot
            printf '%s\t%s\t%s\t%s\t-\n' "$1/$volume" "$size" "$type" "$uuid" >> "/run/shared/$name.volumes"
        fi
    done
}
