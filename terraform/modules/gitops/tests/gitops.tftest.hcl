provider "kubectl" {
  host             = "https://127.0.0.1:1"
  load_config_file = false
}

variables {
  repository = "https://git.example.org/blog/dormouse.git"
  path       = "knative/overlays/production"
}

run "the_overlay_into_its_namespace" {
  command = plan

  assert {
    condition     = yamldecode(kubectl_manifest.application.yaml_body).spec.source.path == "knative/overlays/production"
    error_message = "The Application should apply the overlay."
  }
  assert {
    condition     = yamldecode(kubectl_manifest.application.yaml_body).spec.syncPolicy.automated == { allowEmpty = false, prune = true, selfHeal = true }
    error_message = "Commits and drift should be dealt with automatically."
  }
  assert {
    condition     = yamldecode(kubectl_manifest.project.yaml_body).spec.sourceRepos == [var.repository]
    error_message = "Nothing should come from another repository."
  }
  assert {
    condition     = [for each in yamldecode(kubectl_manifest.project.yaml_body).spec.destinations : each.namespace] == ["dormouse", "argocd"]
    error_message = "Nothing should go to another namespace."
  }
  assert {
    condition     = yamldecode(kubectl_manifest.project.yaml_body).spec.clusterResourceWhitelist == [{ group = "", kind = "Namespace" }]
    error_message = "Nothing without a namespace but namespaces should be made."
  }
}

run "the_gateways_namespace_by_its_name" {
  command = plan
  variables {
    further_namespaces = ["istio-system"]
  }

  assert {
    condition     = contains([for each in yamldecode(kubectl_manifest.project.yaml_body).spec.destinations : each.namespace], "istio-system")
    error_message = "The gateway's namespace should be allowed."
  }
}

run "consent_and_freezes" {
  command = plan
  variables {
    automatic = false
    windows   = [{ schedule = "0 18 * * 5", duration = "62h" }]
  }

  assert {
    condition     = !can(yamldecode(kubectl_manifest.application.yaml_body).spec.syncPolicy.automated)
    error_message = "Nothing should be applied without consent."
  }
  assert {
    condition     = yamldecode(kubectl_manifest.project.yaml_body).spec.syncWindows[0].kind == "deny"
    error_message = "At weekends nothing should be applied automatically."
  }
}

run "a_password_in_the_address" {
  command = plan
  variables {
    repository = "https://user:password@git.example.org/blog.git"
  }
  expect_failures = [var.repository]
}

run "a_path_that_leaves_the_repository" {
  command = plan
  variables {
    path = "../other"
  }
  expect_failures = [var.path]
}

run "every_namespace" {
  command = plan
  variables {
    further_namespaces = ["*"]
  }
  expect_failures = [var.further_namespaces]
}

run "a_window_that_is_none" {
  command = plan
  variables {
    windows = [{ schedule = "weekends", duration = "62h" }]
  }
  expect_failures = [var.windows]
}

run "a_name_that_kubernetes_refuses" {
  command = plan
  variables {
    name = "Dormouse_Production"
  }
  expect_failures = [var.name]
}
