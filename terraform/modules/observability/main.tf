# The folders of observability/ that an administrator would apply by hand (docs/how-to/observe-a-cluster.md), rendered by
# the provider. Not among them: `cluster/knative`, whose ConfigMaps are Knative's and need a field manager of their own.
locals {
  folders = merge(
    { cluster = var.persistent ? "${path.module}/persistent" : "${path.module}/../../../observability/cluster" },
    var.node_logs ? { node-logs = "${path.module}/../../../observability/cluster/node-logs" } : {},
    var.gateway ? { istio = "${path.module}/../../../observability/cluster/istio" } : {},
  )
}

data "kubectl_kustomize_documents" "folder" {
  for_each = local.folders

  target = each.value
}

locals {
  documents = merge([
    for folder in data.kubectl_kustomize_documents.folder : {
      for each in folder.documents : join("/", compact([
        yamldecode(each).apiVersion, yamldecode(each).kind, try(yamldecode(each).metadata.namespace, null), yamldecode(each).metadata.name
      ])) => each
    }
  ]...)
  namespaces = { for name, body in local.documents : name => body if yamldecode(body).kind == "Namespace" }
  workloads = {
    for name, body in local.documents : name => body
    if contains(["Deployment", "StatefulSet", "DaemonSet", "Job"], yamldecode(body).kind)
  }
  settings = {
    for name, body in local.documents : name => body
    if !contains(keys(local.namespaces), name) && !contains(keys(local.workloads), name)
  }
}

resource "terraform_data" "after" {
  input = var.after
}

resource "kubectl_manifest" "namespaces" {
  for_each   = local.namespaces
  depends_on = [terraform_data.after]

  yaml_body         = each.value
  server_side_apply = true
}

resource "kubectl_manifest" "settings" {
  for_each   = local.settings
  depends_on = [kubectl_manifest.namespaces]

  yaml_body         = each.value
  server_side_apply = true # dashboards are larger than the annotation of a client-side apply may be
  force_conflicts   = true
  # Volumes keep their data when this layer is destroyed.
  apply_only = yamldecode(each.value).kind == "PersistentVolumeClaim"

  lifecycle {
    precondition {
      condition     = yamldecode(each.value).kind != "Secret"
      error_message = "${each.key} would be in the state: create Secrets elsewhere."
    }
  }
}

resource "kubectl_manifest" "workloads" {
  for_each   = local.workloads
  depends_on = [kubectl_manifest.settings]

  yaml_body         = each.value
  server_side_apply = true
  force_conflicts   = true
}
