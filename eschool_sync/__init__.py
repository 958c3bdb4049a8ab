"""Encrypted replicas of what one person may see, kept equal with a central server."""
