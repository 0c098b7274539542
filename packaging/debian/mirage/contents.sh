# shellcheck shell=bash
# What only this package has; read by ../build.sh, with its variables.

install -m 644 "$here/$name/defaults" "$home/defaults"
ln -s ../lib/mirage/mirage "$root/usr/bin/mirage"

mkdir -p "$root/etc/mirage/mirage.conf.d"
"$home/mirage" config sample --set DEFAULT.data_directory=/var/lib/mirage \
    --set DEFAULT.metrics_bind=127.0.0.1:9293 >"$root/etc/mirage/mirage.conf"
chmod 640 "$root/etc/mirage/mirage.conf"

install -m 644 "$checkout"/docs/operating/*.md "$root/usr/share/doc/$name/"
