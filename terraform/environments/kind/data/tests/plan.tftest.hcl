provider "kubectl" {
  host             = "https://127.0.0.1:1"
  load_config_file = false
}

run "postgresql_and_redis" {
  command = plan

  assert {
    condition     = keys(output.hosts) == ["postgres", "redis"]
    error_message = "There should be PostgreSQL and Redis."
  }
}
