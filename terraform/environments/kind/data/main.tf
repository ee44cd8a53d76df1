provider "kubectl" {
  config_path       = var.kubeconfig
  config_context    = var.context
  apply_retry_count = 5
}

module "data" {
  source = "../../../modules/data/in-cluster"

  postgres = { image = var.images.postgres, storage = var.storage }
  redis    = { image = var.images.redis }
}
