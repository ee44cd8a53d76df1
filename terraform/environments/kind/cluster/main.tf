module "cluster" {
  source = "../../../modules/cluster/kind"

  name       = var.name
  workers    = var.workers
  kubeconfig = abspath(var.kubeconfig)
}
