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

variable "repository" {
  description = "Your repository of Dormouse."
  type        = string
}

variable "revision" {
  description = "Branch, tag or commit."
  type        = string
  default     = "main"
}
