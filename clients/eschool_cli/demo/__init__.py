"""The demo: a school day offline and back, on a real server with real replicas."""

from eschool_cli.demo.command import demo

__all__ = ["demo"]
