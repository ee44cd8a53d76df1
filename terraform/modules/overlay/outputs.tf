output "stores" {
  description = "Content of `stores/kustomization.yaml` of the overlay."
  value       = local.stores
}

output "host" {
  description = "Content of `host/kustomization.yaml` of the overlay."
  value       = local.host
}
