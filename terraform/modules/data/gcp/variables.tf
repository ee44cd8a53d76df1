variable "project" {
  description = "Project of Google Cloud."
  type        = string
}

variable "region" {
  description = "Region, that of the cluster."
  type        = string
}

variable "name" {
  description = "Name of both instances."
  type        = string
  default     = "dormouse"
}

variable "network" {
  description = "Self link of the VPC, with private services access set up."
  type        = string
}

variable "postgres" {
  description = "Size of PostgreSQL. `highly_available`: a second zone takes over."
  type = object({
    tier             = optional(string, "db-custom-2-7680")
    disk_gib         = optional(number, 20)
    highly_available = optional(bool, true)
    max_connections  = optional(number, 200)
    kept_backups     = optional(number, 30)
  })
  default = {}

  validation {
    condition     = var.postgres.disk_gib >= 10 && var.postgres.kept_backups >= 7 && var.postgres.max_connections >= 50
    error_message = "At least 10 GiB, seven backups and 50 connections."
  }
}

variable "redis" {
  description = "Size of Redis. It caches and counts limits, nothing that has to be kept."
  type = object({
    memory_gib       = optional(number, 1)
    highly_available = optional(bool, true)
  })
  default = {}

  validation {
    condition     = var.redis.memory_gib >= 1
    error_message = "At least 1 GiB."
  }
}

variable "kms_key" {
  description = "KMS key that encrypts both."
  type        = string
}

variable "deletion_protection" {
  description = "Whether Terraform and Google Cloud refuse to delete the database."
  type        = bool
  default     = true
}
