variable "project" {
  description = "Project of Google Cloud."
  type        = string
}

variable "region" {
  description = "Region of everything."
  type        = string
  default     = "europe-west1"
}

variable "network" {
  description = "The VPC, which exists already: its self link, and what the cluster uses of it."
  type = object({
    self_link = string
    cluster = object({
      network    = string
      subnetwork = string
      pods       = string
      services   = string
    })
  })
}

variable "administrators" {
  description = "Address ranges that may reach the API server, by a name for each."
  type        = map(string)
  default     = {}
}

variable "security_group" {
  description = "Google group gke-security-groups@DOMAIN."
  type        = string
}

variable "kms_key" {
  description = "KMS key that encrypts images, objects and stores."
  type        = string
}

variable "media_bucket" {
  description = "Name of the bucket of pictures."
  type        = string
}

variable "log_bucket" {
  description = "Bucket that gets access logs."
  type        = string
}

variable "release_identities" {
  description = "Members that push images."
  type        = set(string)
  default     = []
}
