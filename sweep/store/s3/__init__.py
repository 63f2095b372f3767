"""S3: a store in a bucket, on AWS or a server like it."""
