output "kubeconfig" {
  description = "For the next layers: `export KUBECONFIG=$(terraform output -raw kubeconfig)`."
  value       = module.cluster.kubeconfig
}

output "context" {
  description = "Context of that file."
  value       = module.cluster.context
}
