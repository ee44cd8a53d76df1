output "versions" {
  description = "Version of every operator."
  value       = { for name, each in var.operators : name => each.version }
}

output "steps" {
  description = "How many objects each step has."
  value = {
    types     = length(local.types)
    settings  = length(local.settings)
    workloads = length(local.workloads)
    instances = length(local.instances)
  }
}

output "ready" {
  description = "Known when everything is applied: what has to come after takes it as `after`."
  value       = { for path, each in kubectl_manifest.instances : path => each.uid }

  depends_on = [kubectl_manifest.workloads]
}
