output "application" {
  description = "The root Application."
  value       = module.gitops.application
}

output "source" {
  description = "What is applied from where."
  value       = module.gitops.source
}
