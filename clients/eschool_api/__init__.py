"""JSON on loopback: a replica for front ends that are written in other languages."""
