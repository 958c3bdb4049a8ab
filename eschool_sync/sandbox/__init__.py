"""A made-up school to try things on: a real server in this process, encrypted replicas."""

from eschool_sync.sandbox.sandbox import Sandbox

__all__ = ["Sandbox"]
