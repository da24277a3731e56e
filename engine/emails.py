"""Email addresses as they are kept: the same person is found however they typed theirs."""

from __future__ import annotations

from engine.errors import InvalidInput

LONGEST = 190


def normal_email(text: str) -> str:
    """In small letters, its domain as people read it. Nothing is looked up, and nothing is ever sent there.

    Raises `InvalidInput`.
    """
    # Imported here: most requests come with a key.
    from email_validator import EmailNotValidError, validate_email

    try:
        email = validate_email(text.strip(), check_deliverability=False).normalized.lower()
    except EmailNotValidError as error:
        raise InvalidInput(f"This is not an email address that can be used. {error}", field="email") from error
    if len(email) > LONGEST:
        raise InvalidInput(f"An email address has at most {LONGEST} characters here.", field="email")
    return email
