provider "kubectl" {
  host             = "https://127.0.0.1:1"
  load_config_file = false
}

run "namespaces_settings_then_programs" {
  command = plan

  assert {
    condition     = keys(kubectl_manifest.namespaces) == ["v1/Namespace/observability"]
    error_message = "The namespace comes first."
  }
  assert {
    condition = length(setsubtract(
      ["collector", "grafana", "loki", "prometheus", "tempo"],
      [for each in local.workloads : replace(yamldecode(each).metadata.name, "otel-", "")]
    )) == 0
    error_message = "A program is missing: ${jsonencode(keys(local.workloads))}."
  }
  assert {
    condition     = length(kubectl_manifest.settings) > 20 && length(local.documents) == output.objects
    error_message = "Everything that the folder renders should be applied."
  }
  assert {
    condition     = output.objects == sum([for each in [local.namespaces, local.settings, local.workloads] : length(each)])
    error_message = "Every object belongs to one step."
  }
  assert {
    condition     = contains([for each in local.settings : yamldecode(each).metadata.name], split(".", split("//", output.collector)[1])[0])
    error_message = "The collector's Service should have the name that functions push to."
  }
}

run "data_that_outlives_its_pod" {
  command = plan
  variables {
    persistent = true
  }

  assert {
    condition = [
      for name, each in kubectl_manifest.settings : each.apply_only if strcontains(name, "/PersistentVolumeClaim/")
    ] == [true, true, true]
    error_message = "There should be three volumes, which stay."
  }
}

run "what_is_added_where_the_cluster_is_ready" {
  command = plan
  variables {
    node_logs = true
    gateway   = true
  }

  assert {
    condition     = length(kubectl_manifest.namespaces) == 2
    error_message = "Agents on nodes have a namespace of their own."
  }
  assert {
    condition     = contains([for each in local.workloads : yamldecode(each).kind], "DaemonSet")
    error_message = "An agent runs on each node."
  }
  assert {
    condition     = contains([for each in local.settings : yamldecode(each).kind], "Telemetry")
    error_message = "The gateway should tell of its requests."
  }
}
