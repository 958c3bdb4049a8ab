"""The command line: parses, calls one door of the library, shows the answer."""
