variable "namespace" {
  description = "Namespace of the functions. It exists already, with the Secrets `postgres`, `redis-users` and, for the pooler, `pooler-users`."
  type        = string
  default     = "dormouse"
}

variable "postgres" {
  description = "PostgreSQL in the cluster, or null where it is managed elsewhere. Without an image it is the component's."
  type = object({
    image         = optional(string)
    storage       = optional(string, "10Gi")
    storage_class = optional(string)
    memory_limit  = optional(string, "1Gi")
  })
  default = {}

  validation {
    condition     = var.postgres == null || can(regex("^[1-9][0-9]*(Mi|Gi|Ti)$", var.postgres.storage))
    error_message = "Storage is a number of Mi, Gi or Ti, for example 10Gi."
  }
  validation {
    condition     = var.postgres == null || can(regex("^[1-9][0-9]*(Mi|Gi)$", var.postgres.memory_limit))
    error_message = "The memory limit is a number of Mi or Gi, for example 1Gi."
  }
}

variable "redis" {
  description = "Redis in the cluster, or null where it is managed elsewhere. Without an image it is the component's."
  type = object({
    image        = optional(string)
    memory_limit = optional(string, "128Mi")
  })
  default = {}

  validation {
    condition     = var.redis == null || can(regex("^[1-9][0-9]*(Mi|Gi)$", var.redis.memory_limit))
    error_message = "The memory limit is a number of Mi or Gi, for example 128Mi."
  }
}

variable "pooler" {
  description = <<-E
    PgBouncer in front of `server`, or null for none. The Secret `pooler-users` has its `userlist.txt`. Pods connect to
    the pooler by DATABASE_URL and to the server itself by DATABASE_DIRECT_URL, for LISTEN.
  E
  type = object({
    image       = string
    server      = optional(string, "postgres")
    port        = optional(number, 5432)
    server_tls  = optional(string, "prefer")
    server_ca   = optional(string)
    replicas    = optional(number, 2)
    connections = optional(number, 20)
    clients     = optional(number, 500)
  })
  default = null

  validation {
    condition     = var.pooler == null || can(regex("[:@]", var.pooler.image)) && !can(regex(":latest$", var.pooler.image))
    error_message = "The image needs a tag other than latest, or a digest."
  }
  validation {
    condition     = var.pooler == null || try(var.pooler.replicas >= 1 && var.pooler.connections >= 1 && var.pooler.clients >= var.pooler.connections, false)
    error_message = "A pooler has at least one replica and one connection, and no fewer clients than connections."
  }
  validation {
    condition     = var.pooler == null || try(contains(["disable", "prefer", "require", "verify-ca", "verify-full"], var.pooler.server_tls), false)
    error_message = "server_tls is a mode of PgBouncer's server_tls_sslmode."
  }
  validation {
    condition     = !startswith(try(var.pooler.server_tls, ""), "verify-") || try(startswith(var.pooler.server_ca, "-----BEGIN CERTIFICATE-----"), false)
    error_message = "To verify the server, its authority's certificate (PEM) is needed."
  }
}
