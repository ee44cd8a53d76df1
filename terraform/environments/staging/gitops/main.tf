provider "kubectl" {
  config_path       = var.kubeconfig
  config_context    = var.context
  apply_retry_count = 5
}

module "gitops" {
  source = "../../../modules/gitops"

  repository = var.repository
  revision   = var.revision
  path       = "knative/gitops/staging"
}
