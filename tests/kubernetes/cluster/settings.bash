# shellcheck shell=bash
# What build, up, down and load share: where things are, and which processes are ours. Sourced by each of them.
# shellcheck disable=SC2034 # used by who sources it
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
version=1.20.2
programs=(kube-apiserver kube-controller-manager kube-scheduler kubelet kube-proxy)
bin=${KUBE_BIN:-${XDG_CACHE_HOME:-$HOME/.cache}/kubernetes-$version/bin}
dir=${KUBE_DIR:-/tmp/kubernetes-dev}
net=${KUBE_NET:-10.240}

host=$net.0.1 master=$net.0.2 services=$net.64.0/18 pods=$net.128.0/17
name=kube${net#*.} # prefix of every netns, link and cgroup: the kernel allows 15 characters
pause=localhost/kubernetes-dev/pause:1

say() { printf '%4ds  %s\n' "$SECONDS" "$*"; }

die() {
  echo "$(basename "$0"): $*" >&2
  exit 1
}

node_ip() { echo "$net.0.$((10 + $1))"; }
node_pods() { echo "$net.$((128 + $1)).0/24"; }
api() { kubectl --kubeconfig "$dir/kubeconfig" --cache-dir "$dir/cache" "$@"; }

# A pid file has "PID START-TICK": the tick tells a process from a later one of the same number. A zombie is dead.
living() { # living FILE: the pid, if that very process lives
  local pid tick
  read -r pid tick 2>/dev/null <"$1" || return 1
  [[ $(awk '$3 != "Z" {print $22}' "/proc/$pid/stat" 2>/dev/null) == "$tick" ]] && echo "$pid"
}

# One `up` or `down` at a time works on the folder.
lock() {
  exec 9<"$dir"
  flock -n 9 || die "another up or down works on $dir"
}

# Debian's packages, where a command is missing: install_missing LOG COMMAND:PACKAGE...
install_missing() {
  local log=$1 pair missing=()
  shift
  for pair; do
    command -v "${pair%:*}" >/dev/null || missing+=("${pair#*:}")
  done
  ((${#missing[@]})) || return 0
  say "apt-get install ${missing[*]}"
  apt-get update -q >"$log" 2>&1 || true
  DEBIAN_FRONTEND=noninteractive apt-get install -qy --no-install-recommends "${missing[@]}" >>"$log" 2>&1 ||
    die "apt-get failed: $(tail -n 1 "$log")"
}
