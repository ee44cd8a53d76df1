provider "kubectl" {
  host             = "https://127.0.0.1:1"
  load_config_file = false
}

variables {
  repository = "https://git.example.org/you/dormouse.git"
}

run "the_applications_of_this_environment" {
  command = plan

  assert {
    condition     = output.source == "https://git.example.org/you/dormouse.git//knative/gitops/production?ref=main"
    error_message = "Found ${output.source}."
  }
  assert {
    condition     = fileexists("../../../../${split("?", split("//", output.source)[2])[0]}/kustomization.yaml")
    error_message = "There are no such Applications."
  }
}
