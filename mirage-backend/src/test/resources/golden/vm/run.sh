#!/bin/bash
# Runs a script under a kernel that has device-mapper, md and what else golden images need, whatever the kernel of this
# machine has: in a virtual machine whose root is this machine's, read-only, so that all installed tools are there.
#
# usage: run.sh SHARED SCRIPT [ARGUMENT...]
#
#   SHARED   a directory that the script sees as /shared and may write to
#   SCRIPT   a file in SHARED; it runs as root, with the modules of the kernel at hand for modprobe. Disks of the
#            machine are files in SHARED too: the script attaches them with losetup
#
# Needs qemu-system-x86_64, busybox, cpio and kmod, and patience, or GOLDEN_KVM=1 where KVM works. The kernel is Debian's,
# fetched by apt-get and unpacked below ${GOLDEN_KERNEL:-~/.cache/mirage-golden-kernel}, installed nowhere.
set -euo pipefail
shared=$(realpath "$1")
shift
store=${GOLDEN_KERNEL:-$HOME/.cache/mirage-golden-kernel}
if ! compgen -G "$store/boot/vmlinuz-*" > /dev/null; then
    mkdir -p "$store"
    package=$(apt-cache depends linux-image-amd64 | sed -n 's/.*Depends: \(linux-image-.*\)/\1/p' | head -1)
    (cd "$store" && apt-get -qq download "$package" && dpkg-deb -x "$package"*.deb . && rm "$package"*.deb)
    depmod -b "$store" "$(basename "$store"/lib/modules/*)"
fi
release=$(basename "$store"/lib/modules/*)

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mkdir -p "$work/root"/{bin,proc,sys,dev,host}
cp "$(command -v busybox)" "$work/root/bin/busybox"
for module in 9pnet_virtio 9p virtio_pci; do
    modprobe -d "$store" -S "$release" --show-depends "$module" | sed -n 's/^insmod //p'
done | awk '!seen[$1]++ { print $1 }' > "$work/modules"
while read -r module; do
    cp "$module" "$work/root/"
    basename "$module"
done < "$work/modules" > "$work/root/modules"
cat > "$work/root/init" << 'INIT'
#!/bin/busybox sh
b=/bin/busybox
$b mount -t proc proc /proc
$b mount -t sysfs sysfs /sys
$b mount -t devtmpfs devtmpfs /dev
while read -r module; do $b insmod "/$module"; done < /modules
options=trans=virtio,version=9p2000.L,msize=262144
$b mount -t 9p -o "ro,cache=loose,$options" host /host
for directory in proc sys dev; do $b mount -o bind "/$directory" "/host/$directory"; done
for directory in tmp run etc/lvm mnt; do $b mount -t tmpfs tmpfs "/host/$directory"; done
$b mkdir /host/run/kernel /host/run/shared /host/run/lock
$b mount -t 9p -o "ro,cache=loose,$options" kernel /host/run/kernel
$b mount -t 9p -o "$options" shared /host/run/shared
$b chroot /host /bin/bash /run/shared/.command > /host/run/shared/.log 2>&1
echo $? > /host/run/shared/.status
$b sync
$b umount /host/run/shared
$b poweroff -f
INIT
chmod 755 "$work/root/init"
(cd "$work/root" && find . | cpio -o -H newc --quiet) > "$work/initrd"
{
    echo 'export PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin LC_ALL=C TZ=UTC HOME=/tmp'
    echo 'modprobe() { command modprobe -d /run/kernel "$@"; }'
    echo 'cd /run/shared'
    printf '. %q' "./$1"
    shift
    printf ' %q' "$@"
    echo
} > "$shared/.command"
rm -f "$shared/.status"
accelerator=(-accel "tcg,thread=multi")
[ -z "${GOLDEN_KVM:-}" ] || accelerator=(-enable-kvm)
share() { echo "local,path=$1,mount_tag=$2,security_model=none,multidevs=remap${3:-}"; }
timeout "${GOLDEN_SECONDS:-7200}" qemu-system-x86_64 "${accelerator[@]}" -m 1024 -display none -no-reboot -nodefaults -serial "file:$work/console" \
    -kernel "$store/boot/vmlinuz-$release" -initrd "$work/initrd" -append "console=ttyS0 quiet panic=-1" \
    -virtfs "$(share / host ,readonly=on)" -virtfs "$(share "$store" kernel ,readonly=on)" \
    -virtfs "$(share "$shared" shared)" > /dev/null
cat "$shared/.log" 2> /dev/null || true
if [ ! -s "$shared/.status" ]; then
    tail -20 "$work/console" >&2
    echo "the machine ended early" >&2
    exit 1
fi
status=$(cat "$shared/.status")
rm -f "$shared"/.{command,log,status}
exit "$status"
