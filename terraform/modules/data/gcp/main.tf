# Thin on purpose: calls and numbers, since the provider cannot be had where this is tested. No user is made here: the
# migration Job makes them with the passwords of their Secrets, so that none of PostgreSQL is in the state. Redis' one is,
# because the provider reads it (`auth_string`): encrypt the state, or keep Redis in the cluster.
resource "google_sql_database_instance" "this" {
  #checkov:skip=CKV_GCP_51:set below, in a dynamic block, which checkov does not read
  #checkov:skip=CKV_GCP_52:set below, in a dynamic block, which checkov does not read
  #checkov:skip=CKV_GCP_53:set below, in a dynamic block, which checkov does not read
  #checkov:skip=CKV_GCP_54:set below, in a dynamic block, which checkov does not read
  #checkov:skip=CKV_GCP_108:set below, in a dynamic block, which checkov does not read
  #checkov:skip=CKV_GCP_109:set below, in a dynamic block, which checkov does not read
  #checkov:skip=CKV_GCP_110:set below, in a dynamic block, which checkov does not read
  #checkov:skip=CKV_GCP_111:set below, in a dynamic block, which checkov does not read
  #checkov:skip=CKV_GCP_6:ssl_mode asks for it, which this rule does not know
  #checkov:skip=CKV2_GCP_13:functions measure how long statements take, a line for each would cost more than it says

  project             = var.project
  name                = var.name
  region              = var.region
  database_version    = "POSTGRES_18"
  encryption_key_name = var.kms_key
  deletion_protection = var.deletion_protection

  settings {
    edition                     = "ENTERPRISE"
    tier                        = var.postgres.tier
    availability_type           = var.postgres.highly_available ? "REGIONAL" : "ZONAL"
    disk_type                   = "PD_SSD"
    disk_size                   = var.postgres.disk_gib
    disk_autoresize             = true
    deletion_protection_enabled = var.deletion_protection

    ip_configuration {
      ipv4_enabled    = false
      private_network = var.network
      ssl_mode        = "ENCRYPTED_ONLY"
    }

    backup_configuration {
      enabled                        = true
      point_in_time_recovery_enabled = true
      transaction_log_retention_days = 7

      backup_retention_settings {
        retained_backups = var.postgres.kept_backups
      }
    }

    maintenance_window {
      day  = 7
      hour = 3
    }

    insights_config {
      query_insights_enabled = true
    }

    dynamic "database_flags" {
      for_each = {
        max_connections            = var.postgres.max_connections
        log_checkpoints            = "on"
        log_connections            = "on"
        log_disconnections         = "on"
        log_lock_waits             = "on"
        log_duration               = "off"
        log_hostname               = "on"
        log_min_messages           = "error"
        log_min_error_statement    = "error"
        log_min_duration_statement = "-1"
        log_statement              = "ddl"
        "cloudsql.enable_pgaudit"  = "on"
      }

      content {
        name  = database_flags.key
        value = database_flags.value
      }
    }
  }
}

resource "google_sql_database" "this" {
  project  = var.project
  name     = "dormouse"
  instance = google_sql_database_instance.this.name
}

resource "google_redis_instance" "this" {
  project                 = var.project
  name                    = var.name
  region                  = var.region
  tier                    = var.redis.highly_available ? "STANDARD_HA" : "BASIC"
  memory_size_gb          = var.redis.memory_gib
  redis_version           = "REDIS_7_2"
  authorized_network      = var.network
  connect_mode            = "PRIVATE_SERVICE_ACCESS"
  auth_enabled            = true
  transit_encryption_mode = "SERVER_AUTHENTICATION"
  customer_managed_key    = var.kms_key
  redis_configs           = { maxmemory-policy = "allkeys-lru" }
}
