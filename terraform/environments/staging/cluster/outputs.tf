output "context" {
  description = "Context of kubectl, after `gcloud container clusters get-credentials`."
  value       = module.cluster.context
}

output "registry" {
  description = "For `images/kustomization.yaml` of the overlay, and for the release that pushes."
  value       = module.registry.registry
}

output "stores" {
  description = "`terraform output -raw stores > knative/overlays/staging/stores/kustomization.yaml`"
  value       = module.overlay.stores
}

output "host" {
  description = "`terraform output -raw host > knative/overlays/staging/host/kustomization.yaml`"
  value       = module.overlay.host
}

output "postgres" {
  description = "The variable `postgres` of the layer `data`."
  value       = module.data.postgres
}

output "postgres_ca" {
  description = "The variable `postgres_ca` of the layer `data`."
  value       = module.data.postgres_ca
}

output "redis" {
  description = "For the entries `NAME-redis` of the store of Secrets."
  value       = module.data.redis
}

output "objects" {
  description = "Bucket and endpoint of pictures."
  value       = { bucket = module.objects.bucket, endpoint = module.objects.endpoint }
}
