# shellcheck shell=bash disable=SC2154
# What a node is made of: network, cgroups, files; sourced by up.

proxy_config() { # proxy_config NAME ADDRESS FILE
  cat >"$3" <<END
apiVersion: kubeproxy.config.k8s.io/v1alpha1
kind: KubeProxyConfiguration
mode: iptables
bindAddress: $2
clusterCIDR: $pods
clientConnection: {kubeconfig: $dir/pki/proxy}
hostnameOverride: $1
oomScoreAdj: 0
iptables: {masqueradeAll: $([[ -d /proc/sys/net/bridge ]] && echo false || echo true)}
conntrack: {maxPerCore: 0, min: 0, tcpEstablishedTimeout: 0s, tcpCloseWaitTimeout: 0s}
END
}

# The image of a pod's first process, as `docker save` would write it: one layer with one file.
pause_image() {
  local folder=$dir/pause digest
  [[ ! -f $dir/pause.tar ]] || return 0
  mkdir -p "$folder/root"
  install -m 755 "$(command -v busybox)" "$folder/root/busybox"
  tar -C "$folder/root" --owner=0 --group=0 -cf "$folder/layer.tar" .
  digest=$(sha256sum "$folder/layer.tar" | cut -d' ' -f1)
  cat >"$folder/config.json" <<END
{"architecture": "$(dpkg --print-architecture)", "os": "linux",
 "config": {"Cmd": ["/busybox", "sleep", "2147483647"]},
 "rootfs": {"type": "layers", "diff_ids": ["sha256:$digest"]}}
END
  echo '[{"Config": "config.json", "RepoTags": ["'"$pause"'"], "Layers": ["layer.tar"]}]' >"$folder/manifest.json"
  tar -C "$folder" -cf "$dir/pause.tar" config.json layer.tar manifest.json
}

node_network() {
  local n=$1 ns=$name-$1 ip m
  ip=$(node_ip "$n")
  undo netns "$ns"
  ip netns del "$ns" 2>/dev/null || true
  ip -n "$name-0" link del "node-$n" 2>/dev/null || true
  ip netns add "$ns"
  ip -n "$name-0" link add "node-$n" type veth peer name eth0 netns "$ns"
  ip -n "$name-0" link set "node-$n" master nodes up
  ip -n "$ns" link set lo up
  ip -n "$ns" addr add "$ip/24" dev eth0
  ip -n "$ns" link set eth0 up
  ip -n "$ns" route add "$services" dev eth0
  nsenter --net="/run/netns/$ns" sh -c 'echo 1 >/proc/sys/net/ipv4/ip_forward'
  for m in {1..9}; do
    [[ $m == "$n" ]] || ip -n "$ns" route add "$(node_pods "$m")" via "$(node_ip "$m")"
  done
  ip -n "$name-0" route replace "$(node_pods "$n")" via "$ip"
  ip route replace "$(node_pods "$n")" via "$ip"
}

node_cgroups() {
  local group=/$name-$1 tree file
  undo cgroup "$group"
  for tree in /sys/fs/cgroup/*/; do
    [[ -f $tree/cgroup.procs ]] || continue
    mkdir -p "$tree$group"
    for file in cpuset.cpus cpuset.mems; do
      [[ ! -f $tree/$file || $tree == */unified/ ]] || cat "$tree/$file" >"$tree$group/$file"
    done
  done
}

node_files() {
  local n=$1 own=$dir/node-$1 each
  mkdir -p "$own"/{lib,log,cni,sysctl}
  cat >"$own/containerd.toml" <<END
version = 2
[grpc]
address = "$own/containerd.sock"
[plugins."io.containerd.grpc.v1.cri"]
sandbox_image = "$pause"
restrict_oom_score_adj = true # root without CAP_SYS_RESOURCE cannot lower the score
[plugins."io.containerd.grpc.v1.cri".cni]
bin_dir = "/usr/lib/cni"
conf_dir = "$own/cni"
END
  cat >"$own/cni/10-dev.conflist" <<END
{"cniVersion": "0.4.0", "name": "dev", "plugins": [
  {"type": "bridge", "bridge": "cni0", "isGateway": true, "hairpinMode": true,
   "ipam": {"type": "host-local", "ranges": [[{"subnet": "$(node_pods "$n")"}]], "routes": [{"dst": "0.0.0.0/0"}]}},
  {"type": "portmap", "capabilities": {"portMappings": true}}]}
END
  cat >"$own/kubelet.yaml" <<END
apiVersion: kubelet.config.k8s.io/v1beta1
kind: KubeletConfiguration
authentication: {anonymous: {enabled: false}, webhook: {enabled: false}, x509: {clientCAFile: $dir/pki/ca.crt}}
authorization: {mode: AlwaysAllow}
tlsCertFile: $dir/pki/node-$n.crt
tlsPrivateKeyFile: $dir/pki/node-$n.key
cgroupDriver: cgroupfs
cgroupRoot: /$name-$n
clusterDNS: [$master]
clusterDomain: cluster.local
resolvConf: /dev/null
nodeStatusUpdateFrequency: 2s
evictionHard: {memory.available: 50Mi}
imageGCHighThresholdPercent: 100
healthzBindAddress: 127.0.0.1
oomScoreAdj: 0
failSwapOn: false
END
  proxy_config "node-$n" "$(node_ip "$n")" "$own/proxy.yaml"
  # A kubelet sets these for the whole machine: in the node's view of /proc they are files of its own.
  for each in vm/overcommit_memory=1 vm/panic_on_oom=0 kernel/panic=10 kernel/panic_on_oops=1 \
    kernel/keys/root_maxkeys=1000000 kernel/keys/root_maxbytes=25000000; do
    mkdir -p "$own/sysctl/$(dirname "${each%=*}")"
    echo "${each#*=}" >"$own/sysctl/${each%=*}"
  done
}
