# The overlays in the repository hold examples; with the same values the module must say the same.
variables {
  host           = "dormouse.dev"
  feed_authority = "dormouse.dev,2026"
  postgres_cidrs = ["192.0.2.10/32"]
  redis_cidrs    = ["192.0.2.20/32"]
}

run "production_as_it_is_committed" {
  command = plan

  assert {
    condition = jsonencode(yamldecode(output.stores)) == jsonencode(
    yamldecode(file("../../../knative/overlays/production/stores/kustomization.yaml")))
    error_message = "`stores` differs from knative/overlays/production/stores."
  }
  assert {
    condition = jsonencode(yamldecode(output.host)) == jsonencode(
    yamldecode(file("../../../knative/overlays/production/host/kustomization.yaml")))
    error_message = "`host` differs from knative/overlays/production/host."
  }
}

run "staging_as_it_is_committed" {
  command = plan
  variables {
    host           = "staging.dormouse.dev"
    feed_authority = "staging.dormouse.dev,2026"
  }

  assert {
    condition = jsonencode(yamldecode(output.host)) == jsonencode(
    yamldecode(file("../../../knative/overlays/staging/host/kustomization.yaml")))
    error_message = "`host` differs from knative/overlays/staging/host."
  }
}

run "one_entry_for_each_address" {
  command = plan
  variables {
    postgres_cidrs = ["10.20.0.3/32", "10.20.0.4/32"]
  }

  assert {
    condition = [for each in yamldecode(yamldecode(output.stores).patches[0].patch) : each.value.ipBlock.cidr] == [
    "10.20.0.3/32", "10.20.0.4/32"]
    error_message = "Both addresses of PostgreSQL should be let through, and no other."
  }
}

run "a_url_is_no_host" {
  command = plan
  variables {
    host = "https://dormouse.dev"
  }
  expect_failures = [var.host]
}

run "an_authority_without_a_year" {
  command = plan
  variables {
    feed_authority = "dormouse.dev"
  }
  expect_failures = [var.feed_authority]
}

run "an_address_without_a_length" {
  command = plan
  variables {
    postgres_cidrs = ["10.20.0.3"]
  }
  expect_failures = [var.postgres_cidrs]
}

run "no_address" {
  command = plan
  variables {
    redis_cidrs = []
  }
  expect_failures = [var.redis_cidrs]
}

run "every_address" {
  command = plan
  variables {
    redis_cidrs = ["0.0.0.0/0"]
  }
  expect_failures = [var.redis_cidrs]
}
