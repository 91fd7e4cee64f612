# Sourced by `run`, by every part and by the service scripts. Needs bash 4.4.
set -euo pipefail

integration=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
repository=$(cd "$integration/../.." && pwd)

# What is fetched once and kept: services, Python environments.
integration_home=${MESH_INTEGRATION_HOME:-$HOME/.cache/meshwork-integration}
mkdir -p "$integration_home"

say() { printf '%s\n' "$*" >&2; }

die() {
    say "error: $*"
    exit 1
}

# on_exit COMMAND [ARG...]: runs the command when the script ends, however it ends; the last one registered runs first.
_at_exit=()
on_exit() {
    local quoted
    printf -v quoted '%q ' "$@"
    _at_exit=("$quoted" "${_at_exit[@]}")
    trap '_run_at_exit' EXIT
    trap 'exit 130' INT
    trap 'exit 143' TERM
}

_run_at_exit() {
    local status=$? command
    trap - EXIT
    for command in "${_at_exit[@]}"; do
        eval "$command" || say "warning: at exit: $command failed"
    done
    exit "$status"
}

# need COMMAND PACKAGE: makes sure the command is there; root installs the Debian package that has it.
need() {
    command -v "$1" >/dev/null && return
    command -v apt-get >/dev/null || die "$1 is needed: install it (Debian: $2)"
    [[ $EUID -eq 0 ]] || die "$1 is needed: sudo apt-get install $2"
    say "installing $2 for $1"
    apt-get update -qq >&2
    DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "$2" >&2
    command -v "$1" >/dev/null || die "$2 has no $1"
}

# Prints a TCP port on loopback that was free a moment ago.
free_port() {
    need python3 python3
    python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])'
}

# wait_for_port PORT SECONDS PID: returns once 127.0.0.1:PORT accepts; fails when PID ends or the time is up.
wait_for_port() {
    local deadline=$((SECONDS + $2))
    until (exec 3<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null; do
        kill -0 "$3" 2>/dev/null || { say "process $3 ended before it opened port $1"; return 1; }
        ((SECONDS < deadline)) || { say "port $1 was not open within $2 s"; return 1; }
        sleep 0.2
    done
}

# node_with FOLDER: prints a copy of that folder of this one that has the packages of its package-lock.json beside it.
node_with() {
    local key environment
    need node nodejs
    need npm npm
    key=$({ node --version; cat "$integration/$1"/*; } | sha256sum | cut -c1-12)
    environment=$integration_home/node-$key
    if [[ ! -e $environment/complete ]]; then
        rm -rf "$environment"
        cp -r "$integration/$1" "$environment"
        (cd "$environment" && npm ci --ignore-scripts --no-audit --no-fund --loglevel=error >&2) || die "npm cannot fetch the packages of $1"
        touch "$environment/complete"
    fi
    printf '%s\n' "$environment"
}

# python_with PACKAGE...: prints the python of an environment that has exactly these packages, in the versions that
# requirements.txt pins, or the file that `pins` names; a package it does not pin is refused.
python_with() {
    local package key environment pinned=$integration/${pins:-requirements.txt}
    need python3 python3
    for package in "$@"; do
        grep -qiE "^${package%%\[*}(\[.*\])?==" "$pinned" || die "${pinned##*/} does not pin $package"
    done
    key=$({ python3 --version; printf '%s\n' "$@"; cat "$pinned"; } | sha256sum | cut -c1-12)
    environment=$integration_home/python-$key
    if [[ ! -e $environment/complete ]]; then
        rm -rf "$environment"
        python3 -m venv "$environment" >&2 || die "python3 cannot make environments (Debian: python3-venv)"
        "$environment/bin/pip" install --quiet --disable-pip-version-check \
            --constraint "$pinned" "$@" >&2
        touch "$environment/complete"
    fi
    printf '%s\n' "$environment/bin/python"
}
