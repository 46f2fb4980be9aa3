"""A stand-in for the Callbell API: a real HTTP server on the loopback address."""
