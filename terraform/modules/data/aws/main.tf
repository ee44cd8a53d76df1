# Thin on purpose: calls and numbers, since the provider cannot be had where this is tested. No password is in the state:
# RDS makes and keeps the administrator's in Secrets Manager, the migration Job makes the functions', and the users of
# Redis are made elsewhere.
resource "aws_db_parameter_group" "this" {
  name_prefix = "${var.name}-"
  family      = "postgres18"

  parameter {
    name  = "rds.force_ssl"
    value = "1"
  }

  parameter {
    name  = "log_statement"
    value = "ddl"
  }

  parameter {
    name  = "log_min_duration_statement"
    value = "1000"
  }

  lifecycle {
    create_before_destroy = true
  }
}

resource "aws_db_instance" "this" {
  #checkov:skip=CKV_AWS_133:a variable, a week at least
  #checkov:skip=CKV_AWS_157:a variable, on in production

  identifier                          = var.name
  engine                              = "postgres"
  engine_version                      = "18"
  db_name                             = "dormouse"
  instance_class                      = var.postgres.instance_class
  allocated_storage                   = var.postgres.disk_gib
  max_allocated_storage               = var.postgres.max_disk_gib
  storage_type                        = "gp3"
  storage_encrypted                   = true
  kms_key_id                          = var.kms_key
  multi_az                            = var.postgres.highly_available
  username                            = "postgres"
  manage_master_user_password         = true
  master_user_secret_kms_key_id       = var.kms_key
  iam_database_authentication_enabled = true
  db_subnet_group_name                = var.subnet_groups.postgres
  vpc_security_group_ids              = var.security_groups.postgres
  parameter_group_name                = aws_db_parameter_group.this.name
  publicly_accessible                 = false
  backup_retention_period             = var.postgres.backup_days
  copy_tags_to_snapshot               = true
  deletion_protection                 = var.deletion_protection
  skip_final_snapshot                 = false
  final_snapshot_identifier           = "${var.name}-final"
  auto_minor_version_upgrade          = true
  enabled_cloudwatch_logs_exports     = ["postgresql", "upgrade"]
  performance_insights_enabled        = true
  performance_insights_kms_key_id     = var.kms_key
  monitoring_interval                 = 60
  monitoring_role_arn                 = var.monitoring_role
}

resource "aws_elasticache_replication_group" "this" {
  replication_group_id       = var.name
  description                = "Caches and limits of Dormouse"
  engine                     = "valkey"
  engine_version             = "8.0"
  node_type                  = var.redis.node_type
  num_cache_clusters         = 1 + var.redis.replicas
  automatic_failover_enabled = true
  multi_az_enabled           = true
  subnet_group_name          = var.subnet_groups.redis
  security_group_ids         = var.security_groups.redis
  user_group_ids             = [var.redis.user_group]
  at_rest_encryption_enabled = true
  transit_encryption_enabled = true
  kms_key_id                 = var.kms_key
}
