output "name" {
  description = "Name of the cluster, for `aws eks update-kubeconfig`."
  value       = aws_eks_cluster.this.name
}

output "context" {
  description = "Context that this command makes."
  value       = aws_eks_cluster.this.arn
}

output "node_role" {
  description = "ARN of the nodes' role, which pulls images."
  value       = aws_iam_role.this["nodes"].arn
}
