output "postgres" {
  description = "Host of PostgreSQL: the pooler's `server`."
  value       = aws_db_instance.this.address
}

output "postgres_cidrs" {
  description = "For the module `overlay`."
  value       = var.subnet_groups.postgres_cidrs
}

output "postgres_secret" {
  description = "ARN of the entry of Secrets Manager with the administrator's password."
  value       = aws_db_instance.this.master_user_secret[0].secret_arn
}

output "redis" {
  description = "Host and port of Redis, which speaks TLS."
  value       = "${aws_elasticache_replication_group.this.primary_endpoint_address}:6379"
}

output "redis_cidrs" {
  description = "For the module `overlay`."
  value       = var.subnet_groups.redis_cidrs
}
