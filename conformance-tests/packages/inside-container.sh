#!/bin/bash
# The part of check-unit.sh that runs in the container, once that is up.
set -uo pipefail
exec >/root/result 2>&1
unit=mirage
fail() {
    echo "FAILED: $*"
    systemctl --no-pager status $unit
    journalctl --no-pager --unit $unit | tail -n 40
    exit 1
}
main_pid() { systemctl show --property MainPID --value $unit; }
api() { curl --silent --show-error --fail-with-body --header "X-Auth-Token: $(cat /var/lib/mirage/token)" "$@"; }
uri=http://127.0.0.1:9292

dpkg --install /root/mirage.deb || fail "not installed"
[ "$(systemctl is-active mirage)" = active ] || fail "not active after the installation"
curl --silent --fail $uri/healthcheck || fail "active and not serving"
echo " and $(systemctl show --property StatusText --value mirage)"
[ "$(systemctl is-enabled mirage)" = enabled ] || fail "not enabled"
[ "$(stat -c %U "/proc/$(main_pid)")" = mirage ] || fail "runs as another user"
systemd-analyze security --no-pager mirage | tail -n 1

id=$(api --header 'Content-Type: application/json' --data \
    '{"disk_format": "raw", "container_format": "bare"}' $uri/v2/images | sed 's/.*"id":"\([^"]*\)".*/\1/')
head -c 5000000 /dev/urandom >/root/image
api --header 'Content-Type: application/octet-stream' --upload-file /root/image "$uri/v2/images/$id/file" ||
    fail "no upload within the unit's restrictions"
api --output /root/back "$uri/v2/images/$id/file" && cmp /root/image /root/back || fail "other bytes came back"

before=$(main_pid)
systemctl reload mirage || fail "no reload"
for _ in $(seq 50); do
    journalctl --unit mirage | grep -q 'levels of logs taken in' && break
    sleep 0.2
done
journalctl --unit mirage | grep -q 'levels of logs taken in' || fail "the reload did nothing"
[ "$(main_pid)" = "$before" ] || fail "the reload restarted it"

kill -KILL "$before"
for _ in $(seq 300); do
    [ "$(main_pid)" != "$before" ] && [ "$(systemctl is-active mirage)" = active ] && break
    sleep 0.2
done
[ "$(systemctl is-active mirage)" = active ] || fail "did not come back after a kill"
api --output /root/back "$uri/v2/images/$id/file" && cmp /root/image /root/back || fail "lost after a kill"

kill -STOP "$(main_pid)"
frozen=$(main_pid)
for _ in $(seq 900); do
    [ "$(main_pid)" != "$frozen" ] && [ "$(systemctl is-active mirage)" = active ] && break
    sleep 0.2
done
[ "$(main_pid)" != "$frozen" ] || fail "the watchdog did not bite"
echo "watchdog: $(systemctl show --property NRestarts --value mirage) restarts"

systemctl stop mirage || fail "no stop"
[ "$(systemctl show --property Result --value mirage)" = success ] || fail "stopped badly"
[ "$(systemctl show --property ExecMainStatus --value mirage)" = 0 ] || fail "exit status"
printf '[DEFAULT]\nbind_prot = 1\n' >/etc/mirage/mirage.conf.d/wrong.conf
systemctl start mirage && fail "started with wrong settings"
journalctl --unit mirage | grep 'did you mean bind_port' || fail "says not why"
rm /etc/mirage/mirage.conf.d/wrong.conf
# ---- the agent, beside the service ----

systemctl start mirage || fail "the service does not start again"
unit=mirage-agent
agent=http://127.0.0.1:9291
bases=/var/lib/nova/instances/_base
state=/var/lib/nova/instances/mirage-agent
base() { echo "$bases/$(printf %s "$1" | sha1sum | cut -d' ' -f1)"; } # IMAGE
await_agent() {
    for _ in $(seq 150); do
        curl --silent --fail --output /dev/null $agent/agent/status && return
        sleep 0.2
    done
    fail "the agent does not serve"
}
upload() { # NAME
    id=$(api --header 'Content-Type: application/json' --data \
        "{\"name\": \"$1\", \"disk_format\": \"raw\", \"container_format\": \"bare\"}" $uri/v2/images |
        sed 's/.*"id":"\([^"]*\)".*/\1/')
    api --header 'Content-Type: application/octet-stream' --upload-file "/root/$1" "$uri/v2/images/$id/file" ||
        fail "no upload"
}

