"""Backups: written to a public key, verified by restoring, restored as a new incarnation."""
