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

variable "postgres" {
  description = "Address of PostgreSQL: `terraform -chdir=../cluster output -raw postgres`."
  type        = string
}

variable "postgres_ca" {
  description = "Certificate of its authority (PEM): `terraform -chdir=../cluster output -raw postgres_ca`."
  type        = string
}

variable "pooler_image" {
  description = "Image of PgBouncer 1.21 or later, by digest."
  type        = string

  validation {
    condition     = can(regex("@sha256:[0-9a-f]{64}$", var.pooler_image))
    error_message = "The image needs a digest."
  }
}
