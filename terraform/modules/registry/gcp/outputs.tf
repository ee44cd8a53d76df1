output "registry" {
  description = "What stands before the function's name in an image: `images:` of the overlay begins with it."
  value       = "${var.region}-docker.pkg.dev/${var.project}/${google_artifact_registry_repository.this.repository_id}"
}
