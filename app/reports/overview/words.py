"""How machine words, complaints and people are called on the page."""

from app.model import Customer
from app.policy.reasons import SENTENCES


def labelled(name: str) -> str:
    """A machine's word as people read it: "miss_you" -> "Miss you"."""
    return name.replace("_", " ").capitalize()


def readable(sentence: str) -> str:
    """A sentence with the names of dials and texts as the page shows them."""
    parts = sentence.split("“")
    return parts[0] + "".join(
        f"“{labelled(quoted.partition('”')[0])}”{quoted.partition('”')[2]}" for quoted in parts[1:]
    )


def who(customer: Customer) -> str:
    """How a customer is called on the page: by name, else by address."""
    name = " ".join(part for part in (customer.first_name, customer.last_name) if part)
    return name or customer.email or "A customer without a name"


def sentence_of(reason: str) -> str:
    """A ledger's word as a sentence; the word itself where it is not one of ours."""
    ours = {word.value: sentence for word, sentence in SENTENCES.items()}
    return ours.get(reason) or f"{labelled(reason)}."
