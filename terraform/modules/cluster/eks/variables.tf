variable "name" {
  description = "Name of the cluster."
  type        = string
  default     = "dormouse"

  validation {
    condition     = can(regex("^[A-Za-z0-9][A-Za-z0-9-]{0,39}$", var.name))
    error_message = "The name has at most 40 letters, digits and hyphens."
  }
}

variable "kubernetes_version" {
  description = "Minor version of Kubernetes."
  type        = string
  default     = "1.34"

  validation {
    condition     = can(regex("^1\\.[0-9]{2}$", var.kubernetes_version))
    error_message = "A minor version, for example 1.34."
  }
}

variable "subnets" {
  description = "Private subnets in at least two zones."
  type        = set(string)

  validation {
    condition     = length(var.subnets) >= 2
    error_message = "Subnets in at least two zones are needed."
  }
}

variable "kms_key" {
  description = "ARN of the KMS key that encrypts Secrets in etcd and the control plane's logs."
  type        = string

  validation {
    condition     = startswith(var.kms_key, "arn:")
    error_message = "The ARN of a key is needed."
  }
}

variable "nodes" {
  description = "Instance types and number of nodes."
  type = object({
    instance_types = optional(list(string), ["m7i.xlarge"])
    min            = optional(number, 2)
    max            = optional(number, 9)
    spot           = optional(bool, false)
  })
  default = {}

  validation {
    condition     = var.nodes.min >= 2 && var.nodes.max >= var.nodes.min
    error_message = "There are at least two nodes, and the maximum is not below the minimum."
  }
}
