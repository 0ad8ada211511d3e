# shellcheck shell=bash disable=SC2154
# Certificates and kubeconfigs of the cluster; sourced by up.

new_key() { openssl ecparam -name prime256v1 -genkey -noout -out "$1"; }

# certificate NAME SUBJECT [ALTERNATIVE-NAMES]
certificate() {
  local file=$dir/pki/$1
  new_key "$file.key"
  openssl req -new -key "$file.key" -subj "$2" -out "$file.csr"
  openssl x509 -req -in "$file.csr" -CA "$dir/pki/ca.crt" -CAkey "$dir/pki/ca.key" -CAcreateserial -days 3650 \
    -out "$file.crt" -extfile <(printf '%s\n' basicConstraints=CA:FALSE keyUsage=digitalSignature \
      extendedKeyUsage=serverAuth,clientAuth subjectKeyIdentifier=hash authorityKeyIdentifier=keyid \
      ${3:+"subjectAltName=$3"}) 2>/dev/null
}

# kubeconfig FILE USER [GROUP]: a user with a random token
kubeconfig() {
  local token
  token=$(openssl rand -hex 24)
  echo "$token,$2,$2,\"${3:-}\"" >>"$dir/pki/tokens.csv"
  cat >"$1" <<END
apiVersion: v1
kind: Config
clusters:
- name: dev
  cluster: {server: "https://$master:6443", certificate-authority-data: "$(base64 -w0 "$dir/pki/ca.crt")"}
users: [{name: "$2", user: {token: $token}}]
contexts: [{name: dev, context: {cluster: dev, user: "$2"}}]
current-context: dev
END
}

identities() {
  local n names
  [[ ! -f $dir/kubeconfig ]] || return 0
  new_key "$dir/pki/ca.key"
  openssl req -x509 -new -key "$dir/pki/ca.key" -subj /CN=kubernetes-dev -days 3650 -out "$dir/pki/ca.crt" \
    -addext keyUsage=critical,keyCertSign,cRLSign
  names=IP:$master,IP:127.0.0.1,IP:$net.64.1,DNS:kubernetes,DNS:kubernetes.default,DNS:kubernetes.default.svc
  certificate apiserver /CN=kube-apiserver "$names,DNS:kubernetes.default.svc.cluster.local"
  certificate apiserver-kubelet /O=system:masters/CN=kube-apiserver-kubelet
  new_key "$dir/pki/accounts.key"
  openssl ec -in "$dir/pki/accounts.key" -pubout -out "$dir/pki/accounts.pub" 2>/dev/null
  kubeconfig "$dir/pki/controllers" system:kube-controller-manager
  kubeconfig "$dir/pki/scheduler" system:kube-scheduler
  kubeconfig "$dir/pki/proxy" system:kube-proxy
  for n in {1..9}; do
    certificate "node-$n" "/CN=node-$n" "IP:$(node_ip "$n"),DNS:node-$n"
    kubeconfig "$dir/pki/node-$n.kubeconfig" "system:node:node-$n" system:nodes
  done
  kubeconfig "$dir/kubeconfig.new" admin system:masters
  chmod 600 "$dir/kubeconfig.new"
  mv "$dir/kubeconfig.new" "$dir/kubeconfig"
}
