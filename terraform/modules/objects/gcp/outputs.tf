output "bucket" {
  description = "Name of the bucket."
  value       = google_storage_bucket.this.name
}

output "endpoint" {
  description = "Endpoint that speaks S3."
  value       = "https://storage.googleapis.com"
}

output "backend" {
  description = "Backend for the load balancer's URL map."
  value       = google_compute_backend_bucket.cdn.self_link
}
