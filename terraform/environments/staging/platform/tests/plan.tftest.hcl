provider "kubectl" {
  host             = "https://127.0.0.1:1"
  load_config_file = false
}

variables {
  manifests = "../../../modules/platform/tests/manifests"
}

run "operators_and_telemetry" {
  command = plan
  variables {
    operators = "tests/operators.json"
  }

  assert {
    condition     = output.versions == { one = "1.0.0" }
    error_message = "The operators are those of the file."
  }
  assert {
    condition     = output.collector == "http://otel-collector.observability:4318"
    error_message = "Functions push to the collector's Service."
  }
}
