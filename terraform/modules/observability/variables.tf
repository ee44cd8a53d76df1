variable "persistent" {
  description = "Whether metrics, traces and logs are in volumes that outlive the Pods that keep them."
  type        = bool
  default     = false
}

variable "node_logs" {
  description = "Whether an agent on each node sends what functions print. It reads root's files."
  type        = bool
  default     = false
}

variable "gateway" {
  description = "Whether Istio's ingress gateway tells of requests. Its mesh configuration has to name the providers."
  type        = bool
  default     = false
}

variable "after" {
  description = <<-E
    Anything that has to be there before, such as `ready` of the module `platform`. Not `depends_on`: with it the folders
    would be read when that is applied, and the keys of `for_each` would not be known.
  E
  type        = any
  default     = null
}
