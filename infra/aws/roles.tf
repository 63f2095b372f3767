# Roles of AWS's own parts (instance, execution) and of ours (worker, coordinator).

data "aws_iam_policy_document" "assumed_by_ec2" {
  statement {
    actions = ["sts:AssumeRole"]
    principals {
      type        = "Service"
      identifiers = ["ec2.amazonaws.com"]
    }
  }
}

data "aws_iam_policy_document" "assumed_by_tasks" {
  statement {
    actions = ["sts:AssumeRole"]
    principals {
      type        = "Service"
      identifiers = ["ecs-tasks.amazonaws.com"]
    }
    condition {
      test     = "StringEquals"
      variable = "aws:SourceAccount"
      values   = [data.aws_caller_identity.this.account_id]
    }
  }
}

# The instances join the cluster that AWS Batch makes: AWS's own policy, as its guide asks.
resource "aws_iam_role" "instance" {
  name               = "${var.name}-instance"
  assume_role_policy = data.aws_iam_policy_document.assumed_by_ec2.json
}

resource "aws_iam_role_policy_attachment" "instance" {
  role       = aws_iam_role.instance.name
  policy_arn = "arn:${data.aws_partition.this.partition}:iam::aws:policy/service-role/AmazonEC2ContainerServiceforEC2Role"
}

resource "aws_iam_instance_profile" "instance" {
  name = "${var.name}-instance"
  role = aws_iam_role.instance.name
}

# What the container agent does before and beside a job: pull this image, write this log.
data "aws_iam_policy_document" "execution" {
  statement {
    sid       = "Login"
    actions   = ["ecr:GetAuthorizationToken"]
    resources = ["*"]
  }
  statement {
    sid = "Image"
    actions = [
      "ecr:BatchCheckLayerAvailability",
      "ecr:BatchGetImage",
      "ecr:GetDownloadUrlForLayer",
    ]
    resources = [aws_ecr_repository.image.arn]
  }
  statement {
    sid       = "Log"
    actions   = ["logs:CreateLogStream", "logs:PutLogEvents"]
    resources = ["${aws_cloudwatch_log_group.jobs.arn}:*"]
  }
}

resource "aws_iam_role" "execution" {
  name               = "${var.name}-execution"
  assume_role_policy = data.aws_iam_policy_document.assumed_by_tasks.json
}

resource "aws_iam_role_policy" "execution" {
  name   = "image-and-log"
  role   = aws_iam_role.execution.id
  policy = data.aws_iam_policy_document.execution.json
}

# What a worker does: the store, and nothing else.
data "aws_iam_policy_document" "worker" {
  statement {
    sid       = "Store"
    actions   = ["s3:DeleteObject", "s3:GetObject", "s3:PutObject"]
    resources = ["${aws_s3_bucket.store.arn}/${var.prefix}/*"]
  }
  # The whole bucket, which holds nothing else: with a condition on s3:prefix, S3 would answer
  # "forbidden" instead of "absent" to a read of an object that is not there.
  statement {
    sid       = "Names"
    actions   = ["s3:ListBucket"]
    resources = [aws_s3_bucket.store.arn]
  }
}

resource "aws_iam_role" "worker" {
  name               = "${var.name}-worker"
  assume_role_policy = data.aws_iam_policy_document.assumed_by_tasks.json
}

resource "aws_iam_role_policy" "worker" {
  name   = "store"
  role   = aws_iam_role.worker.id
  policy = data.aws_iam_policy_document.worker.json
}

# What a coordinator does: the store, the sources, the jobs. For people as well: attach it to them.
data "aws_iam_policy_document" "coordinator" {
  source_policy_documents = [data.aws_iam_policy_document.worker.json]
  statement {
    sid       = "Sources"
    actions   = ["s3:GetObject"]
    resources = ["${aws_s3_bucket.store.arn}/sources/*"]
  }
  statement {
    sid     = "Submit"
    actions = ["batch:SubmitJob"]
    resources = [
      aws_batch_job_queue.spot.arn,
      aws_batch_job_queue.on_demand.arn,
      "${aws_batch_job_definition.worker.arn_prefix}:*",
      "${aws_batch_job_definition.coordinator.arn_prefix}:*",
    ]
  }
  # A job's ARN holds its id alone, which nobody knows before: the account's jobs of this region.
  statement {
    sid       = "End"
    actions   = ["batch:CancelJob", "batch:TerminateJob"]
    resources = ["arn:${data.aws_partition.this.partition}:batch:${var.region}:${data.aws_caller_identity.this.account_id}:job/*"]
  }
  # AWS Batch knows no permission on single resources for these.
  statement {
    sid = "Look"
    actions = [
      "batch:DescribeComputeEnvironments",
      "batch:DescribeJobDefinitions",
      "batch:DescribeJobQueues",
      "batch:DescribeJobs",
      "batch:ListJobs",
    ]
    resources = ["*"]
  }
  statement {
    sid       = "Logs"
    actions   = ["logs:GetLogEvents"]
    resources = ["${aws_cloudwatch_log_group.jobs.arn}:log-stream:*"]
  }
  # Asked for by the start of a name, so it is granted on all names.
  statement {
    sid       = "LogGroups"
    actions   = ["logs:DescribeLogGroups"]
    resources = ["arn:${data.aws_partition.this.partition}:logs:${var.region}:${data.aws_caller_identity.this.account_id}:log-group:*"]
  }
}

resource "aws_iam_policy" "coordinator" {
  name   = "${var.name}-coordinator"
  policy = data.aws_iam_policy_document.coordinator.json
}

resource "aws_iam_role" "coordinator" {
  name               = "${var.name}-coordinator"
  assume_role_policy = data.aws_iam_policy_document.assumed_by_tasks.json
}

resource "aws_iam_role_policy_attachment" "coordinator" {
  role       = aws_iam_role.coordinator.name
  policy_arn = aws_iam_policy.coordinator.arn
}
