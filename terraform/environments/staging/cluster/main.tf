# Everything that is not in the cluster: the cluster itself, the registry, objects, and the stores.
provider "google" {
  project = var.project
  region  = var.region
}

module "cluster" {
  source = "../../../modules/cluster/gke"

  name                = "dormouse-staging"
  project             = var.project
  region              = var.region
  network             = var.network.cluster
  administrators      = var.administrators
  security_group      = var.security_group
  nodes               = { min = 1, max = 2, machine_type = "e2-standard-2", spot = true }
  deletion_protection = false
}

module "registry" {
  source = "../../../modules/registry/gcp"

  name    = "dormouse-staging"
  project = var.project
  region  = var.region
  kms_key = var.kms_key
  readers = ["serviceAccount:${module.cluster.node_account}"]
  writers = var.release_identities
}

module "objects" {
  source = "../../../modules/objects/gcp"

  project    = var.project
  bucket     = var.media_bucket
  log_bucket = var.log_bucket
  kms_key    = var.kms_key
  origins    = ["https://staging.dormouse.dev"]
}

module "data" {
  source = "../../../modules/data/gcp"

  name                = "dormouse-staging"
  project             = var.project
  region              = var.region
  network             = var.network.self_link
  kms_key             = var.kms_key
  postgres            = { tier = "db-custom-1-3840", highly_available = false, kept_backups = 7, max_connections = 100 }
  redis               = { highly_available = false }
  deletion_protection = false
}

module "overlay" {
  source = "../../../modules/overlay"

  host           = "staging.dormouse.dev"
  feed_authority = "staging.dormouse.dev,2026"
  postgres_cidrs = module.data.postgres_cidrs
  redis_cidrs    = module.data.redis_cidrs
}
