# shellcheck shell=bash
# Background processes, kept by pid. Sourced, not run.
#
# A process has a name; $PROCESS_PIDS/NAME.pid holds its pid and the tick of its birth, so that a later process which was
# given the same pid is never taken for it. Its output goes to $PROCESS_LOGS/NAME.log. Nothing is ever ended by a pattern.
#
# The caller sets PROCESS_PIDS and PROCESS_LOGS, and defines say and die.

# process_birth PID: when that process started, in ticks since boot; fails when there is none.
process_birth() {
    local fields
    { fields=$(<"/proc/$1/stat"); } 2>/dev/null || return 1
    # The second field is the program's name in brackets, which may hold spaces; the birth is the 22nd.
    read -r -a fields <<<"${fields##*) }"
    echo "${fields[19]}"
}

# process_pid NAME: the pid of the process of this name; fails when it does not run.
process_pid() {
    local pid birth
    { read -r pid birth <"$PROCESS_PIDS/$1.pid"; } 2>/dev/null || return 1
    [ "$(process_birth "$pid")" = "$birth" ] || return 1
    echo "$pid"
}

process_is_up() { process_pid "$1" >/dev/null; }

# process_start NAME COMMAND...: starts it in a session of its own, unless it runs already.
process_start() {
    local name=$1 pid
    shift
    if process_is_up "$name"; then
        say "$name is up already (pid $(process_pid "$name"))"
        return
    fi
    setsid "$@" >>"$PROCESS_LOGS/$name.log" 2>&1 </dev/null &
    pid=$!
    echo "$pid $(process_birth "$pid")" >"$PROCESS_PIDS/$name.pid"
    say "started $name (pid $pid)"
}

# process_start_on PORT NAME COMMAND...: as process_start, but never beside a stranger that holds the port.
process_start_on() {
    local port=$1 name=$2
    process_is_up "$name" || ! port_is_open "$port" || die "port $port, meant for $name, is taken by another process"
    process_start "${@:2}"
}

# process_stop NAME: ends the process and its session's process group, and waits until it is gone.
process_stop() {
    local pid
    if pid=$(process_pid "$1"); then
        # SIGTERM lets each service end its own children; who has not ended after 15 seconds never will.
        signal_group TERM "$pid"
        await_end "$pid" 15 || { signal_group KILL "$pid"; await_end "$pid" 5 || die "$1 (pid $pid) does not end"; }
        say "stopped $1 (pid $pid)"
    fi
    rm -f "$PROCESS_PIDS/$1.pid"
}

signal_group() { kill "-$1" -- "-$2" 2>/dev/null || kill "-$1" "$2" 2>/dev/null || true; }

await_end() { # PID SECONDS
    local i
    for ((i = 0; i < $2 * 5; i++)); do
        [ -d "/proc/$1" ] && ! grep -q '^State:.Z' "/proc/$1/status" 2>/dev/null || return 0
        sleep 0.2
    done
    return 1
}

# await SECONDS NAME COMMAND...: until the command succeeds; dies when the time is over or the process has ended.
await() {
    local seconds=$1 name=$2 until_=$((SECONDS + $1))
    shift 2
    while ! "$@" >/dev/null 2>&1; do
        process_is_up "$name" || { tail -n 15 "$PROCESS_LOGS/$name.log" >&2; die "$name has ended, see above"; }
        [ "$SECONDS" -lt "$until_" ] || die "$name did not come up in $seconds s, see $PROCESS_LOGS/$name.log"
        sleep 0.25
    done
}

port_is_open() { (exec 3<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null; }

# http_answers URL: anything but a server error. OpenStack's version documents are 200 or 300, without a token 401.
http_answers() {
    case $(curl --noproxy '*' -s -o /dev/null -w '%{http_code}' --max-time 5 "$1") in [234]??) ;; *) return 1 ;; esac
}
