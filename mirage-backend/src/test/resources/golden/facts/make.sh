#!/bin/bash
# Makes the golden databases beside it, NAME.zst, and rpm.expected: what rpm says is in each of its three.
# Needs root, and Debian's rpm, go-rpmdb, db5.3-util, libwin-hivex-perl, binutils, mmdebstrap, python3, zstd.
#
# usage: [NEWER_RPM=DIR] make.sh         DIR: a root with the rpm of Debian 13, made when it is missing
#
# Debian 12 has rpm 4.18, which writes SQLite and installs only with --force-debian; Debian 13 has 4.20, which writes ndb.
# The hash of Berkeley DB, which neither has, is made by Berkeley DB's own loader of the same headers, and go-rpmdb has
# to find all of them in it. The hives are those of hive.py, filled by hivexregedit.
set -euo pipefail
export LC_ALL=C.UTF-8
here=$(cd "$(dirname "$0")" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
newer=${NEWER_RPM:-$work/trixie}
export SOURCE_DATE_EPOCH=1700000000

keep() { # FILE NAME
    zstd -q -19 -f "$1" -o "$here/$2.zst"
}

package() { # NAME VERSION RELEASE EPOCH FILES
    {
        printf 'Name: %s\nVersion: %s\nRelease: %s\n' "$1" "$2" "$3"
        [ "$4" = - ] || printf 'Epoch: %s\n' "$4"
        printf 'Summary: Golden\nLicense: none\nBuildArch: noarch\n%%description\nGolden.\n%%install\n'
        # shellcheck disable=SC2016 # for rpmbuild's shell
        printf 'mkdir -p $RPM_BUILD_ROOT/opt/%s\nfor i in $(seq 1 %s); do : >$RPM_BUILD_ROOT/opt/%s/file-of-a-long-name-$i; done\n' \
            "$1" "$5" "$1"
        printf '%%files\n/opt/%s\n' "$1"
    } >"$work/$1.spec"
    rpmbuild --quiet -bb --define "_topdir $work/build" --define "_buildhost golden" --define "debug_package %{nil}" \
        "$work/$1.spec" >/dev/null 2>&1
}
package golden-small 1.0 1.el9 - 1
package golden-epoch 2.31.1~rc2 3.fc40 7 3
package golden-large 0.0.20240101 12 - 400
for i in $(seq 1 20); do package "golden-many-$i" "$i" 1 - 2; done

query() { # BACKEND DIRECTORY
    rpm --define "_db_backend $1" --dbpath "$2" -qa --qf \
        '%|EPOCH?{%{EPOCH}:}:{}|%{VERSION}-%{RELEASE}\t%{NAME}\t%{ARCH}\t%{SOURCERPM}\n' |
        awk -F'\t' '{print $2 "\t" $1 "\t" $3 "\t" $4}' | sort
}
mkdir "$work/sqlite" "$work/bdb"
sqlite() { rpm --define "_db_backend sqlite" --dbpath "$work/sqlite" "$@"; }
sqlite --initdb
sqlite -i --force-debian --justdb --nodeps --nosignature "$work"/build/RPMS/noarch/*.rpm
# What was removed leaves free pages behind.
sqlite -e --force-debian --justdb --nodeps golden-many-7
query='%{NAME}\t%|EPOCH?{%{EPOCH}:}:{}|%{VERSION}-%{RELEASE}\t%{ARCH}\t%{SOURCERPM}\n'
sqlite -qa --qf "$query" | sort >"$here/rpm.expected"
keep "$work/sqlite/rpmdb.sqlite" rpmdb.sqlite

# Debian 12's rpm has no ndb, Debian 13's has.
if [ ! -d "$newer" ]; then
    mmdebstrap --quiet --variant=extract --include=rpm,dash,coreutils,libc-bin trixie "$newer"
    for directory in bin lib lib64 sbin; do
        [ -e "$newer/$directory" ] || ln -s "usr/$directory" "$newer/$directory"
    done
fi
rm -rf "$newer/golden"
mkdir -p "$newer/golden/ndb"
cp "$work"/build/RPMS/noarch/*.rpm "$newer/golden/"
ndb() { chroot "$newer" rpm --define "_db_backend ndb" --dbpath /golden/ndb "$@"; }
ndb --initdb
(cd "$newer" && find golden -name '*.rpm' -printf '/%p\n') | sort >"$work/rpms"
# shellcheck disable=SC2046 # one word each
ndb -i --justdb --nodeps --nosignature $(cat "$work/rpms")
ndb -e --justdb --nodeps golden-many-7
ndb -qa --qf "$query" | sort | cmp - "$here/rpm.expected"
keep "$newer/golden/ndb/Packages.db" Packages.db

python3 - "$work/sqlite/rpmdb.sqlite" >"$work/packages.dump" <<'PYTHON'
import sqlite3, struct, sys
print("VERSION=3\nformat=bytevalue\ntype=hash\ndb_pagesize=4096\nHEADER=END")
print(" 00000000\n 18000000")  # the number that the next package gets
for number, blob in sqlite3.connect(sys.argv[1]).execute("SELECT hnum, blob FROM Packages"):
    print(" " + struct.pack("<I", number).hex() + "\n " + blob.hex())
print("DATA=END")
PYTHON
db5.3_load -f "$work/packages.dump" "$work/bdb/Packages"
# A reader that is neither Berkeley DB's nor ours.
(cd "$work/bdb" && go-rpmdb) | grep -q '^\[Total Packages: 22\]$'
keep "$work/bdb/Packages" Packages

for hive in software system; do
    python3 "$here/hive.py" "$work/$hive"
    hivexregedit --merge --prefix 'HKLM' "$work/$hive" "$here/$hive.reg" 2>/dev/null ||
        hivexregedit --merge "$work/$hive" "$here/$hive.reg"
    keep "$work/$hive" "$hive"
done

# A program of Go that Debian built, but for nearly all of it: what is left is a section that tells how. Debian builds
# without modules, so that there are none in it.
objcopy --only-section=.go.buildinfo /usr/bin/go-rpmdb "$work/program" 2>/dev/null
keep "$work/program" go-program
strings "$work/program" | grep -oE '^go1[.0-9]+' >"$here/go-program.expected"
