# shellcheck shell=bash disable=SC1091,SC2154
# Makes disks with volume groups; runs under vm/run.sh, see make.sh. Usage: groups.sh NAME...
. ./disks.sh
modprobe dm-mod
for module in dm-mirror dm-raid dm-snapshot dm-thin-pool raid0 raid1 raid10 raid456; do modprobe "$module"; done
small=(-s 128k)
create() { lvcreate -q -y -W n -Z n "$@" > /dev/null; }
partitions() { # SIZE IN MIB...: a GPT
    { echo 'label: gpt'; for size in "$@"; do echo "size=${size}MiB, type=E6D6D379-F507-44C2-A23C-238F2A3DF928"; done; } |
        sfdisk -q "/tmp/$name.disk"
}
group() { # NAME DEVICE...
    for device in "${@:2}"; do pvcreate -q -y --dataalignment 128k --metadatasize 120k "$device" > /dev/null; done
    vgcreate -q "${small[@]}" "$@" > /dev/null
}
is_wrapped() { # DEVICE: whether its text goes on at the beginning of the area, which is at 4096
    # shellcheck disable=SC2046
    set -- $(od -A n -t u8 -j $((4096 + 32)) -N 24 -w24 "$1")
    [ $(($2 + $3)) -gt $(($1 + 300)) ]
}
deactivate() { vgchange -q -an "$@" > /dev/null; }

# Volumes that grew, so that each is in two pieces.
make_linear() {
    new_disk linear 16
    partitions 1 13
    attach
    group vg0 "${disk}p2"
    create -L 3M -n root vg0
    create -L 1M -n swap vg0
    create -L 2M -n data-2_x.y+z vg0
    lvextend -q -L +2M vg0/root > /dev/null
    lvextend -q -L +1M vg0/data-2_x.y+z > /dev/null
    fill /dev/vg0/root root
    mkswap -q /dev/vg0/swap
    fill /dev/vg0/data-2_x.y+z data 800000
    show_files vg0/root /dev/vg0/root
    show_files vg0/data-2_x.y+z /dev/vg0/data-2_x.y+z
    show_logical vg0
    deactivate vg0
    finish
}

# The whole disk; copies of the metadata at both ends.
make_whole_disk() {
    new_disk whole-disk 8
    attach
    pvcreate -q -y --dataalignment 128k --metadatasize 120k --metadatacopies 2 "$disk" > /dev/null
    vgcreate -q "${small[@]}" whole "$disk" > /dev/null
    create -l 100%FREE -n all whole
    fill /dev/whole/all
    show_files whole/all /dev/whole/all
    show_logical whole
    deactivate whole
    finish
}

# Two and three stripes over partitions, one of them without metadata; a linear piece behind the stripes.
make_striped() {
    new_disk striped 24
    partitions 6 6 6
    attach
    pvcreate -q -y --dataalignment 128k --metadatasize 120k --metadatacopies 0 "${disk}p2" > /dev/null
    group stripes "${disk}p1" "${disk}p3"
    vgextend -q stripes "${disk}p2" > /dev/null
    create -i 2 -I 4k -L 4M -n two stripes
    create -i 3 -I 64k -L 3M -n three stripes
    lvextend -q -i 1 -L +1M stripes/two > /dev/null
    fill /dev/stripes/two two
    fill /dev/stripes/three three 900000
    show_files stripes/two /dev/stripes/two
    show_files stripes/three /dev/stripes/three
    show_logical stripes
    deactivate stripes
    finish
}

# Mirrors of both kinds.
make_mirrors() {
    new_disk mirrors 24
    partitions 10 10
    attach
    group mirrors "${disk}p1" "${disk}p2"
    create --type raid1 -m 1 --nosync -L 4M -n raid mirrors
    create --type mirror -m 1 --nosync --mirrorlog core -L 3M -n mirror mirrors
    fill /dev/mirrors/raid raid
    fill /dev/mirrors/mirror mirror 800000
    show_files mirrors/raid /dev/mirrors/raid
    show_files mirrors/mirror /dev/mirrors/mirror
    show_logical mirrors
    deactivate mirrors
    finish
}

