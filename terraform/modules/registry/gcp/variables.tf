variable "project" {
  description = "Project of Google Cloud."
  type        = string
}

variable "region" {
  description = "Region of the repository, that of the cluster."
  type        = string
}

variable "name" {
  description = "Name of the repository."
  type        = string
  default     = "dormouse"
}

variable "kms_key" {
  description = "KMS key that encrypts the images."
  type        = string
}

variable "readers" {
  description = "Members that pull images, for example `serviceAccount:NAME@PROJECT.iam.gserviceaccount.com`."
  type        = set(string)
}

variable "writers" {
  description = "Members that push images: the release's identity."
  type        = set(string)
  default     = []

  validation {
    condition     = !anytrue([for each in var.writers : contains(["allUsers", "allAuthenticatedUsers"], each)])
    error_message = "Not everybody may push."
  }
}
