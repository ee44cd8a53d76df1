variable "name" {
  description = "Name of the cluster."
  type        = string
  default     = "dormouse"
}

variable "workers" {
  description = "Number of worker nodes beside the control plane."
  type        = number
  default     = 0
}

variable "kubeconfig" {
  description = "File that gets the cluster's address and credentials."
  type        = string
  default     = "../kubeconfig"
}
