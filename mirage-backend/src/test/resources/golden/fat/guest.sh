# Runs under a kernel that has vfat and exfat, by ../vm/run.sh: fills NAME.img of each "fill", and shows all as
# NAME.expected.
#
# usage: guest.sh [vfat|exfat fill|show NAME]...
set -euo pipefail
for module in loop nls_cp437 nls_ascii nls_utf8 vfat exfat; do modprobe "$module"; done
mount=/tmp/mount
mkdir $mount
while [ $# -gt 0 ]; do
    type=$1 how=$2 name=$3
    shift 3
    options=loop,umask=022,iocharset=utf8
    [ "$type" = exfat ] || options=loop,umask=022,tz=UTC,utf8,codepage=437
    cp --sparse=always "$name.img" /tmp/image
    if [ "$how" != show ]; then
        mount -t "$type" -o "$options" /tmp/image $mount
        python3 ./fill.py $mount kernel
        umount $mount
        cp --sparse=always /tmp/image "$name.img"
    fi
    mount -t "$type" -o "$options,ro" /tmp/image $mount
    # the root of exFAT has no times but that of the mount
    python3 ./list.py $mount inode | awk -F '\t' -v OFS='\t' -v type="$type" \
        'NR == 1 && type == "exfat" { $9 = $10 = $11 = $12 = "*" } { print }' > "$name.list"
    clusters=$(stat -f -c '%S' $mount)
    umount $mount
    {
        echo "# type=$type label=$(blkid -p -s LABEL -o value /tmp/image) uuid=$(blkid -p -s UUID -o value /tmp/image)" \
            "block=$clusters"
        cat "$name.list"
    } > "$name.expected"
    rm /tmp/image
done