# A host without Nova.
dpkg --install /root/mirage-agent.deb 2>&1 | tee /root/installed
grep -q 'not started, there is no user nova' /root/installed || fail "says not why it does not start"
[ "$(systemctl is-enabled $unit)" = enabled ] || fail "not enabled"
! systemctl start $unit || fail "started without a user"
sleep 7
[ "$(systemctl show --property NRestarts --value $unit)" = 0 ] || fail "tries again and again without a user"
sed -i 's/^instances_path/#&/; s/^state_dir/#&/; s/^#reserve =.*/reserve = 1 MB/' /etc/mirage/agent.conf
mkdir -p /etc/systemd/system/$unit.service.d
printf '[Service]\nUser=mirage-agent\nGroup=mirage-agent\nStateDirectory=mirage-agent\n' >/etc/systemd/system/$unit.service.d/override.conf
systemctl daemon-reload
systemctl restart $unit || fail "does not start as a user of its own"
await_agent
[ "$(stat -c %U /var/lib/mirage-agent)" = mirage-agent ] || fail "the state is another user's"
rm -r /etc/systemd/system/$unit.service.d
sed -i 's/^#\(instances_path =\|state_dir =\)/\1/' /etc/mirage/agent.conf

# A compute.
groupadd --gid 64060 nova
useradd --uid 64060 --gid nova --home-dir /var/lib/nova nova
install -d -o nova -g nova /var/lib/nova /var/lib/nova/instances
install -d -o nova -g nova -m 700 /var/lib/nova/.ssh
install -d -o nova -g nova -m 750 /etc/nova
install -m 640 -g nova /dev/null /etc/nova/nova.conf
install -m 640 -g mirage-agent /var/lib/mirage/token /etc/mirage/agent-token
sed -i 's|^#token_file =.*|token_file = /etc/mirage/agent-token|' /etc/mirage/agent.conf
systemctl daemon-reload
systemctl restart $unit || fail "does not start"
await_agent
[ "$(stat -c %U:%G "/proc/$(main_pid)")" = nova:nova ] || fail "runs as another user"
systemd-analyze verify --man=no /usr/lib/systemd/system/$unit.service || fail "systemd does not like the unit"
systemd-analyze security --no-pager $unit | tail -n 1
in_unit() { nsenter --target "$(main_pid)" --mount -- setpriv --reuid=nova --regid=nova --clear-groups "$@"; }
! in_unit cat /etc/nova/nova.conf || fail "may read Nova's passwords"
! in_unit ls /var/lib/nova/.ssh || fail "may read Nova's keys"

upload parent && parent=$id
upload child && child=$id
mirage-agent pull parent || fail "not pulled"
cmp /root/parent "$(base "$parent")" || fail "no base, or another one"
[ "$(stat -c %U:%G:%a "$(base "$parent")")" = nova:nova:644 ] || fail "the base is not Nova's"
curl --silent --show-error --fail --header "X-Auth-Token: $(cat /etc/mirage/agent-token)" --output /root/back \
    "$agent/v2/images/$child/file" && cmp /root/child /root/back || fail "other bytes came from the agent"
made=$(stat -c %i "$state/built/$child.disk")
mirage-agent pull "$child" || fail "not pulled"
cmp /root/child "$(base "$child")" || fail "no base, or another one"
[ "$(stat -c %i "$(base "$child")")" = "$made" ] || fail "the base is a copy: mounts of the unit keep hard links out"
mirage-agent status
curl --silent $agent/metrics | grep '^mirage_agent_builds_total{outcome="made"} 1.0' || fail "not made of its parent"

before=$(main_pid)
kill -KILL "$before"
for _ in $(seq 150); do
    [ "$(main_pid)" != "$before" ] && [ "$(systemctl is-active $unit)" = active ] && break
    sleep 0.2
done
[ "$(main_pid)" != "$before" ] || fail "did not come back after a kill"
await_agent
mirage-agent status | grep -q "^$child .*nova .*known" || fail "forgot what there is"
systemctl stop $unit || fail "no stop"
[ "$(systemctl show --property Result --value $unit)" = success ] || fail "stopped badly"

dpkg --remove mirage-agent || fail "not removed"
[ -e /etc/mirage/agent.conf ] && [ -e $state/inventory.json ] || fail "removing took too much"
rm /etc/mirage/agent-token
dpkg --purge mirage-agent || fail "not purged"
[ ! -e /etc/systemd/system/multi-user.target.wants/$unit.service ] || fail "still enabled"
[ ! -e /etc/mirage/agent.conf ] && [ ! -e $state ] && [ ! -e /var/lib/mirage-agent ] || fail "something is left"
cmp /root/child "$(base "$child")" || fail "purging took Nova's base"
unit=mirage
[ "$(systemctl is-active mirage)" = active ] || fail "purging the agent hurt the service"

dpkg --purge mirage || fail "not purged"
[ ! -e /etc/systemd/system/multi-user.target.wants/mirage.service ] || fail "still enabled"
[ ! -e /etc/mirage ] || fail "settings left"
echo GOOD
