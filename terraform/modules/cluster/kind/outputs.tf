output "kubeconfig" {
  description = "File with the cluster's address and credentials."
  value       = terraform_data.cluster.output.kubeconfig
}

output "context" {
  description = "Context of that file."
  value       = "kind-${terraform_data.cluster.output.name}"
}
