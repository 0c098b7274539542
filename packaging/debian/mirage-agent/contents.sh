# shellcheck shell=bash
# What only this package has; read by ../build.sh, with its variables.

# The commands that keep libraries of images are not for a compute, and their index is half of the package.
rm "$home"/lib/rocksdbjni-*.jar

install -m 755 "$here/$name/mirage-agent" "$root/usr/bin/mirage-agent"

# The unit runs as the user nova, so there is nobody to give files to; it tells why the state is where it is.
"$home/mirage" agent sample --set agent.state_dir=/var/lib/nova/instances/mirage-agent \
    --set nova.instances_path=/var/lib/nova/instances --set nova.user= \
    >"$root/etc/mirage/agent.conf"
chmod 640 "$root/etc/mirage/agent.conf"

for page in agent agent-configuration deploying; do
    install -m 644 "$checkout/docs/operating/$page.md" "$root/usr/share/doc/$name/"
done
