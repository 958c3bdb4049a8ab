"""What travels between a replica and the server."""
