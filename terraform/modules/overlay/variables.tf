variable "host" {
  description = "Public host of the blog, without scheme and port."
  type        = string

  validation {
    condition     = can(regex("^([a-z0-9]([a-z0-9-]*[a-z0-9])?\\.)+[a-z]{2,}$", var.host))
    error_message = "The host is a DNS name in lower case with at least two labels, without scheme, port and path."
  }
}

variable "feed_authority" {
  description = "Beginning of the ids of the feed, `DOMAIN,YEAR` (RFC 4151). It never changes, not even with the host."
  type        = string

  validation {
    condition     = can(regex("^[a-z0-9.-]+,[0-9]{4}(-[0-9]{2}(-[0-9]{2})?)?$", var.feed_authority))
    error_message = "The authority has the form DOMAIN,YEAR, for example dormouse.dev,2026."
  }
}

variable "postgres_cidrs" {
  description = "Address ranges of PostgreSQL (and of its pooler outside of the cluster) that functions may reach."
  type        = list(string)

  validation {
    condition     = length(var.postgres_cidrs) > 0 && alltrue([for each in var.postgres_cidrs : can(cidrhost(each, 0))])
    error_message = "At least one range in CIDR notation is needed, for example 10.20.0.3/32."
  }
  validation {
    condition     = !anytrue([for each in var.postgres_cidrs : endswith(each, "/0")])
    error_message = "A range of every address is no limit."
  }
}

variable "redis_cidrs" {
  description = "Address ranges of Redis that functions may reach."
  type        = list(string)

  validation {
    condition     = length(var.redis_cidrs) > 0 && alltrue([for each in var.redis_cidrs : can(cidrhost(each, 0))])
    error_message = "At least one range in CIDR notation is needed, for example 10.20.0.4/32."
  }
  validation {
    condition     = !anytrue([for each in var.redis_cidrs : endswith(each, "/0")])
    error_message = "A range of every address is no limit."
  }
}
