# PostgreSQL and Redis as knative/components has them, with what a trial does without: a volume that outlives the Pod,
# limits that can be set, and a pooler. Every password is in a Secret that somebody else creates.
data "kubectl_file_documents" "postgres" {
  content = file("${path.module}/../../../../knative/components/postgres/postgres.yaml")
}

data "kubectl_file_documents" "redis" {
  content = file("${path.module}/../../../../knative/components/redis/redis.yaml")
}

locals {
  components = {
    postgres = { for each in data.kubectl_file_documents.postgres.documents : yamldecode(each).kind => yamldecode(each) }
    redis    = { for each in data.kubectl_file_documents.redis.documents : yamldecode(each).kind => yamldecode(each) }
  }
  pods = { for name, each in local.components : name => each.Deployment.spec.template.spec }

  containers = {
    for name, pod in local.pods : name => merge(pod.containers[0], {
      image = coalesce(try({ postgres = var.postgres, redis = var.redis }[name].image, null), pod.containers[0].image)
      resources = merge(pod.containers[0].resources, {
        limits = merge(pod.containers[0].resources.limits, {
          memory = try({ postgres = var.postgres, redis = var.redis }[name].memory_limit, null)
        })
      })
    })
  }
  volumes = {
    postgres = [
      for each in local.pods.postgres.volumes : each.name == "data" ?
      jsonencode({ name = "data", persistentVolumeClaim = { claimName = "postgres" } }) : jsonencode(each)
    ]
    redis = [for each in local.pods.redis.volumes : jsonencode(each)]
  }
  deployments = {
    for name, each in local.components : name => merge(each.Deployment, {
      spec = merge(each.Deployment.spec, {
        template = merge(each.Deployment.spec.template, {
          spec = merge(local.pods[name], {
            containers = [local.containers[name]]
            volumes    = [for volume in local.volumes[name] : jsondecode(volume)]
          })
        })
      })
    })
  }

  wanted = { postgres = var.postgres != null, redis = var.redis != null }
  services = merge(
    { for name, each in local.components : name => yamlencode(each.Service) if local.wanted[name] },
    var.pooler == null ? {} : { pooler = local.pooler.service },
  )
  workloads = merge(
    { for name, each in local.deployments : name => yamlencode(each) if local.wanted[name] },
    var.pooler == null ? {} : { pooler = local.pooler.deployment },
  )
}

resource "kubectl_manifest" "volume" {
  count = var.postgres == null ? 0 : 1

  yaml_body = yamlencode({
    apiVersion = "v1"
    kind       = "PersistentVolumeClaim"
    metadata   = { name = "postgres" }
    spec = merge(
      { accessModes = ["ReadWriteOnce"], resources = { requests = { storage = var.postgres.storage } } },
      var.postgres.storage_class == null ? {} : { storageClassName = var.postgres.storage_class },
    )
  })
  override_namespace = var.namespace
  # Destroying this layer keeps the data; `kubectl delete pvc postgres` does not.
  apply_only = true
}

resource "kubectl_manifest" "settings" {
  count = var.pooler == null ? 0 : 1

  yaml_body          = local.pooler.settings
  override_namespace = var.namespace
}

resource "kubectl_manifest" "services" {
  for_each = local.services

  yaml_body          = each.value
  override_namespace = var.namespace
}

resource "kubectl_manifest" "workloads" {
  for_each   = local.workloads
  depends_on = [kubectl_manifest.volume, kubectl_manifest.settings]

  yaml_body          = each.value
  override_namespace = var.namespace
}
