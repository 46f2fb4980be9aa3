"""How an account is called where a person reads of it."""


def account_words(name: str) -> str:
    """Return an account, as the journal calls it, in words: such as `Callbell, the account of ana@example.com`.

    Args:
        name: The service's address, and the account's label or its owner's e-mail if there is one.

    """
    address, _, label = name.partition(" ")
    return f"Callbell, the account of {label}" if label else address
