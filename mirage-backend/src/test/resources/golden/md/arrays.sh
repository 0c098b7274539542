# shellcheck shell=bash disable=SC1091,SC2154
# Makes disks with md arrays; runs under vm/run.sh, see make.sh. Usage: arrays.sh NAME...
. ./disks.sh
for module in md-mod raid0 raid1 linear raid456 raid10 dm-mod; do modprobe "$module"; done
partitions() { # SIZE IN MIB...: a GPT
    { echo 'label: gpt'; for size in "$@"; do echo "size=${size}MiB, type=A19D880F-05FC-4D3B-A006-743F0F84911E"; done; } |
        sfdisk -q "/tmp/$name.disk"
}
uuid() { mdadm --detail --export "$1" | sed -n 's/^MD_UUID=//p'; }
array() { # NAME METADATA LEVEL OPTIONS AND DEVICES...: /dev/md0 or the next that is free
    number=0
    while [ -e "/sys/block/md$number" ]; do number=$((number + 1)); done
    array=/dev/md$number
    case $2-$3 in
    *-raid0 | *-linear) options=() ;;
    *) options=(--assume-clean) ;;
    esac
    mdadm --create "$array" --run --force --homehost=golden --name="$1" --metadata="$2" --level="$3" "${options[@]}" "${@:4}"
}
id() { # NAME METADATA
    if [ "$2" = 0.90 ]; then echo "md/$(uuid "$array")"; else echo "md/$1"; fi
}
done_with() { # NAME METADATA LEVEL
    show_files "$(id "$1" "$2")" "$array"
    show "$(id "$1" "$2")" "$array" "$3" "$(uuid "$array")"
    mdadm --quiet --stop "$array"
    finish
}
recognised() { # NAME LEVEL: an array that is not to be read
    printf 'md/%s\t%s\t%s\t%s\t-\n' "$1" "$(blockdev --getsize64 "$array")" "$2" "$(uuid "$array")" \
        >> "/run/shared/$name.volumes"
    mdadm --quiet --stop "$array"
}

make_raid1() { # VERSION
    new_disk "raid1-$1" 12
    partitions 5 5
    attach
    array mirror "$1" raid1 --raid-devices=2 --bitmap=none "${disk}p1" "${disk}p2"
    fill "$array"
    done_with mirror "$1" raid1
}
make_raid0() { # VERSION
    new_disk "raid0-$1" 12
    partitions 5 5
    attach
    array stripes "$1" raid0 --raid-devices=2 --chunk=4 "${disk}p2" "${disk}p1"
    fill "$array"
    done_with stripes "$1" raid0
}
make_linear() { # VERSION
    new_disk "linear-$1" 16
    partitions 3 4 5
    attach
    array line "$1" linear --raid-devices=3 "${disk}"p{3,1,2}
    fill "$array"
    done_with line "$1" linear
}
make_degraded() { # one half of a mirror, which was told so, on a whole disk
    new_disk raid1-degraded 8
    attach
    array half 1.0 raid1 --raid-devices=2 --bitmap=none "$disk" missing
    fill "$array"
    done_with half 1.0 raid1
}
make_spare() {
    new_disk raid1-spare 16
    partitions 4 4 4
    attach
    array spared 1.2 raid1 --raid-devices=2 --spare-devices=1 --bitmap=none "${disk}"p{2,3,1}
    fill "$array"
    done_with spared 1.2 raid1
}
make_stale() { # one member left the array, which went on without it
    new_disk raid1-stale 12
    partitions 5 5
    attach
    array stale 1.2 raid1 --raid-devices=2 --bitmap=none "${disk}p1" "${disk}p2"
    fill "$array"
    mdadm --quiet "$array" --fail "${disk}p1" --remove "${disk}p1"
    mount "$array" /tmp/mount
    echo changed > /tmp/mount/changed
    umount /tmp/mount
    done_with stale 1.2 raid1
}
make_others() { # what is recognised only
    new_disk others 32
    partitions 4 4 4 4 4 4
    attach
    array five 1.2 raid5 --raid-devices=3 --chunk=64 --bitmap=none "${disk}"p{1,2,3}
    recognised five raid5
    array ten 1.2 raid10 --raid-devices=3 --chunk=64 --bitmap=none "${disk}"p{4,5,6}
    recognised ten raid10
    finish
}
make_layers() { # partitions in an array, and a volume group on a striped one
    new_disk layers 24
    partitions 5 5 6 6
    attach
    array parted 1.0 raid1 --raid-devices=2 --bitmap=none "${disk}"p{1,2}
    printf 'label: dos\nlabel-id: 0x0badcafe\nstart=2048, type=83\n' | sfdisk -q "$array"
    blockdev --rereadpt "$array" || true
    fill "${array}p1" parted 800000
    show_files md/parted:1 "${array}p1"
    show md/parted "$array" raid1 "$(uuid "$array")"
    show md/parted:1 "${array}p1" 0x83 0badcafe-01
    parted=$array
    array striped 1.2 raid0 --raid-devices=2 --chunk=16 "${disk}"p{3,4}
    pvcreate -q -y --dataalignment 128k --metadatasize 120k "$array" > /dev/null
    vgcreate -q -s 128k over "$array" > /dev/null
    lvcreate -q -y -W n -Z n -L 4M -n root over > /dev/null
    fill /dev/over/root root
    show_files over/root /dev/over/root
    show_logical over
    show md/striped "$array" raid0 "$(uuid "$array")"
    vgchange -q -an over > /dev/null
    mdadm --quiet --stop "$array" "$parted"
    finish
}

for what in "$@"; do
    case $what in
    *-[01].*) "make_${what%%-*}" "${what#*-}" ;;
    *) "make_${what#raid1-}" ;;
    esac
done
