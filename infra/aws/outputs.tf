output "execution" {
  description = "The config's section `execution`: put it into the sweep's YAML file."
  value       = <<-EOT
    execution:
      backend: batch
      store: s3://${local.bucket}/${var.prefix}
      batch:
        region: ${var.region}
        queue: ${aws_batch_job_queue.spot.name}
        on_demand_queue: ${aws_batch_job_queue.on_demand.name}
        job_definition: ${aws_batch_job_definition.worker.name}
        coordinator_definition: ${aws_batch_job_definition.coordinator.name}
        log_group: ${aws_cloudwatch_log_group.jobs.name}
  EOT
}

output "store" {
  description = "The store's URL."
  value       = "s3://${local.bucket}/${var.prefix}"
}

output "repository" {
  description = "Where to push the image."
  value       = aws_ecr_repository.image.repository_url
}

output "coordinator_policy" {
  description = "The policy to attach to people and machines that run sweeps."
  value       = aws_iam_policy.coordinator.arn
}
