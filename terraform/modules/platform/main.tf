# Operators from the files that their projects publish, in four steps:
#   types       namespaces and CustomResourceDefinitions
#   settings    accounts, roles, ConfigMaps, Services, webhooks
#   workloads   Deployments, which are waited for; Jobs, StatefulSets and the like
#   instances   objects of the types, which their operator's webhook has to accept first
# The files are read here and not in a module of their own: `depends_on` would delay reading until everything before was
# applied, and the keys of `for_each` would not be known.
data "kubectl_file_documents" "operator" {
  for_each = var.operators

  content = join("\n---\n", [for each in each.value.files : file("${var.manifests}/${each.name}")])

  lifecycle {
    precondition {
      condition = alltrue([
        for each in each.value.files : filesha256("${var.manifests}/${each.name}") == each.sha256
      ])
      error_message = "A file of ${each.key} ${each.value.version} is not the one whose SHA-256 was recorded."
    }
  }
}

locals {
  built_in = [
    "/api/v1/", "/apis/admissionregistration.k8s.io/", "/apis/apiregistration.k8s.io/", "/apis/coordination.k8s.io/",
    "/apis/networking.k8s.io/", "/apis/node.k8s.io/", "/apis/rbac.authorization.k8s.io/", "/apis/scheduling.k8s.io/",
    "/apis/storage.k8s.io/",
  ]
  run_something = ["/apis/apps/", "/apis/autoscaling/", "/apis/batch/", "/apis/policy/"]
  no_namespace = [
    "/apis/admissionregistration.k8s.io/", "/apis/apiextensions.k8s.io/", "/apis/apiregistration.k8s.io/",
    "/apis/scheduling.k8s.io/", "/apis/storage.k8s.io/",
  ]

  # Namespaces that an operator needs and its files do not bring.
  namespaces = {
    for namespace in toset(compact([for each in values(var.operators) : each.namespace])) :
    "/api/v1/namespaces/${namespace}" => yamlencode({
      apiVersion = "v1"
      kind       = "Namespace"
      metadata   = { name = namespace }
    })
  }

  # By path in the API. What two operators bring, such as a namespace that both need, is of the last one by name.
  manifests = merge(local.namespaces, [for each in data.kubectl_file_documents.operator : each.manifests]...)

  step = {
    for path in keys(local.manifests) : path => (
      startswith(path, "/apis/apiextensions.k8s.io/") || can(regex("^/api/v1/namespaces/[^/]+$", path)) ? "types" :
      anytrue([for each in local.run_something : startswith(path, each)]) ? "workloads" :
      anytrue([for each in local.built_in : startswith(path, each)]) ? "settings" : "instances"
    )
  }
  types     = { for path, body in local.manifests : path => body if local.step[path] == "types" }
  settings  = { for path, body in local.manifests : path => body if local.step[path] == "settings" }
  workloads = { for path, body in local.manifests : path => body if local.step[path] == "workloads" }
  instances = { for path, body in local.manifests : path => body if local.step[path] == "instances" }

  # Files that name no namespace are meant for `kubectl apply -n`.
  default_namespace = merge([
    for name, operator in var.operators : {
      for path in keys(data.kubectl_file_documents.operator[name].manifests) : path => operator.namespace
      if operator.namespace != null && !strcontains(path, "/namespaces/") && !strcontains(path, "/clusterrole") &&
      !anytrue([for each in local.no_namespace : startswith(path, each)])
    }
  ]...)
}

resource "kubectl_manifest" "types" {
  for_each = local.types

  yaml_body         = each.value
  server_side_apply = true # a CRD can be larger than the annotation of a client-side apply may be
  force_conflicts   = true
  apply_only        = var.keep_types && startswith(each.key, "/apis/apiextensions.k8s.io/")
  # Filled in by the operators themselves.
  ignore_fields = ["spec.conversion"]
}

resource "kubectl_manifest" "settings" {
  for_each   = local.settings
  depends_on = [kubectl_manifest.types]

  yaml_body          = each.value
  override_namespace = try(local.default_namespace[each.key], null)
  server_side_apply  = true
  force_conflicts    = true
  # Operators write rules and certificates into their webhooks, and their state into ConfigMaps of their own.
  ignore_fields = ["webhooks", "caBundle"]

  lifecycle {
    precondition {
      condition = !strcontains(each.key, "/secrets/") || (
        try(length(yamldecode(each.value).data), 0) + try(length(yamldecode(each.value).stringData), 0) == 0
      )
      error_message = "${each.key} has content, which would be in the state: create this Secret elsewhere."
    }
  }
}

resource "kubectl_manifest" "workloads" {
  for_each   = local.workloads
  depends_on = [kubectl_manifest.settings]

  yaml_body          = each.value
  override_namespace = try(local.default_namespace[each.key], null)
  server_side_apply  = true
  force_conflicts    = true
}

resource "kubectl_manifest" "instances" {
  for_each   = local.instances
  depends_on = [kubectl_manifest.workloads]

  yaml_body          = each.value
  override_namespace = try(local.default_namespace[each.key], null)
  server_side_apply  = true
  force_conflicts    = true
}
