"""Who sits at the browser: one cookie with two chairs, a shop manager's and a shopper's, so that a demo needs one browser."""

import hmac

from flask import session

from connectors.standins.woocommerce.model import MANAGERS, User
from connectors.standins.woocommerce.state import State

STAFF, SHOPPER = "staff", "shopper"


def sign_in(user: User, chair: str) -> None:
    """Puts the user into the chair."""
    session[chair] = user.id


def sign_out(chair: str) -> None:
    """Empties the chair."""
    session.pop(chair, None)


def user_in(state: State, chair: str) -> User | None:
    """Who sits there; None once the account is gone."""
    return state.users.get(session.get(chair, 0))


def manager(state: State) -> User | None:
    """Who may use the admin: staff signed in whose role still allows it."""
    user = user_in(state, STAFF)
    return user if user is not None and user.role in MANAGERS else None


def check_password(state: State, login: str, *, password: str) -> User | None:
    """The user with this name or address and password."""
    user = state.user_by_login(login.strip())
    fits = user is not None and hmac.compare_digest(user.password.encode(), password.encode())
    return user if fits else None


def nonce(state: State, user: User | None, *, action: str) -> str:
    """WordPress's nonce: a word for one user and one action, to be sent back with the form."""
    return state.sign(f"nonce {user.id if user else 0} {action}")


def is_nonce(state: State, user: User | None, *, action: str, given: str) -> bool:
    """Whether the word is the one that was given out."""
    return hmac.compare_digest(nonce(state, user, action=action).encode(), given.encode())
