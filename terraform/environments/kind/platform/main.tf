provider "kubectl" {
  config_path       = var.kubeconfig
  config_context    = var.context
  apply_retry_count = 5
}

module "platform" {
  source = "../../../modules/platform"

  operators  = jsondecode(file(var.operators))
  manifests  = var.manifests
  keep_types = false
}

module "observability" {
  source = "../../../modules/observability"

  after = module.platform.ready
}
