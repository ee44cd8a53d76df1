provider "kubectl" {
  host             = "https://127.0.0.1:1"
  load_config_file = false
}

variables {
  postgres     = "10.20.0.3"
  postgres_ca  = "-----BEGIN CERTIFICATE-----\n"
  pooler_image = "example.org/pgbouncer@sha256:0000000000000000000000000000000000000000000000000000000000000000"
}

run "a_pooler_and_nothing_else" {
  command = plan

  assert {
    condition     = output.secrets == tomap({ pooler-users = "userlist.txt" })
    error_message = "Found ${jsonencode(output.secrets)}."
  }
}

run "a_pooler_without_a_digest" {
  command = plan
  variables {
    pooler_image = "example.org/pgbouncer:1.25.1"
  }
  expect_failures = [var.pooler_image]
}
