"""The browser pages, served from a replica or by the server; none is written yet."""
