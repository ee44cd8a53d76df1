provider "kubectl" {
  host             = "https://127.0.0.1:1"
  load_config_file = false
}

run "the_components_with_a_volume_that_stays" {
  command = plan

  assert {
    condition = one([
      for each in yamldecode(kubectl_manifest.workloads["postgres"].yaml_body).spec.template.spec.volumes : each
      if each.name == "data"
    ]).persistentVolumeClaim.claimName == "postgres"
    error_message = "The data should be in the volume, not in an emptyDir."
  }
  assert {
    condition     = length(yamldecode(kubectl_manifest.workloads["postgres"].yaml_body).spec.template.spec.volumes) == 3
    error_message = "The other volumes of the component should stay."
  }
  assert {
    condition     = kubectl_manifest.volume[0].apply_only
    error_message = "Destroying the layer should keep the data."
  }
  assert {
    condition = yamldecode(kubectl_manifest.workloads["postgres"].yaml_body).spec.template.spec.containers[0].image == yamldecode(
    split("---\n", file("../../../../knative/components/postgres/postgres.yaml"))[1]).spec.template.spec.containers[0].image
    error_message = "The image should be the component's."
  }
  assert {
    condition     = keys(kubectl_manifest.services) == ["postgres", "redis"]
    error_message = "There should be no pooler."
  }
  assert {
    condition     = output.secrets == tomap({ postgres = "POSTGRES_PASSWORD", redis-users = "redis.conf, users.acl" })
    error_message = "The Secrets of both stores are needed."
  }
}

run "no_password_is_in_what_is_applied" {
  command = plan
  variables {
    pooler = { image = "example.org/pgbouncer:1.25.1" }
  }

  assert {
    condition = !anytrue(concat(
      [for each in kubectl_manifest.workloads : yamldecode(each.yaml_body).kind == "Secret"],
      [for each in kubectl_manifest.services : yamldecode(each.yaml_body).kind == "Secret"],
      [for each in kubectl_manifest.workloads : strcontains(nonsensitive(each.yaml_body), "PASSWORD=")],
    ))
    error_message = "Secrets are created elsewhere, so that none is in the state."
  }
}

run "sizes_and_images" {
  command = plan
  variables {
    postgres = { image = "dev.local/dormouse/postgres:dev", storage = "200Gi", storage_class = "ssd", memory_limit = "8Gi" }
    redis    = { image = "dev.local/dormouse/redis:dev", memory_limit = "1Gi" }
  }

  assert {
    condition     = yamldecode(kubectl_manifest.volume[0].yaml_body).spec.resources.requests.storage == "200Gi"
    error_message = "The volume should have the size that was asked for."
  }
  assert {
    condition     = yamldecode(kubectl_manifest.volume[0].yaml_body).spec.storageClassName == "ssd"
    error_message = "The volume should be of the class that was asked for."
  }
  assert {
    condition = [
      for name in ["postgres", "redis"] :
      yamldecode(kubectl_manifest.workloads[name].yaml_body).spec.template.spec.containers[0].resources.limits.memory
    ] == ["8Gi", "1Gi"]
    error_message = "Limits should be those that were asked for."
  }
  assert {
    condition = [
      for name in ["postgres", "redis"] :
      yamldecode(kubectl_manifest.workloads[name].yaml_body).spec.template.spec.containers[0].image
    ] == ["dev.local/dormouse/postgres:dev", "dev.local/dormouse/redis:dev"]
    error_message = "Images should be those that were asked for."
  }
}

run "a_pooler_before_a_managed_server" {
  command = plan
  variables {
    postgres = null
    redis    = null
    pooler   = { image = "example.org/pgbouncer:1.25.1", server = "10.20.0.3", server_tls = "verify-ca", connections = 40, server_ca = "-----BEGIN CERTIFICATE-----\n" }
  }

  assert {
    condition     = keys(kubectl_manifest.workloads) == ["pooler"] && length(kubectl_manifest.volume) == 0
    error_message = "There should be the pooler and nothing else."
  }
  assert {
    condition = alltrue([
      for line in [
        "dormouse = host=10.20.0.3 port=5432 dbname=dormouse", "pool_mode = transaction", "default_pool_size = 40",
        "server_tls_sslmode = verify-ca", "server_tls_ca_file = /etc/pgbouncer/server-ca.pem", "auth_file = /etc/pgbouncer-users/userlist.txt",
      ] : contains(split("\n", yamldecode(kubectl_manifest.settings[0].yaml_body).data["pgbouncer.ini"]), line)
    ])
    error_message = "The settings should have the server, its TLS, and the number of connections."
  }
  assert {
    condition     = output.hosts == { pooler = "pooler.dormouse.svc.cluster.local" }
    error_message = "Pods reach the pooler by its name."
  }
}

run "a_pooler_of_any_version" {
  command = plan
  variables {
    pooler = { image = "example.org/pgbouncer:latest" }
  }
  expect_failures = [var.pooler]
}

run "fewer_clients_than_connections" {
  command = plan
  variables {
    pooler = { image = "example.org/pgbouncer:1.25.1", connections = 50, clients = 10 }
  }
  expect_failures = [var.pooler]
}

run "tls_of_no_known_mode" {
  command = plan
  variables {
    pooler = { image = "example.org/pgbouncer:1.25.1", server_tls = "yes" }
  }
  expect_failures = [var.pooler]
}

run "a_server_verified_by_nothing" {
  command = plan
  variables {
    pooler = { image = "example.org/pgbouncer:1.25.1", server_tls = "verify-full" }
  }
  expect_failures = [var.pooler]
}

run "storage_without_a_unit" {
  command = plan
  variables {
    postgres = { storage = "10" }
  }
  expect_failures = [var.postgres]
}

run "memory_without_a_unit" {
  command = plan
  variables {
    redis = { memory_limit = "128" }
  }
  expect_failures = [var.redis]
}
