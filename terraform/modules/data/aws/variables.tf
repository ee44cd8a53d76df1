variable "name" {
  description = "Name of both."
  type        = string
  default     = "dormouse"
}

variable "subnet_groups" {
  description = "Subnet groups of RDS and ElastiCache, and the ranges of their subnets: addresses in them change."
  type = object({
    postgres       = string
    postgres_cidrs = list(string)
    redis          = string
    redis_cidrs    = list(string)
  })
}

variable "security_groups" {
  description = "Security groups that let the cluster's Pods in, on 5432 and on 6379."
  type = object({
    postgres = set(string)
    redis    = set(string)
  })

  validation {
    condition     = length(var.security_groups.postgres) > 0 && length(var.security_groups.redis) > 0
    error_message = "Each needs a security group."
  }
}

variable "postgres" {
  description = "Size of PostgreSQL. `highly_available`: a second zone takes over."
  type = object({
    instance_class   = optional(string, "db.m7g.large")
    disk_gib         = optional(number, 20)
    max_disk_gib     = optional(number, 200)
    highly_available = optional(bool, true)
    backup_days      = optional(number, 30)
  })
  default = {}

  validation {
    condition     = var.postgres.disk_gib >= 20 && var.postgres.max_disk_gib > var.postgres.disk_gib && var.postgres.backup_days >= 7
    error_message = "At least 20 GiB that may grow, and a week of backups."
  }
}

variable "redis" {
  description = "Size of Redis, and the user group with a user for each function, which is made elsewhere (users.acl)."
  type = object({
    node_type  = optional(string, "cache.t4g.small")
    replicas   = optional(number, 1)
    user_group = string
  })

  validation {
    condition     = var.redis.replicas >= 1
    error_message = "At least one replica, so that another takes over."
  }
}

variable "kms_key" {
  description = "ARN of the KMS key that encrypts both."
  type        = string
}

variable "monitoring_role" {
  description = "ARN of the role by which RDS reports its own figures."
  type        = string
}

variable "deletion_protection" {
  description = "Whether AWS refuses to delete the database."
  type        = bool
  default     = true
}
