# Applied to a mock: no cluster is needed to see what the next layer would get.
mock_provider "kubectl" {}

run "what_it_tells" {
  variables {
    repository = "https://git.example.org/blog/dormouse.git"
    revision   = "v1.2.3"
    path       = "knative/overlays/production"
  }

  assert {
    condition     = output.application == "argocd/dormouse"
    error_message = "Found ${output.application}."
  }
  assert {
    condition     = output.source == "https://git.example.org/blog/dormouse.git//knative/overlays/production?ref=v1.2.3"
    error_message = "Found ${output.source}."
  }
}
