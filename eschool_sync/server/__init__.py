"""The server: one school is one database, ordered by one writer."""
