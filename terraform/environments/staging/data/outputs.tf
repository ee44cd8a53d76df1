output "hosts" {
  description = "Names under which Pods reach what is in the cluster."
  value       = module.data.hosts
}

output "secrets" {
  description = "Secrets that have to exist before, and what is read of them."
  value       = module.data.secrets
}
