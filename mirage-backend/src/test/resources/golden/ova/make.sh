#!/bin/bash
# Makes the archives that OvaGoldenTest, OvaDamageTest and OvaMutationTest read, of the disk images of ../disks, whose .json
# files tell what is on them. Needs GNU tar (made with 1.34), qemu-img, python3 and zstd. Usage: ./make.sh, in this directory.
#
#   NAME.ova.zst   as GNU tar writes it in the format that the name begins with
#   damaged/       the same, broken by damage.py
set -euo pipefail
cd "$(dirname "$0")"
here=$PWD
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
rm -rf ./*.zst damaged
mkdir damaged
cd "$work"
mkdir damaged
export LC_ALL=C TZ=UTC

disk() { # image of ../disks, name of a file
    zstd -qdf "$here/../disks/$1.img.zst" -o "$2"
}

describe() { # name, files of disks: NAME or NAME:ATTRIBUTES
    local number=0 file attributes files='' disks=''
    for file in "${@:2}"; do
        number=$((number + 1))
        attributes=${file#"${file%%:*}"}
        files+="<File ovf:id=\"file$number\" ovf:href=\"${file%%:*}\" ovf:size=\"1\" ${attributes#:}/>"
        disks+="<Disk ovf:diskId=\"vmdisk$number\" ovf:capacity=\"3\" ovf:capacityAllocationUnits=\"byte * 2^20\""
        disks+=" ovf:fileRef=\"file$number\" ovf:format=\"http://www.vmware.com/interfaces/specifications/vmdk.html\"/>"
    done
    cat >"$1.ovf" <<EOF
<?xml version="1.0" encoding="UTF-8"?>
<Envelope xmlns="http://schemas.dmtf.org/ovf/envelope/1" xmlns:ovf="http://schemas.dmtf.org/ovf/envelope/1">
  <References>$files<File ovf:id="cd" ovf:href="tools.iso"/></References>
  <DiskSection><Info>The disks</Info>$disks<Disk ovf:diskId="empty" ovf:capacity="1"/></DiskSection>
  <VirtualSystem ovf:id="box"><Info>A machine</Info></VirtualSystem>
</Envelope>
EOF
    sha256sum "$1.ovf" | sed 's/\([0-9a-f]*\)  \(.*\)/SHA256(\2)= \1/' >"$1.mf"
}

archive() { # name, members
    local options=()
    [[ $1 != pax-* ]] || options=('--pax-option=delete=atime,delete=ctime')
    tar --format="${1%%-*}" "${options[@]}" --owner=someone:64 --group=someone:64 --mtime='2024-06-01 00:00:00.123456789' --mode=0644 \
        -cf "$1.ova" "${@:2}"
    zstd -q19 <"$1.ova" >"$here/$1.ova.zst"
}

disk vmdk-stream box-disk1.vmdk
disk vmdk-sparse box-disk2.vmdk
disk vdi-dynamic box.vdi
disk vhd-fixed-size box.vhd
qemu-img convert -f vmdk -O raw box-disk1.vmdk box.raw
describe box box-disk1.vmdk
for format in ustar gnu pax; do
    archive "$format-stream" box.ovf box.mf box-disk1.vmdk
done

for other in box-disk2.vmdk box.vdi box.vhd; do
    describe "${other#*.}" "$other"
done
archive ustar-sparse vmdk.ovf vmdk.mf box-disk2.vmdk
archive ustar-vdi vdi.ovf box.vdi
archive ustar-vhd ./vhd.ovf ./box.vhd

describe raw box.raw
archive gnu-raw raw.ovf raw.mf box.raw

describe two box-disk1.vmdk box-disk2.vmdk
archive ustar-two-disks two.ovf two.mf box-disk1.vmdk box-disk2.vmdk
archive pax-two-disks two.ovf two.mf box-disk1.vmdk box-disk2.vmdk

# Longer than a header has room for, and not in ASCII.
long=$(printf 'a-rather-long-name-%.0s' {1..9})ü.vmdk
cp box-disk1.vmdk "$long"
describe long "$long"
for format in gnu pax; do
    archive "$format-long-name" long.ovf "$long"
done

# What damage.py needs besides: other members.
disk vmdk-member box-s001.vmdk
disk vmdk-twoGbMaxExtentSparse box-split.vmdk
describe gzip 'box-disk1.vmdk: ovf:compression="gzip"'
describe chunks 'box-disk1.vmdk: ovf:chunkSize="4096"'
head -c 4096 box-disk1.vmdk >box-disk1.vmdk.000000000
tail -c +4097 box-disk1.vmdk >box-disk1.vmdk.000000001
truncate -s 3M sparse.raw
printf guest | dd status=none of=sparse.raw bs=1 seek=1M conv=notrunc
describe sparse sparse.raw
cp --sparse=never box-disk1.vmdk full.vmdk && mv full.vmdk box-disk1.vmdk
tar --format=gnu -S -cf gnu-file-sparse.tar sparse.ovf sparse.raw box-disk1.vmdk
tar --format=pax -S --sparse-version=1.0 -cf pax-file-sparse.tar sparse.ovf sparse.raw box-disk1.vmdk
python3 "$here/damage.py"
for image in damaged/*.ova; do
    zstd -q19 <"$image" >"$here/$image.zst"
done
