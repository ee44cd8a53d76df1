variable "kubeconfig" {
  description = "File with the cluster's address and credentials. Without it the provider reads KUBECONFIG."
  type        = string
  default     = null
}

variable "context" {
  description = "Context of that file. Without it the current one."
  type        = string
  default     = null
}

variable "operators" {
  description = "File that lists operators, their versions and their files with SHA-256."
  type        = string
  default     = "operators.lock.json"
}

variable "manifests" {
  description = "Folder that `terraform/operators/fetch.mjs` filled."
  type        = string
  default     = "manifests"
}
