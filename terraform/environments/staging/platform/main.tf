provider "kubectl" {
  config_path       = var.kubeconfig
  config_context    = var.context
  apply_retry_count = 5
}

module "platform" {
  source = "../../../modules/platform"

  operators = jsondecode(file(var.operators))
  manifests = var.manifests
}

module "observability" {
  source = "../../../modules/observability"

  persistent = true
  node_logs  = true
  gateway    = true
  after      = module.platform.ready
}
