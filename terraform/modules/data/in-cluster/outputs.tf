output "hosts" {
  description = "Names under which Pods of the namespace reach the stores."
  value       = { for name in keys(local.services) : name => "${name}.${var.namespace}.svc.cluster.local" }
}

output "secrets" {
  description = "Secrets that have to exist before, and what this module reads of them."
  value = merge(
    var.postgres == null ? {} : { postgres = "POSTGRES_PASSWORD" },
    var.redis == null ? {} : { redis-users = "redis.conf, users.acl" },
    var.pooler == null ? {} : { pooler-users = "userlist.txt" },
  )
}
