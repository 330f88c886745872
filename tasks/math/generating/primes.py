"""Primes and factorisation of moderate whole numbers."""

from functools import cache


@cache
def primes_below(limit: int) -> tuple[int, ...]:
    """The primes below `limit`, by the sieve of Eratosthenes."""
    sieve = bytearray([1]) * limit
    sieve[:2] = b"\0\0"[: min(limit, 2)]
    for number in range(2, int(limit**0.5) + 1):
        if sieve[number]:
            sieve[number * number :: number] = bytes(len(range(number * number, limit, number)))
    return tuple(number for number in range(limit) if sieve[number])


def factorise(number: int) -> list[int]:
    """The prime factors of a whole number >= 1, ascending, repeated as often as they occur."""
    factors, divisor = [], 2
    while divisor * divisor <= number:
        while number % divisor == 0:
            factors.append(divisor)
            number //= divisor
        divisor += 1 if divisor == 2 else 2
    return [*factors, number] if number > 1 else factors
