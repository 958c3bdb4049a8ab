"""Disasters made to happen, each runnable by command and in small in the ordinary test run."""
