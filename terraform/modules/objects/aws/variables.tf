variable "bucket" {
  description = "Name of the bucket, unique in the world."
  type        = string

  validation {
    condition     = can(regex("^[a-z0-9][a-z0-9-]{1,61}[a-z0-9]$", var.bucket))
    error_message = "3 to 63 lower-case letters, digits and hyphens."
  }
}

variable "log_bucket" {
  description = "Bucket that gets the access logs of the bucket and of the CDN."
  type        = string
}

variable "kms_key" {
  description = "ARN of the KMS key that encrypts the objects."
  type        = string
}

variable "aliases" {
  description = "Hosts of the CDN, and the ARN of a certificate for them in us-east-1."
  type = object({
    hosts       = set(string)
    certificate = string
  })
}

variable "web_acl" {
  description = "ARN of the WAF's ACL for the CDN."
  type        = string
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
