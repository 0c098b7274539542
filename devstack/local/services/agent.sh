# shellcheck shell=bash
# Agents of hosts, from this checkout. The first is nova-compute's image service and makes what Nova asks for; the second
# stands for another host, with a folder of base images of its own, and follows announcements. What crosses from the image
# service to each is logged. Sourced, not run.

AGENTS=2

agents_up() { # IMAGE_SERVICE_URL...
    local number
    "$CHECKOUT/mirage" --version >/dev/null
    for ((number = 1; number <= AGENTS; number++)); do
        pass_through_up "wire-agent-$number" "$(agent_wire_port "$number")" "$@"
        agent_configure "$number"
        agent_start "$number"
    done
    for ((number = 1; number <= AGENTS; number++)); do
        await 60 "agent-$number" http_answers "$(agent_url "$number")/agent/status"
    done
}

agent_start() { # NUMBER
    process_start_on "$(agent_port "$1")" "agent-$1" \
        env MIRAGE_BUILD=never "$CHECKOUT/mirage" agent --config-file "$ETC/agent-$1/agent.conf"
}

agent_port() { echo $((AGENT_PORT + $1 - 1)); } # NUMBER
agent_wire_port() { echo $((AGENT_WIRE_PORT + $1 - 1)); } # NUMBER
agent_url() { echo "http://$HOST:$(agent_port "$1")"; } # NUMBER

# Where a host keeps its guests.
agent_instances() { # NUMBER
    if [ "$1" = 1 ]; then echo "$MIRAGE_LAB/nova/instances"; else echo "$MIRAGE_LAB/agent-$1/instances"; fi
}

agent_configure() { # NUMBER
    mkdir -p "$ETC/agent-$1" "$MIRAGE_LAB/agent-$1/state" "$(agent_instances "$1")/_base"
    agent_conf "$1" >"$ETC/agent-$1/agent.conf"
}

agent_conf() { # NUMBER
    cat <<END
[agent]
listen = $HOST:$(agent_port "$1")
facade = http://$HOST:$(agent_wire_port "$1")
state_dir = $MIRAGE_LAB/agent-$1/state
host = lab-$1
present = raw
poll_interval = 5s

[nova]
instances_path = $(agent_instances "$1")
user = root

[service]
auth_url = $KEYSTONE_URL
username = mirage
password = $PASSWORD
project_name = service
user_domain_name = Default
project_domain_name = Default

[pull]
announced = $([ "$1" = 1 ] && echo false || echo true)
END
}
