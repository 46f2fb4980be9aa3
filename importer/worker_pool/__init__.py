"""Requests in flight until every row has its final status: the pool, its queue, its operations, the rate limiter."""
