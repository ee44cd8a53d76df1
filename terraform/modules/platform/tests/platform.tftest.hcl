# The real provider reads and splits the files; nothing answers at the address, and a plan of new objects asks for nothing.
provider "kubectl" {
  host             = "https://127.0.0.1:1"
  load_config_file = false
}

variables {
  manifests = "tests/manifests"
  operators = {
    one = {
      version = "1.0.0"
      files   = [{ name = "one.yaml", sha256 = "c99ae19473aa5f7481fb6d68b402498e67006871213a0e3140ae8aef7f21b5ca" }]
    }
    two = {
      version   = "2.0.0"
      namespace = "two"
      files     = [{ name = "two.yaml", sha256 = "23bfc5f16880782bc0fa1902ff8ab5e922a1afc1961d5f8b5c337cb8dbd90163" }]
    }
  }
}

run "each_object_belongs_to_one_step" {
  command = plan

  assert {
    condition     = output.steps == { types = 3, settings = 4, workloads = 2, instances = 1 }
    error_message = "Found ${jsonencode(output.steps)}."
  }
  assert {
    condition = toset(keys(kubectl_manifest.types)) == toset([
      "/api/v1/namespaces/one",
      "/api/v1/namespaces/two",
      "/apis/apiextensions.k8s.io/v1/customresourcedefinitions/things.example.dev",
    ])
    error_message = "Namespaces and types come first, with the namespace that no file brings."
  }
  assert {
    condition     = keys(kubectl_manifest.instances) == ["/apis/example.dev/v1/namespaces/one/things/first"]
    error_message = "An object of a type of its own comes last."
  }
  assert {
    condition     = output.versions == { one = "1.0.0", two = "2.0.0" }
    error_message = "The versions are those of the variable."
  }
}

run "objects_without_a_namespace_get_the_operators" {
  command = plan

  assert {
    condition     = kubectl_manifest.workloads["/apis/apps/v1/statefulsets/two"].override_namespace == "two"
    error_message = "The StatefulSet should be in the namespace two."
  }
  assert {
    condition     = kubectl_manifest.settings["/apis/rbac.authorization.k8s.io/v1/clusterroles/two"].override_namespace == null
    error_message = "A ClusterRole has no namespace."
  }
  assert {
    condition     = kubectl_manifest.workloads["/apis/apps/v1/namespaces/one/deployments/controller"].override_namespace == null
    error_message = "An object keeps the namespace that its file names."
  }
}

run "types_outlive_their_operator" {
  command = plan

  assert {
    condition     = [for path, each in kubectl_manifest.types : each.apply_only] == [false, false, true]
    error_message = "Only the CustomResourceDefinition should stay."
  }
}

run "types_go_where_that_is_wanted" {
  command = plan
  variables {
    keep_types = false
  }

  assert {
    condition     = !anytrue([for each in kubectl_manifest.types : each.apply_only])
    error_message = "Everything should go."
  }
}

run "a_file_that_was_changed" {
  command = plan
  variables {
    operators = {
      one = {
        version = "1.0.0"
        files   = [{ name = "one.yaml", sha256 = "23bfc5f16880782bc0fa1902ff8ab5e922a1afc1961d5f8b5c337cb8dbd90163" }]
      }
    }
  }
  expect_failures = [data.kubectl_file_documents.operator["one"]]
}

run "a_file_whose_sum_nobody_recorded" {
  command = plan
  variables {
    operators = {
      one = {
        version = "1.0.0"
        files   = [{ name = "one.yaml" }]
      }
    }
  }
  expect_failures = [var.operators]
}

run "a_secret_with_content" {
  command = plan
  variables {
    operators = {
      one = {
        version = "1.0.0"
        files   = [{ name = "secret.yaml", sha256 = "252ab4e29e4fd18d38a2fa51d5172eb5cb51a0130f56b879d748f0530b11a4f6" }]
      }
    }
  }
  expect_failures = [kubectl_manifest.settings["/api/v1/namespaces/one/secrets/token"]]
}

run "a_file_outside_of_the_folder" {
  command = plan
  variables {
    operators = {
      one = {
        version = "1.0.0"
        files   = [{ name = "../one.yaml", sha256 = "c99ae19473aa5f7481fb6d68b402498e67006871213a0e3140ae8aef7f21b5ca" }]
      }
    }
  }
  expect_failures = [var.operators]
}

run "a_file_over_plain_http" {
  command = plan
  variables {
    operators = {
      one = {
        version = "1.0.0"
        files   = [{ name = "one.yaml", url = "http://example.org/one.yaml", sha256 = "c99ae19473aa5f7481fb6d68b402498e67006871213a0e3140ae8aef7f21b5ca" }]
      }
    }
  }
  expect_failures = [var.operators]
}

run "an_operator_of_nothing" {
  command = plan
  variables {
    operators = { one = { version = "1.0.0", files = [] } }
  }
  expect_failures = [var.operators]
}
