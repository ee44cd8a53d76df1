output "postgres" {
  description = "Private address of PostgreSQL: the pooler's `server`."
  value       = google_sql_database_instance.this.private_ip_address
}

output "postgres_ca" {
  description = "Certificate of the authority that signed the server's."
  value       = google_sql_database_instance.this.server_ca_cert[0].cert
}

output "postgres_cidrs" {
  description = "For the module `overlay`."
  value       = ["${google_sql_database_instance.this.private_ip_address}/32"]
}

output "redis" {
  description = "Address and port of Redis, which speaks TLS."
  value       = "${google_redis_instance.this.host}:${google_redis_instance.this.port}"
}

output "redis_cidrs" {
  description = "For the module `overlay`."
  value       = ["${google_redis_instance.this.host}/32"]
}