# What is recognised only, between volumes that are read: a thin pool and volume, a snapshot, raid0, raid5, raid10.
make_kinds() {
    new_disk kinds 80
    partitions 18 18 18 18
    attach
    group kinds "${disk}"p{1,2,3,4}
    create -L 3M -n plain kinds
    fill /dev/kinds/plain plain
    lvcreate -q -y --type thin-pool -L 2M --poolmetadatasize 2M -n pool kinds
    lvcreate -q -y --type thin -V 8M --thinpool pool -n thin kinds
    lvcreate -q -y -s -L 1M -n kept kinds/plain
    mount /dev/kinds/plain /tmp/mount
    echo new > /tmp/mount/since-the-snapshot
    umount /tmp/mount
    create --type raid0 -i 2 -L 2M -n raid0 kinds
    create --type raid5 -i 2 --nosync -L 2M -n raid5 kinds || create --type raid5 -i 2 -L 2M -n raid5 kinds
    create --type raid10 -i 2 -m 1 --nosync -L 2M -n raid10 kinds
    show_files kinds/plain /dev/kinds/plain
    show_logical kinds
    deactivate kinds
    finish
}

# Texts that went around the ring, so that the last goes on at its beginning.
make_ring() {
    new_disk ring 8
    attach
    pvcreate -q -y --dataalignment 64k --metadatasize 20k "$disk" > /dev/null
    vgcreate -q "${small[@]}" ring "$disk" > /dev/null
    create -L 3M -n volume ring
    fill /dev/ring/volume
    tag=$(printf 't%.0s' $(seq 900))
    for i in $(seq 200); do
        lvchange -q --addtag "$tag$((i % 10))" ring/volume > /dev/null
        # shellcheck disable=SC2046
        [ $((i % 10)) != 9 ] || lvchange -q $(for t in 0 1 2 3 4 5 6; do echo "--deltag $tag$t"; done) ring/volume > /dev/null
        ! is_wrapped "$disk" || break
    done
    [ "$i" -lt 200 ]
    show_files ring/volume /dev/ring/volume
    show_logical ring
    deactivate ring
    finish
}

# A group of two disks, of which the second is not here.
make_missing_disk() {
    new_disk second 8
    attach
    second=$disk
    new_disk missing-disk 8
    attach
    group torn "$disk" "$second"
    create -L 2M -n here torn "$disk"
    create -L 2M -n there torn "$second"
    create -L 10M -n both torn
    fill /dev/torn/here
    show_files torn/here /dev/torn/here
    show torn/here /dev/torn/here linear "$(lvs --noheadings -o lv_uuid torn/here | tr -d ' ')"
    for volume in there both; do
        printf 'torn/%s\t%s\tlinear\t%s\t-\n' "$volume" "$(blockdev --getsize64 /dev/torn/$volume)" \
            "$(lvs --noheadings -o lv_uuid "torn/$volume" | tr -d ' ')" >> "/run/shared/$name.volumes"
    done
    deactivate torn
    finish
    losetup -d "$second"
    rm /tmp/second.disk /run/shared/second.*
}

# A guest's disk with a table and a group of its own in a logical volume.
make_nested() {
    new_disk nested 24
    partitions 22
    attach
    group outer "${disk}p1"
    create -L 16M -n guest outer
    inner=$(losetup -f --show -P /dev/outer/guest)
    sfdisk -q "$inner" << 'T'
label: dos
label-id: 0x0badcafe
start=2048, size=8192, type=83
start=10240, type=8e
T
    losetup -d "$inner"
    inner=$(losetup -f --show -P /dev/outer/guest)
    fill "${inner}p1" boot
    group inner "${inner}p2"
    create -L 4M -n root inner
    fill /dev/inner/root root
    show_files outer/guest:1 "${inner}p1"
    show_files inner/root /dev/inner/root
    show_logical outer
    show outer/guest:1 "${inner}p1" 0x83 0badcafe-01
    show outer/guest:2 "${inner}p2" 0x8e 0badcafe-02
    show_logical inner
    deactivate inner
    losetup -d "$inner"
    deactivate outer
    finish
}

for what in "$@"; do "make_${what//-/_}"; done
