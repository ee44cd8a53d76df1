# What connects the cluster to the repository: a project that limits what may come from it, and the root Application.
locals {
  namespaces = concat([var.namespace], sort(var.further_namespaces))

  project = {
    apiVersion = "argoproj.io/v1alpha1"
    kind       = "AppProject"
    metadata   = { name = var.name, namespace = var.argo_namespace }
    spec = {
      description = "The blog: one repository, into its own namespaces."
      sourceRepos = [var.repository]
      destinations = concat(
        [for each in local.namespaces : { server = "https://kubernetes.default.svc", namespace = each }],
        # Applications that the root Application brings.
        [{ server = "https://kubernetes.default.svc", namespace = var.argo_namespace }],
      )
      # Of what has no namespace, only the functions' own. No roles for the whole cluster, no types, no webhooks.
      clusterResourceWhitelist = [{ group = "", kind = "Namespace" }]
      syncWindows = [for each in var.windows : {
        kind         = "deny"
        schedule     = each.schedule
        duration     = each.duration
        applications = ["*"]
        manualSync   = true
      }]
    }
  }

  application = {
    apiVersion = "argoproj.io/v1alpha1"
    kind       = "Application"
    # No finalizer: without this Application the blog goes on.
    metadata = { name = var.name, namespace = var.argo_namespace }
    spec = {
      project     = var.name
      source      = { repoURL = var.repository, targetRevision = var.revision, path = var.path }
      destination = { server = "https://kubernetes.default.svc", namespace = var.namespace }
      syncPolicy = merge(
        {
          syncOptions = ["ServerSideApply=true", "PruneLast=true", "RespectIgnoreDifferences=true"]
          retry       = { limit = 5, refresh = true, backoff = { duration = "5s", factor = 2, maxDuration = "3m" } }
        },
        var.automatic ? { automated = { prune = true, selfHeal = true, allowEmpty = false } } : {},
      )
    }
  }
}

resource "kubectl_manifest" "project" {
  yaml_body         = yamlencode(local.project)
  server_side_apply = true
}

resource "kubectl_manifest" "application" {
  depends_on = [kubectl_manifest.project]

  yaml_body         = yamlencode(local.application)
  server_side_apply = true
  # Argo CD writes there what it was last asked to do.
  ignore_fields = ["operation"]
}
