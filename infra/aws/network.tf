data "aws_vpc" "this" {
  id      = var.vpc_id
  default = var.vpc_id == null ? true : null
}

data "aws_subnets" "this" {
  filter {
    name   = "vpc-id"
    values = [data.aws_vpc.this.id]
  }
}

locals {
  subnet_ids = coalesce(var.subnet_ids, data.aws_subnets.this.ids)
}

# Nobody reaches the jobs; they reach AWS by https.
resource "aws_security_group" "jobs" {
  name        = "${var.name}-jobs"
  description = "Jobs: nothing in, https out"
  vpc_id      = data.aws_vpc.this.id
}

resource "aws_vpc_security_group_egress_rule" "https" {
  security_group_id = aws_security_group.jobs.id
  description       = "S3, ECR, ECS, CloudWatch Logs"
  cidr_ipv4         = "0.0.0.0/0"
  ip_protocol       = "tcp"
  from_port         = 443
  to_port           = 443
}
