#!/bin/sh
# A container engine for the tests. `up` uses the one that answers, or else, as root on Debian, installs and
# starts one, and makes the base image, or pulls it where it cannot be made. `down` ends what `up` started. `registry`
# installs docker-registry where it is missing.
# Says in one line why there is none, and exits with 1.
set -eu

state=/tmp/dcf-test-engine
base=debian:bookworm-slim
docker=/usr/bin/docker
[ -x "$docker" ] || docker=docker

no_engine() {
    echo "no container engine: $1" >&2
    exit 1
}

answers() {
    timeout 10 "$docker" version >/dev/null 2>&1
}

install() { # install COMMAND PACKAGE...: Debian's packages, where a command is missing
    command -v "$1" >/dev/null && return
    command -v apt-get >/dev/null || no_engine "$1 is not installed, and there is no apt-get"
    shift
    apt-get update -qq >/dev/null 2>&1 || true
    DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "$@" >/dev/null 2>&1 \
        || no_engine "$* cannot be installed"
}

start() {
    [ "$(id -u)" = 0 ] || no_engine "none answers, and only root can start one"
    install dockerd docker.io containerd iptables
    docker=/usr/bin/docker
    mkdir -p "$state"
    nohup containerd >"$state/containerd.log" 2>&1 &
    echo $! >"$state/containerd.pid"
    nohup dockerd --containerd=/run/containerd/containerd.sock >"$state/dockerd.log" 2>&1 &
    echo $! >"$state/dockerd.pid"
    for _ in $(seq 60); do
        answers && return
        sleep 1
    done
    no_engine "dockerd does not answer: $(tail -n 1 "$state/dockerd.log")"
}

make_base() {
    "$docker" image inspect "$base" >/dev/null 2>&1 && return
    # Made here where that can be: no registry is asked then.
    if [ "$(id -u)" != 0 ] || ! command -v apt-get >/dev/null; then
        timeout 120 "$docker" pull --quiet "$base" >/dev/null 2>&1 && return
        no_engine "$base cannot be pulled, and only root on Debian can make it"
    fi
    install debootstrap debootstrap
    root=$(mktemp -d)
    debootstrap --variant=minbase bookworm "$root" >"$root.log" 2>&1 \
        || no_engine "debootstrap failed: $(tail -n 1 "$root.log")"
    # What the published slim image leaves out.
    for folder in usr/share/man usr/share/locale usr/share/info var/cache/debconf var/log; do
        rm -rf "${root:?}/$folder"
    done
    find "$root/usr/share/doc" -type f ! -name copyright -delete
    find "$root/usr/share/doc" -type d -empty -delete
    rm -rf "$root"/var/lib/apt/lists/* "$root"/var/cache/apt/archives/*.deb
    mkdir -p "$root/var/log" "$root/var/cache/debconf" "$root/var/lib/apt/lists/partial"
    tar -C "$root" -c . | "$docker" import --change 'CMD ["bash"]' - "$base" >/dev/null
    rm -rf "$root" "$root.log"
}

end() { # end NAME: the process that `start` started, by its id
    [ -f "$state/$1.pid" ] || return 0
    pid=$(cat "$state/$1.pid")
    kill "$pid" 2>/dev/null || true
    for _ in $(seq 30); do
        kill -0 "$pid" 2>/dev/null || break
        sleep 1
    done
    rm -f "$state/$1.pid"
}

case "${1:-}" in
up)
    answers || start
    make_base
    ;;
registry)
    install docker-registry docker-registry
    ;;
down)
    end dockerd
    end containerd
    ;;
*)
    echo "usage: engine.sh up|registry|down" >&2
    exit 2
    ;;
esac
