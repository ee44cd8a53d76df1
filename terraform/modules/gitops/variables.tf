variable "name" {
  description = "Name of the root Application and of its project."
  type        = string
  default     = "dormouse"

  validation {
    condition     = can(regex("^[a-z0-9]([a-z0-9-]{0,51}[a-z0-9])?$", var.name))
    error_message = "The name is a name of Kubernetes of at most 53 characters."
  }
}

variable "argo_namespace" {
  description = "Namespace of Argo CD."
  type        = string
  default     = "argocd"
}

variable "repository" {
  description = "Git repository that Argo CD reads. Credentials for a private one are a Secret that is created elsewhere."
  type        = string

  validation {
    condition     = can(regex("^(https://[^@]+|file:///.+|ssh://([a-z]+@)?[^@:]+(:[0-9]+/)?[^@:]*|git@[^@]+)$", var.repository))
    error_message = "The address begins with https://, ssh://, git@ or file:///, and holds no user name or password."
  }
}

variable "revision" {
  description = "Branch, tag or commit."
  type        = string
  default     = "main"
}

variable "path" {
  description = "Folder of the repository: an overlay, or a folder of further Applications."
  type        = string

  validation {
    condition     = can(regex("^[A-Za-z0-9]", var.path)) && !strcontains(var.path, "..")
    error_message = "The path is relative to the repository's root and stays within it."
  }
}

variable "namespace" {
  description = "Namespace of the functions."
  type        = string
  default     = "dormouse"
}

variable "further_namespaces" {
  description = "Other namespaces that the repository's manifests may write to: the gateway's, if its certificate and filters are among them."
  type        = set(string)
  default     = []

  validation {
    condition     = !contains(var.further_namespaces, "*") && !contains(var.further_namespaces, "kube-system")
    error_message = "Name each namespace; kube-system is none of them."
  }
}

variable "automatic" {
  description = "Whether a commit is applied without anybody's consent, and changes by hand are taken back."
  type        = bool
  default     = true
}

variable "windows" {
  description = "Times at which nothing is applied automatically: cron schedule and duration, in UTC."
  type        = list(object({ schedule = string, duration = string }))
  default     = []

  validation {
    condition     = alltrue([for each in var.windows : length(split(" ", each.schedule)) == 5 && can(regex("^[0-9]+[hm]$", each.duration))])
    error_message = "A window is a schedule of five fields and a duration such as 12h."
  }
}
