terraform {
  required_version = ">= 1.9"

  required_providers {
    google = {
      source  = "hashicorp/google"
      version = "~> 7.0"
    }
  }

  # The bucket is given once: `terraform init -backend-config=bucket=NAME`. It keeps old versions and is encrypted.
  backend "gcs" {
    prefix = "dormouse/production/cluster"
  }
}
