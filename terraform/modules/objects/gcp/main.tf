resource "google_storage_bucket" "this" {
  #checkov:skip=CKV_GCP_114:pictures of published articles are public, see readers

  project                     = var.project
  name                        = var.bucket
  location                    = var.location
  uniform_bucket_level_access = true
  public_access_prevention    = "inherited" # see `readers`

  versioning {
    enabled = true
  }

  encryption {
    default_kms_key_name = var.kms_key
  }

  logging {
    log_bucket = var.log_bucket
  }

  cors {
    origin          = var.origins
    method          = ["PUT", "POST"]
    response_header = ["Content-Type", "ETag"]
    max_age_seconds = 3600
  }

  lifecycle_rule {
    condition {
      days_since_noncurrent_time = var.deleted_after_days
    }
    action {
      type = "Delete"
    }
  }

  lifecycle_rule {
    condition {
      age = 1
    }
    action {
      type = "AbortIncompleteMultipartUpload"
    }
  }
}

resource "google_storage_bucket_iam_member" "writers" {
  for_each = var.writers

  bucket = google_storage_bucket.this.name
  role   = "roles/storage.objectUser"
  member = each.value
}

# Pictures of published articles are public. Everybody may read an object whose name they know; nobody may list them.
resource "google_storage_bucket_iam_member" "readers" {
  #checkov:skip=CKV_GCP_28:meant, see above

  bucket = google_storage_bucket.this.name
  role   = "roles/storage.legacyObjectReader"
  member = "allUsers"
}

# Names of objects are hashes of their content: a year in every cache is right.
resource "google_compute_backend_bucket" "cdn" {
  project          = var.project
  name             = var.bucket
  bucket_name      = google_storage_bucket.this.name
  enable_cdn       = true
  compression_mode = "DISABLED" # pictures are compressed

  cdn_policy {
    cache_mode       = "CACHE_ALL_STATIC"
    default_ttl      = 86400
    client_ttl       = 86400
    max_ttl          = 31536000
    negative_caching = true
  }
}
