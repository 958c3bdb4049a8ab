"""Packages of a class and year for the electronic data bank: made, signed, checked (4.4.5/3)."""
