#!/bin/bash
# What reading the file systems of an image adds to the processor time of storing it, as a Markdown table on stdout.
#
#   indexing.sh WORKDIR IMAGE...
#
# The images are imported one after the other into one library below WORKDIR, which is deleted at the end, each by a process
# of its own whose profile is taken (JDK Flight Recorder's samples of processor time, every 5 ms; native code counts). A
# sample counts as indexing when its stack passes through the readers of volumes, file systems and facts, or through what
# makes file tables, digests of files, and the plan of cuts of them. The whole process counts: the JVM's start, and
# writing the upload to its spool. Needs a JDK 25 for Linux, and python3.
set -euo pipefail
shopt -s inherit_errexit

[ $# -ge 2 ] || { sed -n '2,11s/^# \{0,1\}//p' "$0" >&2; exit 2; }

HERE=$(cd "$(dirname "$0")" && pwd)
MIRAGE=$HERE/../../mirage
mkdir -p "$1"
WORK=$(mktemp -d "$1/indexing.XXXXXX")
shift
trap 'rm -rf --one-file-system "$WORK"' EXIT
trap 'exit 130' INT TERM

cat >"$WORK/cpu.jfc" <<'EOF'
<?xml version="1.0" encoding="UTF-8"?>
<configuration version="2.0">
  <event name="jdk.CPUTimeSample"><setting name="enabled">true</setting><setting name="throttle">5 ms</setting></event>
</configuration>
EOF

"$MIRAGE" --version >/dev/null # builds what is missing
echo "| image | samples | reading and file tables | share | adds to the rest |"
echo "|---|---:|---:|---:|---:|"
for image; do
    MIRAGE_BUILD=never MIRAGE_JAVA_OPTS="-XX:StartFlightRecording=filename=$WORK/profile.jfr,settings=$WORK/cpu.jfc" \
        "$MIRAGE" import --data "$WORK/library" "$image" >"$WORK/log" 2>&1 || { cat "$WORK/log" >&2; exit 1; }
    python3 "$HERE/indexing.py" "$(basename "$image")" "$WORK/profile.jfr"
done
