"""Figures that anyone can repeat: `python -m tests.benchmarks NAME`. No tests, for they depend on the machine."""
