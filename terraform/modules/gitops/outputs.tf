output "application" {
  description = "The root Application, as `argocd app get` takes it."
  value       = "${var.argo_namespace}/${var.name}"
}

output "source" {
  description = "What is applied from where."
  value       = "${var.repository}//${var.path}?ref=${var.revision}"
}
