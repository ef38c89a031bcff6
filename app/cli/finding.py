"""Finds what a command names, or says which names there are."""

from collections.abc import Iterable

import click
import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.model import Store
from app.runtime import Runtime
from workflows.language import Step, Workflow


def store_named(session: Session, name: str) -> Store:
    """The store of this id, address or public key. Raises click.UsageError listing those there are."""
    stores = session.scalars(sa.select(Store).order_by(Store.id)).all()
    for store in stores:
        if name in {str(store.id), store.address, store.public_key, store.address.split("://")[-1]}:
            return store
    raise unknown("store", name, known=[f"{store.id} ({store.address})" for store in stores])


def workflow_named(runtime: Runtime, name: str) -> Workflow:
    if name not in runtime.workflows:
        raise unknown("workflow", name, known=runtime.workflows)
    return runtime.workflows[name]


def step_named(workflow: Workflow, name: str) -> Step:
    known = [one.name for one in workflow.steps]
    if name not in known:
        raise unknown("step", name, known=known)
    return workflow.step(name)


def unknown(kind: str, name: str, *, known: Iterable[str]) -> click.UsageError:
    names = ", ".join(known)
    return click.UsageError(
        f"There is no {kind} “{name}”. " + (f"There is: {names}." if names else "There is none yet.")
    )
