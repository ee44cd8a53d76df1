provider "kubectl" {
  config_path       = var.kubeconfig
  config_context    = var.context
  apply_retry_count = 5
}

# The stores themselves are managed, and of the layer `cluster`.
module "data" {
  source = "../../../modules/data/in-cluster"

  postgres = null
  redis    = null
  pooler = {
    image       = var.pooler_image
    server      = var.postgres
    server_tls  = "verify-ca"
    server_ca   = var.postgres_ca
    replicas    = 1
    connections = 10
  }
}
