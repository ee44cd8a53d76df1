variable "name" {
  description = "Name of the cluster. The context of kubectl is `kind-NAME`."
  type        = string
  default     = "dormouse"

  validation {
    condition     = can(regex("^[a-z0-9][a-z0-9-]{0,38}[a-z0-9]$", var.name))
    error_message = "The name needs 2 to 40 lower-case letters, digits or hyphens, and begins and ends without a hyphen."
  }
}

variable "node_image" {
  description = "Image of the nodes. Its tag is the version of Kubernetes."
  type        = string
  default     = "kindest/node:v1.34.0"

  validation {
    condition     = can(regex("[:@]", var.node_image)) && !endswith(var.node_image, ":latest")
    error_message = "The image needs a tag other than latest, or a digest: a cluster that is made again should be the same."
  }
}

variable "workers" {
  description = "Number of worker nodes beside the control plane, which runs Pods as well if it is alone."
  type        = number
  default     = 0

  validation {
    condition     = var.workers >= 0 && var.workers <= 9 && floor(var.workers) == var.workers
    error_message = "Workers are a whole number from 0 to 9."
  }
}

variable "kubeconfig" {
  description = "File that gets the cluster's address and credentials. kind writes it; it is not part of the state."
  type        = string

  validation {
    condition     = var.kubeconfig != ""
    error_message = "The path of a file is needed."
  }
}
