"""What people are told in the morning: the digest, failures, and the outbox they wait in."""
