"""What the tests share: fakes, servers, virtual time, sample files."""
