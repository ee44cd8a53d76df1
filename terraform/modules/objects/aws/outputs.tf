output "bucket" {
  description = "Name of the bucket."
  value       = aws_s3_bucket.this.id
}

output "endpoint" {
  description = "Endpoint that speaks S3."
  value       = "https://s3.${aws_s3_bucket.this.region}.amazonaws.com"
}

output "cdn" {
  description = "Host of the CDN, to which DNS leads the aliases."
  value       = aws_cloudfront_distribution.cdn.domain_name
}
