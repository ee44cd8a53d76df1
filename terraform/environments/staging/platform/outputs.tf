output "versions" {
  description = "Version of every operator."
  value       = module.platform.versions
}

output "collector" {
  description = "Where functions push their telemetry to."
  value       = module.observability.collector
}
