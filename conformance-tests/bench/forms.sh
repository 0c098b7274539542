#!/bin/bash
# What the same images need as raw and in another form, as a Markdown table on stdout.
#
#   forms.sh WORKDIR FORM IMAGE...
#
# FORM is what follows "qemu-img convert" to make it of a raw image, such as "-c -O qcow2" or
# "-O vmdk -o subformat=streamOptimized". The raw images go one after the other into one library, what is made of them into
# another one; every image is written out again and compared with what came in, a difference ends the run with an error.
# MB = 10^6 bytes of packs, manifests and recipes after each image; the index, which is derived, and the cache of encoded
# images are not in it. Needs qemu-utils, and room for both libraries and two images.
set -euo pipefail
shopt -s inherit_errexit
export LC_ALL=C.UTF-8

[ $# -ge 3 ] || { sed -n '2,11s/^# \{0,1\}//p' "$0" >&2; exit 2; }
command -v qemu-img >/dev/null || { echo "forms.sh: no qemu-img: apt-get install qemu-utils" >&2; exit 2; }

MIRAGE=$(cd "$(dirname "$0")/../.." && pwd)/mirage
mkdir -p "$1"
WORK=$(mktemp -d "$1/forms.XXXXXX")
read -ra FORM <<<"$2"
shift 2
trap 'rm -rf --one-file-system "$WORK"' EXIT
trap 'exit 130' INT TERM

# stored LIBRARY NAME FILE: stores the file, compares what comes back; BYTES is what the library takes then.
stored() {
    local library=$WORK/library-$1
    {
        "$MIRAGE" import --data "$library" --name "$2" "$3"
        "$MIRAGE" export --data "$library" "$2" "$WORK/back"
        cmp "$3" "$WORK/back"
    } >"$WORK/log" 2>&1 || { cat "$WORK/log" >&2; exit 1; }
    rm "$WORK/back"
    BYTES=$(du -sb "$library/blobs" | cut -f 1)
}

echo "| image | MB of it as raw | MB, \`${FORM[*]}\` | stored as raw | stored as the other | × |"
echo "|---|---:|---:|---:|---:|---:|"
for image; do
    name=$(basename "$image" .raw)
    qemu-img convert "${FORM[@]}" -f raw "$image" "$WORK/file"
    stored raw "$name" "$image"
    raw=$BYTES
    stored other "$name" "$WORK/file"
    awk -v name="$name" -v raw="$(du -B1 "$image" | cut -f 1)" -v other="$(stat -c %s "$WORK/file")" -v a="$raw" -v b="$BYTES" \
        'BEGIN { printf "| %s | %.1f | %.1f | %.1f | %.1f | %.3f |\n", name, raw / 1e6, other / 1e6, a / 1e6, b / 1e6, b / a }'
    rm "$WORK/file"
done
