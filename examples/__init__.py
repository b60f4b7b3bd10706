"""Synthetic exports for the demonstration and the tests, and the program that makes them."""
