# PgBouncer. It resets nothing between transactions and keeps prepared statements (max_prepared_statements, 1.21 and later).
locals {
  pooler_configuration = var.pooler == null ? "" : templatefile("${path.module}/pgbouncer.ini.tftpl", {
    server      = var.pooler.server
    port        = var.pooler.port
    server_tls  = var.pooler.server_tls
    server_ca   = var.pooler.server_ca != null
    connections = var.pooler.connections
    clients     = var.pooler.clients
  })
  pooler_labels = { app = "pooler" }

  pooler = {
    settings = yamlencode({
      apiVersion = "v1"
      kind       = "ConfigMap"
      metadata   = { name = "pooler" }
      data = merge(
        { "pgbouncer.ini" = local.pooler_configuration },
        try(var.pooler.server_ca, null) == null ? {} : { "server-ca.pem" = var.pooler.server_ca },
      )
    })
    service = yamlencode({
      apiVersion = "v1"
      kind       = "Service"
      metadata   = { name = "pooler" }
      spec = {
        selector = local.pooler_labels
        ports    = [{ name = "tcp-postgres", port = 5432, targetPort = "postgres" }]
      }
    })
    deployment = yamlencode({
      apiVersion = "apps/v1"
      kind       = "Deployment"
      metadata   = { name = "pooler" }
      spec = {
        replicas = try(var.pooler.replicas, 1)
        selector = { matchLabels = local.pooler_labels }
        template = {
          metadata = {
            labels = local.pooler_labels
            # Changed settings make new Pods.
            annotations = { "dormouse.dev/settings" = sha256(local.pooler_configuration) }
          }
          spec = {
            automountServiceAccountToken = false
            enableServiceLinks           = false
            securityContext = {
              runAsNonRoot   = true
              runAsUser      = 999
              runAsGroup     = 999
              fsGroup        = 999
              seccompProfile = { type = "RuntimeDefault" }
            }
            containers = [{
              name    = "pooler"
              image   = try(var.pooler.image, "")
              command = ["pgbouncer", "/etc/pgbouncer/pgbouncer.ini"]
              ports   = [{ name = "postgres", containerPort = 5432 }]
              readinessProbe = {
                tcpSocket     = { port = "postgres" }
                periodSeconds = 2
              }
              resources = {
                requests = { cpu = "20m", memory = "32Mi", "ephemeral-storage" = "16Mi" }
                limits   = { memory = "128Mi", "ephemeral-storage" = "64Mi" }
              }
              securityContext = {
                readOnlyRootFilesystem   = true
                allowPrivilegeEscalation = false
                capabilities             = { drop = ["ALL"] }
              }
              volumeMounts = [
                { name = "settings", mountPath = "/etc/pgbouncer", readOnly = true },
                { name = "users", mountPath = "/etc/pgbouncer-users", readOnly = true },
              ]
            }]
            volumes = [
              { name = "settings", configMap = { name = "pooler" } },
              { name = "users", secret = { secretName = "pooler-users" } },
            ]
            topologySpreadConstraints = [{
              maxSkew           = 1
              topologyKey       = "kubernetes.io/hostname"
              whenUnsatisfiable = "ScheduleAnyway"
              labelSelector     = { matchLabels = local.pooler_labels }
            }]
          }
        }
      }
    })
  }
}
