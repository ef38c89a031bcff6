"""What Alembic runs for every command: the steps of one part, over the connection that `migrations` hands in."""

from alembic import context

from migrations import options

part = context.config.attributes["part"]
context.configure(connection=context.config.attributes["connection"], **options(part))
context.run_migrations()
