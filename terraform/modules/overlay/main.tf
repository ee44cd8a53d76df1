# What an overlay of a cluster has to know of the infrastructure, as the files that it reads. No provider is needed.
locals {
  stores = templatefile("${path.module}/stores.yaml.tftpl", {
    postgres = var.postgres_cidrs
    redis    = var.redis_cidrs
  })
  host = templatefile("${path.module}/host.yaml.tftpl", {
    host           = var.host
    feed_authority = var.feed_authority
  })
}
