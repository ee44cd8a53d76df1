variable "functions" {
  description = "Names of the functions and of the migration Job: each has a repository, `PREFIX/NAME`."
  type        = set(string)

  validation {
    condition     = length(var.functions) > 0 && alltrue([for each in var.functions : can(regex("^[a-z][a-z0-9-]*$", each))])
    error_message = "Names are those of functions/, lower-case letters, digits and hyphens."
  }
}

variable "prefix" {
  description = "What the repositories' names begin with."
  type        = string
  default     = "dormouse"
}

variable "kms_key" {
  description = "ARN of the KMS key that encrypts the images."
  type        = string
}

variable "kept_images" {
  description = "Number of untagged images that each repository keeps, for rollbacks by digest."
  type        = number
  default     = 50

  validation {
    condition     = var.kept_images >= 10
    error_message = "Keep at least ten: revisions that are still there need theirs."
  }
}
