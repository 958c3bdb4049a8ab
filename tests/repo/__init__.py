"""The project's rules about its own files."""
