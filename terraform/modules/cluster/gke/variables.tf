variable "project" {
  description = "Project of Google Cloud."
  type        = string
}

variable "name" {
  description = "Name of the cluster."
  type        = string
  default     = "dormouse"

  validation {
    condition     = can(regex("^[a-z]([a-z0-9-]{0,38}[a-z0-9])?$", var.name))
    error_message = "The name begins with a letter and has at most 40 lower-case letters, digits and hyphens."
  }
}

variable "region" {
  description = "Region: the control plane and every pool of nodes are in three of its zones."
  type        = string

  validation {
    condition     = can(regex("^[a-z]+-[a-z]+[0-9]+$", var.region))
    error_message = "A region, not a zone: for example europe-west1."
  }
}

variable "network" {
  description = "VPC and subnetwork, with the names of its secondary ranges for Pods and Services."
  type = object({
    network    = string
    subnetwork = string
    pods       = string
    services   = string
  })
}

variable "control_plane_cidr" {
  description = "Range of the control plane inside the VPC, a /28 that nothing else uses."
  type        = string
  default     = "172.16.0.0/28"

  validation {
    condition     = can(cidrhost(var.control_plane_cidr, 15)) && endswith(var.control_plane_cidr, "/28")
    error_message = "The range is a /28."
  }
}

variable "administrators" {
  description = "Address ranges that may reach the API server, by a name for each. Without one only the VPC may."
  type        = map(string)
  default     = {}

  validation {
    condition     = alltrue([for each in values(var.administrators) : can(cidrhost(each, 0)) && !endswith(each, "/0")])
    error_message = "Ranges are in CIDR notation, and none is every address."
  }
}

variable "release_channel" {
  description = "How early the cluster gets new versions."
  type        = string
  default     = "REGULAR"

  validation {
    condition     = contains(["RAPID", "REGULAR", "STABLE", "EXTENDED"], var.release_channel)
    error_message = "One of RAPID, REGULAR, STABLE, EXTENDED."
  }
}

variable "nodes" {
  description = "Machine type, and the number of nodes in each of the three zones."
  type = object({
    machine_type = optional(string, "e2-standard-4")
    min          = optional(number, 1)
    max          = optional(number, 3)
    spot         = optional(bool, false)
  })
  default = {}

  validation {
    condition     = var.nodes.min >= 1 && var.nodes.max >= var.nodes.min
    error_message = "There is at least one node in each zone, and the maximum is not below the minimum."
  }
}

variable "security_group" {
  description = "Google group gke-security-groups@DOMAIN whose members may get roles in the cluster."
  type        = string
}

variable "deletion_protection" {
  description = "Whether Terraform refuses to destroy the cluster."
  type        = bool
  default     = true
}
