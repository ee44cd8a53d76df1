# Plans only: applying would start kind. tests/terraform applies it to a program of that name that writes down its calls.
variables {
  kubeconfig = "kubeconfig"
}

run "one_node_by_default" {
  command = plan

  assert {
    condition     = length(local.nodes) == 1 && local.nodes[0].role == "control-plane"
    error_message = "There should be one node, the control plane."
  }
  assert {
    condition     = yamldecode(local.configuration).nodes[0].image == "kindest/node:v1.34.0"
    error_message = "Every node should have the pinned image."
  }
}

run "workers_join_the_control_plane" {
  command = plan
  variables {
    workers = 2
  }

  assert {
    condition     = [for node in yamldecode(local.configuration).nodes : node.role] == ["control-plane", "worker", "worker"]
    error_message = "Two workers should join."
  }
}

run "names_that_kind_refuses" {
  command = plan
  variables {
    name = "Dormouse_"
  }
  expect_failures = [var.name]
}

run "half_a_worker" {
  command = plan
  variables {
    workers = 1.5
  }
  expect_failures = [var.workers]
}

run "an_image_that_changes" {
  command = plan
  variables {
    node_image = "kindest/node:latest"
  }
  expect_failures = [var.node_image]
}

run "no_place_for_credentials" {
  command = plan
  variables {
    kubeconfig = ""
  }
  expect_failures = [var.kubeconfig]
}
