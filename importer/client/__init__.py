"""One request in, one reply out: the only home of aiohttp's client."""
