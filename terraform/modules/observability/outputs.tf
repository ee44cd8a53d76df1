output "collector" {
  description = "Where functions push to, with the component `observability` in their overlay."
  value       = "http://otel-collector.observability:4318"
}

output "objects" {
  description = "How many objects are applied."
  value       = length(local.documents)
}
