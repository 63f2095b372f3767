# One class of processor: it is in the keys of fits, and within a class the same inputs give the
# same bytes. The machine that plans must be of the class too.
locals {
  families = {
    # AVX2: AMD EPYC, first to third generation
    "x86-64-v3" = ["c5a", "m5a", "r5a", "c6a", "m6a", "r6a"]
    # AVX-512: Intel Ice Lake and Sapphire Rapids
    "x86-64-v4" = ["c6i", "m6i", "r6i", "c7i", "m7i", "r7i"]
  }
  # Many families: Spot takes hosts back from the pools that are scarce.
  instance_types = local.families[var.cpu_class]
}

resource "aws_launch_template" "instance" {
  name_prefix = "${var.name}-"
  # A hop limit of 1 keeps containers from the instance's own role: they have the job's.
  metadata_options {
    http_tokens                 = "required"
    http_put_response_hop_limit = 1
  }
  block_device_mappings {
    device_name = "/dev/xvda"
    ebs {
      volume_size           = var.disk_gib
      volume_type           = "gp3"
      encrypted             = "true"
      delete_on_termination = "true"
    }
  }
}

resource "aws_batch_compute_environment" "spot" {
  name_prefix = "${var.name}-spot-"
  type        = "MANAGED"
  compute_resources {
    type                = "SPOT"
    allocation_strategy = "SPOT_PRICE_CAPACITY_OPTIMIZED"
    instance_type       = local.instance_types
    min_vcpus           = 0
    max_vcpus           = var.max_vcpus
    instance_role       = aws_iam_instance_profile.instance.arn
    subnets             = local.subnet_ids
    security_group_ids  = [aws_security_group.jobs.id]
    ec2_configuration {
      image_type = "ECS_AL2023"
    }
    launch_template {
      launch_template_id = aws_launch_template.instance.id
      version            = aws_launch_template.instance.latest_version
    }
  }
  depends_on = [aws_iam_role_policy_attachment.instance]
  lifecycle {
    create_before_destroy = true
  }
}

resource "aws_batch_compute_environment" "on_demand" {
  name_prefix = "${var.name}-on-demand-"
  type        = "MANAGED"
  compute_resources {
    type                = "EC2"
    allocation_strategy = "BEST_FIT_PROGRESSIVE"
    instance_type       = local.instance_types
    min_vcpus           = 0
    max_vcpus           = var.max_vcpus
    instance_role       = aws_iam_instance_profile.instance.arn
    subnets             = local.subnet_ids
    security_group_ids  = [aws_security_group.jobs.id]
    ec2_configuration {
      image_type = "ECS_AL2023"
    }
    launch_template {
      launch_template_id = aws_launch_template.instance.id
      version            = aws_launch_template.instance.latest_version
    }
  }
  depends_on = [aws_iam_role_policy_attachment.instance]
  lifecycle {
    create_before_destroy = true
  }
}

resource "aws_batch_job_queue" "spot" {
  name     = "${var.name}-spot"
  state    = "ENABLED"
  priority = 1
  compute_environment_order {
    order               = 1
    compute_environment = aws_batch_compute_environment.spot.arn
  }
}

resource "aws_batch_job_queue" "on_demand" {
  name     = "${var.name}-on-demand"
  state    = "ENABLED"
  priority = 1
  compute_environment_order {
    order               = 1
    compute_environment = aws_batch_compute_environment.on_demand.arn
  }
}

locals {
  container = {
    image            = "${aws_ecr_repository.image.repository_url}:${var.image_tag}"
    executionRoleArn = aws_iam_role.execution.arn
    # ECS tells a job on EC2 its role, but not its region.
    environment     = [{ name = "AWS_DEFAULT_REGION", value = var.region }]
    linuxParameters = { initProcessEnabled = true } # signals reach the program
    logConfiguration = {
      logDriver = "awslogs"
      options = {
        awslogs-group         = aws_cloudwatch_log_group.jobs.name
        awslogs-region        = var.region
        awslogs-stream-prefix = var.name
      }
    }
  }
}

# A submission brings its own command, size and retries; these are for jobs made by hand.
resource "aws_batch_job_definition" "worker" {
  name                  = "${var.name}-worker"
  type                  = "container"
  platform_capabilities = ["EC2"]
  container_properties = jsonencode(merge(local.container, {
    command    = ["sweep", "doctor"]
    jobRoleArn = aws_iam_role.worker.arn
    resourceRequirements = [
      { type = "VCPU", value = "1" },
      { type = "MEMORY", value = "2048" },
    ]
  }))
  retry_strategy {
    attempts = 3
    evaluate_on_exit {
      on_status_reason = "Host EC2*"
      action           = "RETRY"
    }
    evaluate_on_exit {
      on_exit_code = "143"
      action       = "RETRY"
    }
    evaluate_on_exit {
      on_reason = "*"
      action    = "EXIT"
    }
  }
}

# Carries on a run that stands in the store: `sweep resume`. It waits most of its time.
resource "aws_batch_job_definition" "coordinator" {
  name                  = "${var.name}-coordinator"
  type                  = "container"
  platform_capabilities = ["EC2"]
  container_properties = jsonencode(merge(local.container, {
    command    = ["sweep", "resume", "--store", "s3://${local.bucket}/${var.prefix}"]
    jobRoleArn = aws_iam_role.coordinator.arn
    resourceRequirements = [
      { type = "VCPU", value = "1" },
      { type = "MEMORY", value = "4096" },
    ]
  }))
  retry_strategy {
    attempts = 3
    evaluate_on_exit {
      on_status_reason = "Host EC2*"
      action           = "RETRY"
    }
    evaluate_on_exit {
      on_exit_code = "143"
      action       = "RETRY"
    }
    evaluate_on_exit {
      on_reason = "*"
      action    = "EXIT"
    }
  }
}
