variable "project" {
  description = "Project of Google Cloud."
  type        = string
}

variable "bucket" {
  description = "Name of the bucket, unique in the world."
  type        = string

  validation {
    condition     = can(regex("^[a-z0-9][a-z0-9_-]{1,61}[a-z0-9]$", var.bucket))
    error_message = "3 to 63 lower-case letters, digits, hyphens and underscores."
  }
}

variable "log_bucket" {
  description = "Bucket that gets the access logs."
  type        = string
}

variable "location" {
  description = "Region or multi-region."
  type        = string
  default     = "EU"
}

variable "kms_key" {
  description = "KMS key that encrypts the objects."
  type        = string
}

variable "writers" {
  description = "Members that store objects: the identities of the functions that take uploads."
  type        = set(string)
  default     = []
}

variable "origins" {
  description = "Origins whose pages may upload directly: the blog's address."
  type        = set(string)

  validation {
    condition     = alltrue([for each in var.origins : startswith(each, "https://")])
    error_message = "Origins begin with https://."
  }
}

variable "deleted_after_days" {
  description = "Days after which an old version of an object is deleted for good."
  type        = number
  default     = 30

  validation {
    condition     = var.deleted_after_days >= 1
    error_message = "At least one day, so that a mistake can be undone."
  }
}
