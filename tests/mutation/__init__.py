"""Mutation tests: small changes of the code that decides about contacts, each of which a unit test must notice."""
