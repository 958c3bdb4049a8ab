"""The regulation as a library: tables, commands, checks, rights, queries; no network, no keys."""
