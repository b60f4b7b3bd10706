"""The morning's notices: the digest, failures, and the outbox in which messages wait."""
