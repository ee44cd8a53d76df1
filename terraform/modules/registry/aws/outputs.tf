output "registry" {
  description = "What stands before the function's name in an image: `images:` of the overlay begins with it."
  value       = "${split("/", values(aws_ecr_repository.this)[0].repository_url)[0]}/${var.prefix}"
}
