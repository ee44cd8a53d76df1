# Read by scripts that apply the layers of environments/kind which are inside of a cluster. They run from the repository's
# root, with KUBECONFIG, and call `layers_begin` first: it makes $work, a folder with a copy of terraform/ and its states.

layers_begin() {
  local settings
  program=${TERRAFORM:-terraform}
  command -v "$program" >/dev/null || die "needs $program"
  if settings=$(terraform/providers/build --where 2>/dev/null); then export TF_CLI_CONFIG_FILE=$settings; fi
  work=$(mktemp -d)
  cp -r terraform "$work/terraform"
  ln -s "$PWD/knative" "$PWD/observability" "$work/"
  environment=$work/terraform/environments/kind
  export TF_IN_AUTOMATION=1 TF_VAR_kubeconfig
  TF_VAR_kubeconfig=$(realpath "$KUBECONFIG")
}

# step WORDS COMMAND…: says how long it took; its output only when it failed
step() {
  local name=$1 start=$EPOCHREALTIME
  shift
  "$@" >"$work/log" 2>&1 || { tail -50 "$work/log" >&2; printf 'failed: %s\n' "$name" >&2; return 1; }
  awk -v name="$name" -v start="$start" -v end="$EPOCHREALTIME" 'BEGIN { printf "%7.1f s  %s\n", end - start, name }'
}

# layer NAME apply|destroy OPTION…
layer() {
  local at=$1 action=$2
  shift 2
  [ "$action" != apply ] || step "$at: init" "$program" -chdir="$environment/$at" init -no-color -input=false
  step "$at: $action" "$program" -chdir="$environment/$at" "$action" -no-color -input=false -auto-approve "$@"
}

unchanged() {
  step "$1: a second plan changes nothing" "$program" -chdir="$environment/$1" plan -no-color -input=false -detailed-exitcode "${@:2}"
}

make_namespace() { kubectl apply -f knative/base/namespace.yaml; }
make_secrets() { npm run -s secrets | kubectl create -f -; }

# PostgreSQL's volume in $folder, a new folder of the cluster's only node; nothing when it is empty.
folder_is_new() {
  if [ -n "$folder" ]; then
    [ ! -e "$folder" ] || die "$folder is there already: it is made, and deleted at the end"
  else
    kubectl get storageclass -o name | grep -q . || die 'the cluster has no storage class: --folder has to name a new folder of its node'
  fi
}
make_volume() { [ -z "$folder" ] || step 'a volume is made' volume; }
destroy_volume() {
  [ -n "$folder" ] || return 0
  step 'the volume is destroyed' kubectl delete persistentvolume dormouse-postgres --ignore-not-found
  rm -rf "$folder"
}
volume() {
  install -d -m 0700 -o 999 -g 999 "$folder"
  kubectl create -f - <<PV
apiVersion: v1
kind: PersistentVolume
metadata: {name: dormouse-postgres}
spec:
  capacity: {storage: 5Gi}
  accessModes: [ReadWriteOnce]
  persistentVolumeReclaimPolicy: Retain
  claimRef: {namespace: dormouse, name: postgres}
  hostPath: {path: "$folder"}
PV
}

# All parts of the blog are ready, and its ingress answers.
tables() { kubectl -n dormouse wait --for=condition=Complete job/migrate --timeout=300s; }
functions_ready() { kubectl -n dormouse wait --for=condition=Ready ksvc,broker,trigger --all --timeout=300s; }
answers() {
  for _ in $(seq 60); do
    ! curl -sf "$INGRESS/blog/api/posts" -o /dev/null || return 0
    sleep 1
  done
  return 1
}
