variable "region" {
  description = "The AWS region of everything."
  type        = string
  validation {
    condition     = can(regex("^[a-z]{2}(-[a-z]+)+-[0-9]$", var.region))
    error_message = "A region looks like eu-central-1."
  }
}

variable "image_tag" {
  description = "The tag of the image that jobs run. Tags never change their image: give each build a new one."
  type        = string
  validation {
    condition     = can(regex("^[A-Za-z0-9_][A-Za-z0-9._-]{0,127}$", var.image_tag)) && var.image_tag != "latest"
    error_message = "A tag of letters, digits, dots, dashes; not 'latest', which says nothing."
  }
}

variable "name" {
  description = "What the names of all resources begin with."
  type        = string
  default     = "sweep"
  validation {
    condition     = can(regex("^[a-z][a-z0-9-]{1,19}$", var.name))
    error_message = "2 to 20 small letters, digits and dashes, a letter first."
  }
}

variable "bucket" {
  description = "The bucket's name. Default: one made from name, account and region."
  type        = string
  default     = null
  validation {
    condition     = var.bucket == null || can(regex("^[a-z0-9][a-z0-9-]{1,61}[a-z0-9]$", var.bucket))
    error_message = "3 to 63 small letters, digits and dashes."
  }
}

variable "prefix" {
  description = "The folder of the store in the bucket: s3://BUCKET/PREFIX."
  type        = string
  default     = "store"
  validation {
    condition     = can(regex("^[A-Za-z0-9_-]+(/[A-Za-z0-9_-]+)*$", var.prefix))
    error_message = "Plain folder names with single slashes between them, none at the ends."
  }
}

variable "cpu_class" {
  description = "The class of processor of all jobs; that of the machine that plans (`sweep doctor` names it)."
  type        = string
  default     = "x86-64-v4"
  validation {
    condition     = contains(["x86-64-v3", "x86-64-v4"], var.cpu_class)
    error_message = "x86-64-v3 (AVX2) or x86-64-v4 (AVX-512)."
  }
}

variable "max_vcpus" {
  description = "vCPUs at a time, at most, in each of the two compute environments."
  type        = number
  default     = 256
  validation {
    condition     = var.max_vcpus >= 1 && var.max_vcpus <= 100000 && floor(var.max_vcpus) == var.max_vcpus
    error_message = "A whole number from 1 to 100000."
  }
}

variable "vpc_id" {
  description = "The VPC of the jobs. Default: the account's default VPC of the region."
  type        = string
  default     = null
  validation {
    condition     = var.vpc_id == null || can(regex("^vpc-[0-9a-f]+$", var.vpc_id))
    error_message = "An id such as vpc-0123456789abcdef0."
  }
}

variable "subnet_ids" {
  description = "The subnets of the jobs, with a way to the internet or to endpoints of S3, ECR, ECS and CloudWatch Logs. Default: all of the VPC."
  type        = list(string)
  default     = null
  validation {
    condition     = var.subnet_ids == null || try(alltrue([for id in var.subnet_ids : can(regex("^subnet-[0-9a-f]+$", id))]) && length(var.subnet_ids) > 0, false)
    error_message = "At least one id such as subnet-0123456789abcdef0."
  }
}

variable "log_days" {
  description = "Days that jobs' logs are kept."
  type        = number
  default     = 30
  validation {
    condition     = contains([1, 3, 5, 7, 14, 30, 60, 90, 180, 365], var.log_days)
    error_message = "CloudWatch takes 1, 3, 5, 7, 14, 30, 60, 90, 180 or 365 here."
  }
}

variable "disk_gib" {
  description = "Disk of an instance, GiB: the image, and 5 GB of cached designs per job."
  type        = number
  default     = 60
  validation {
    condition     = var.disk_gib >= 30 && var.disk_gib <= 1000
    error_message = "30 to 1000."
  }
}

variable "delete_results" {
  description = "Whether `terraform destroy` may delete a bucket that still holds results."
  type        = bool
  default     = false
}
