"""An emulation of AWS Batch whose jobs are real local processes.

moto serves everything but jobs (S3, IAM, CloudWatch Logs, queues, compute environments, job
definitions). Jobs are ours: `rules` refuses what AWS refuses and moto accepts, `scheduler` starts
processes as the queue's vCPUs allow, `faults` makes happen what the cloud makes happen, `verbs`
answers as AWS answers. It runs as a process of its own on 127.0.0.1: `python -m
tests.aws.emulation.server PORT`.
"""
