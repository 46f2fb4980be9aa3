"""The tests, the simulations and the benchmarks."""
