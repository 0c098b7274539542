#!/bin/bash
# Puts the Debian package together: launcher, jars, Java runtime, unit, settings, manual. Run by "mvn -Pdeb package",
# which has made the jars and the runtime before.
#
#   build.sh VERSION TARGET      TARGET: the adapter's target folder, with its jar, lib/ and deb/runtime/
#
# Needs dpkg-dev (apt-get install dpkg-dev). The package appears as TARGET/mirage_VERSION_ARCHITECTURE.deb.
set -euo pipefail
export LC_ALL=C.UTF-8
umask 022

version=${1/-SNAPSHOT/~snapshot}
target=$(readlink -f "$2")
here=$(dirname "$(readlink -f "$0")")
checkout=$(readlink -f "$here/../..")
work=$target/deb
root=$work/root
home=$root/usr/lib/mirage
architecture=$(dpkg --print-architecture)

fail() {
    echo "build.sh: $*" >&2
    exit 1
}

command -v dpkg-shlibdeps >/dev/null || fail "no dpkg-shlibdeps: apt-get install dpkg-dev"
[ -x "$work/runtime/bin/java" ] || fail "no runtime in $work/runtime"

# java.desktop is mentioned by libraries that look at beans when somebody has some; nobody has.
missing=$(comm -23 \
    <(awk '$3 ~ /^(java|jdk)\./ && $3 != "java.desktop" { print $3 }' "$work/modules-used" | sort -u) \
    <("$work/runtime/bin/java" --list-modules | cut -d @ -f 1 | sort -u))
[ -z "$missing" ] || fail "modules that the runtime needs too, see the profile deb in glance-adapter/pom.xml: $missing"

rm -rf "$root" "$work/shlibs"
mkdir -p "$home/lib" "$root/usr/bin" "$root/etc/mirage/mirage.conf.d" "$root/usr/lib/systemd/system" \
    "$root/usr/share/doc/mirage" "$root/usr/share/man/man1" "$root/usr/share/lintian/overrides" "$root/DEBIAN"

# ---- the program ----

install -m 755 "$checkout/mirage" "$home/mirage"
install -m 644 "$here/defaults" "$home/defaults"
cp -a "$work/runtime" "$home/runtime"
chmod -R u+w "$home/runtime"
install -m 644 "$target"/glance-adapter-[0-9]*.jar "$target"/lib/*.jar "$home/lib/"
rm -f "$home"/lib/*-sources.jar "$home"/lib/*-javadoc.jar "$home"/lib/*-tests.jar
ln -s ../lib/mirage/mirage "$root/usr/bin/mirage"

# ---- what surrounds it ----

install -m 644 "$here/mirage.service" "$root/usr/lib/systemd/system/mirage.service"
"$home/mirage" config sample --set DEFAULT.data_directory=/var/lib/mirage \
    --set DEFAULT.metrics_bind=127.0.0.1:9293 >"$root/etc/mirage/mirage.conf"
chmod 640 "$root/etc/mirage/mirage.conf"
gzip -9n <"$here/mirage.1" >"$root/usr/share/man/man1/mirage.1.gz"
install -m 644 "$here/copyright" "$root/usr/share/doc/mirage/copyright"
install -m 644 "$checkout"/docs/operating/*.md "$root/usr/share/doc/mirage/"
install -m 644 "$here/lintian-overrides" "$root/usr/share/lintian/overrides/mirage"
gzip -9n >"$root/usr/share/doc/mirage/changelog.gz" <<EOF
mirage ($version) unstable; urgency=medium

  * Built from the sources of this version; docs/changes has what is new.

 -- Mirage developers <mirage@mirage.invalid>  $(date -u -R -d "@${SOURCE_DATE_EPOCH:-1767225600}")
EOF

# ---- the package's own files ----

for script in postinst prerm postrm; do
    install -m 755 "$here/$script" "$root/DEBIAN/$script"
done
echo /etc/mirage/mirage.conf >"$root/DEBIAN/conffiles"
(cd "$root" && find usr -type f -print0 | sort -z | xargs -0 md5sum) >"$root/DEBIAN/md5sums"

# What the runtime's native code links to, as Debian names it; it finds its own libraries by itself.
mkdir -p "$work/shlibs/debian"
printf 'Source: mirage\n\nPackage: mirage\nArchitecture: any\n' >"$work/shlibs/debian/control"
mapfile -t native < <(find "$home/runtime" -type f \( -name '*.so' -o -path '*/bin/*' \) -exec \
    sh -c 'head -c 4 "$1" | grep -q ELF && echo "$1"' _ {} \;)
libraries=$(cd "$work/shlibs" && dpkg-shlibdeps -O --ignore-missing-info \
    -l"$home/runtime/lib" -l"$home/runtime/lib/server" "${native[@]}" 2>"$work/shlibs/warnings" |
    sed -n 's/^shlibs:Depends=//p')
[ -n "$libraries" ] || { cat "$work/shlibs/warnings" >&2; fail "dpkg-shlibdeps found no library"; }

size=$(du -k -s --apparent-size "$root" | cut -f1)
sed -e "s/@VERSION@/$version/" -e "s/@ARCHITECTURE@/$architecture/" -e "s/@SIZE@/$size/" \
    -e "s/@LIBRARIES@/$libraries/" "$here/control.in" >"$root/DEBIAN/control"

package=$target/mirage_${version}_$architecture.deb
export SOURCE_DATE_EPOCH=${SOURCE_DATE_EPOCH:-1767225600} # the build's outputTimestamp
# Most of it is compressed already: more effort takes minutes and saves little.
dpkg-deb --root-owner-group -Zxz -z1 --build "$root" "$package"
rm -rf "$root" "$work/shlibs"
