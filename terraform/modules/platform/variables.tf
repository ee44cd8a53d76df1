variable "operators" {
  description = <<-E
    What is installed, by name: the version, the files in `manifests` with their SHA-256, and the namespace of those that
    name none. `terraform/operators/fetch.mjs` downloads the files and records their sums.
  E
  type = map(object({
    version   = string
    namespace = optional(string)
    files = list(object({
      name   = string
      url    = optional(string)
      sha256 = optional(string)
    }))
  }))

  validation {
    condition     = alltrue([for each in values(var.operators) : length(each.files) > 0])
    error_message = "An operator needs at least one file."
  }
  validation {
    condition = alltrue(flatten([
      for each in values(var.operators) : [for file in each.files : can(regex("^[0-9a-f]{64}$", file.sha256))]
    ]))
    error_message = "A file has no SHA-256 yet: fetch it with terraform/operators/fetch.mjs, look at it, and commit its sum."
  }
  validation {
    condition = alltrue(flatten([
      for each in values(var.operators) : [for file in each.files : can(regex("^[0-9A-Za-z][0-9A-Za-z._-]*$", file.name))]
    ]))
    error_message = "A file's name is a name in the folder `manifests`, not a path."
  }
  validation {
    condition = alltrue(flatten([
      for each in values(var.operators) : [for file in each.files : startswith(coalesce(file.url, "https://"), "https://")]
    ]))
    error_message = "Files are fetched by https only."
  }
}

variable "manifests" {
  description = "Folder that holds the files of `operators`."
  type        = string
}

variable "keep_types" {
  description = <<-E
    Whether CustomResourceDefinitions stay when an operator is removed or this layer is destroyed. Without them the
    cluster deletes every object of their kinds: all Knative Services, all Certificates.
  E
  type        = bool
  default     = true
}
