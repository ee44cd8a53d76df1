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

variable "storage" {
  description = "Size of PostgreSQL's volume."
  type        = string
  default     = "5Gi"
}

variable "images" {
  description = "Other images than the components', for a cluster that pulls none."
  type = object({
    postgres = optional(string)
    redis    = optional(string)
  })
  default = {}
}
