output "name" {
  description = "Name of the cluster, for `gcloud container clusters get-credentials`."
  value       = google_container_cluster.this.name
}

output "context" {
  description = "Context that this command makes."
  value       = "gke_${var.project}_${var.region}_${google_container_cluster.this.name}"
}

output "workload_pool" {
  description = "Pool of identities of Pods."
  value       = "${var.project}.svc.id.goog"
}

output "node_account" {
  description = "Account of the nodes, which pull images."
  value       = google_service_account.nodes.email
}
