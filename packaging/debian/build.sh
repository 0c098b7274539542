#!/bin/bash
# Puts a Debian package together: launcher, jars, Java runtime, unit, settings, manual. Run by "mvn -Pdeb package" for
# each package, which has made the jars and the runtime before.
#
#   build.sh NAME VERSION TARGET   NAME: a folder beside this file; TARGET: the target folder of the module it is made of,
#                                  with its jar, lib/ and deb/runtime/
#
# Needs dpkg-dev (apt-get install dpkg-dev). The package appears as TARGET/NAME_VERSION_ARCHITECTURE.deb.
set -euo pipefail
export LC_ALL=C.UTF-8
umask 022

name=$1
version=${2/-SNAPSHOT/~snapshot}
target=$(readlink -f "$3")
here=$(dirname "$(readlink -f "$0")")
checkout=$(readlink -f "$here/../..")
work=$target/deb
root=$work/root
home=$root/usr/lib/$name
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
[ -z "$missing" ] || fail "modules that the runtime needs too, see the profile deb in the module's pom.xml: $missing"

rm -rf "$root" "$work/shlibs"
mkdir -p "$home/lib" "$root/usr/bin" "$root/etc/mirage" "$root/usr/lib/systemd/system" \
    "$root/usr/share/doc/$name" "$root/usr/share/man/man1" "$root/usr/share/lintian/overrides" "$root/DEBIAN"

# ---- the program ----

install -m 755 "$checkout/mirage" "$home/mirage"
cp -a "$work/runtime" "$home/runtime"
chmod -R u+w "$home/runtime"
install -m 644 "$target"/*-[0-9]*.jar "$target"/lib/*.jar "$home/lib/"
rm -f "$home"/lib/*-sources.jar "$home"/lib/*-javadoc.jar "$home"/lib/*-tests.jar

# ---- what surrounds it ----

install -m 644 "$here/$name/$name.service" "$root/usr/lib/systemd/system/$name.service"
gzip -9n <"$here/$name/$name.1" >"$root/usr/share/man/man1/$name.1.gz"
sed "s/@NAME@/$name/g" "$here/copyright.in" >"$root/usr/share/doc/$name/copyright"
install -m 644 "$here/$name/lintian-overrides" "$root/usr/share/lintian/overrides/$name"
gzip -9n >"$root/usr/share/doc/$name/changelog.gz" <<EOF
$name ($version) unstable; urgency=medium

  * Built from the sources of this version; docs/changes has what is new.

 -- Mirage developers <mirage@mirage.invalid>  $(date -u -R -d "@${SOURCE_DATE_EPOCH:-1767225600}")
EOF
# shellcheck source=/dev/null
. "$here/$name/contents.sh"

# ---- the package's own files ----

for script in postinst prerm postrm; do
    install -m 755 "$here/$name/$script" "$root/DEBIAN/$script"
done
(cd "$root" && find etc -type f -printf '/%p\n' | sort) >"$root/DEBIAN/conffiles"
(cd "$root" && find usr -type f -print0 | sort -z | xargs -0 md5sum) >"$root/DEBIAN/md5sums"

# What the runtime's native code links to, as Debian names it; it finds its own libraries by itself.
mkdir -p "$work/shlibs/debian"
printf 'Source: mirage\n\nPackage: %s\nArchitecture: any\n' "$name" >"$work/shlibs/debian/control"
mapfile -t native < <(find "$home/runtime" -type f \( -name '*.so' -o -path '*/bin/*' \) -exec \
    sh -c 'head -c 4 "$1" | grep -q ELF && echo "$1"' _ {} \;)
libraries=$(cd "$work/shlibs" && dpkg-shlibdeps -O --ignore-missing-info \
    -l"$home/runtime/lib" -l"$home/runtime/lib/server" "${native[@]}" 2>"$work/shlibs/warnings" |
    sed -n 's/^shlibs:Depends=//p')
[ -n "$libraries" ] || { cat "$work/shlibs/warnings" >&2; fail "dpkg-shlibdeps found no library"; }

size=$(du -k -s --apparent-size "$root" | cut -f1)
sed -e "s/@VERSION@/$version/" -e "s/@ARCHITECTURE@/$architecture/" -e "s/@SIZE@/$size/" \
    -e "s/@LIBRARIES@/$libraries/" "$here/$name/control.in" >"$root/DEBIAN/control"

package=$target/${name}_${version}_$architecture.deb
export SOURCE_DATE_EPOCH=${SOURCE_DATE_EPOCH:-1767225600} # the build's outputTimestamp
# Most of it is compressed already: more effort takes minutes and saves little.
dpkg-deb --root-owner-group -Zxz -z1 --build "$root" "$package"
rm -rf "$root" "$work/shlibs"
