# kind's provider cannot be had everywhere that Terraform runs, so this module calls the program itself.
locals {
  nodes = concat([{ role = "control-plane" }], [for _ in range(var.workers) : { role = "worker" }])
  configuration = yamlencode({
    kind       = "Cluster"
    apiVersion = "kind.x-k8s.io/v1alpha4"
    nodes      = [for node in local.nodes : merge(node, { image = var.node_image })]
  })
}

resource "terraform_data" "cluster" {
  # `destroy` sees nothing but `self`.
  input            = { name = var.name, kubeconfig = var.kubeconfig }
  triggers_replace = [var.name, local.configuration]

  provisioner "local-exec" {
    command = "printf '%s' \"$CONFIGURATION\" | kind create cluster --name \"$NAME\" --kubeconfig \"$KUBECONFIG_FILE\" --wait 180s --config -"
    environment = {
      CONFIGURATION   = local.configuration
      NAME            = var.name
      KUBECONFIG_FILE = var.kubeconfig
    }
  }

  provisioner "local-exec" {
    when    = destroy
    command = "kind delete cluster --name \"$NAME\" --kubeconfig \"$KUBECONFIG_FILE\""
    environment = {
      NAME            = self.input.name
      KUBECONFIG_FILE = self.input.kubeconfig
    }
  }
}
