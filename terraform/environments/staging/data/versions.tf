terraform {
  required_version = ">= 1.9"

  required_providers {
    kubectl = {
      source  = "gavinbunney/kubectl"
      version = "1.19.0"
    }
  }

  # The bucket is given once: `terraform init -backend-config=bucket=NAME`. It keeps old versions and is encrypted.
  backend "gcs" {
    prefix = "dormouse/staging/data"
  }
}
