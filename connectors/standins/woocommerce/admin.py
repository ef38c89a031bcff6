"""wp-admin, the part that matters: orders with what staff do to them, REST keys to revoke, webhooks, plugins."""

from collections.abc import Callable
from urllib.parse import urlsplit

from flask import Blueprint, abort, redirect, render_template, request
from werkzeug.wrappers import Response

from connectors.standins.woocommerce import companion, plugin, session
from connectors.standins.woocommerce.model import Order, Status, User
from connectors.standins.woocommerce.payloads.links import money
from connectors.standins.woocommerce.seed import MANAGER, PASSWORD
from connectors.standins.woocommerce.store import Store

SHOWN = 30
HOME = "/wp-admin/admin.php?page=wc-orders"


def plug(store: Store) -> Blueprint:
    """The admin, for the app of this store."""
    pages = Blueprint("admin", __name__)
    admin = Admin(store)
    pages.add_url_rule("/wp-login.php", "login", admin.login, methods=["GET", "POST"])
    pages.add_url_rule("/wp-admin/", "home", admin.home, strict_slashes=False)
    pages.add_url_rule("/wp-admin/admin.php", "page", admin.page)
    pages.add_url_rule("/wp-admin/plugins.php", "plugins", admin.plugins)
    pages.add_url_rule("/wp-admin/plugins/perennial/deactivate", "deactivate", admin.deactivate, methods=["POST"])
    pages.add_url_rule("/wp-admin/orders/<int:number>", "order", admin.act, methods=["POST"])
    pages.add_url_rule("/wp-admin/keys/<int:number>/revoke", "revoke", admin.revoke, methods=["POST"])
    pages.add_url_rule("/wp-admin/logout", "logout", admin.logout, methods=["POST"])
    pages.after_request(_own_frames_only)
    return pages


def _own_frames_only(response: Response) -> Response:
    response.headers["X-Frame-Options"] = "SAMEORIGIN"
    response.headers["Content-Security-Policy"] = "frame-ancestors 'self'"
    return response


class Admin:
    """The handlers."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._state = store.state

    def login(self) -> Response | str:
        """WordPress's login, with a button for those who only want to look around."""
        target, error = _own_path(request.values.get("redirect_to", "")), ""
        if request.method == "POST":
            self._check_nonce(None)
            if request.form.get("shortcut"):
                user = session.check_password(self._state, MANAGER, password=PASSWORD)
            else:
                form = request.form
                user = session.check_password(self._state, form.get("log", ""), password=form.get("pwd", ""))
            if user is not None:
                session.sign_in(user, session.STAFF)
                return redirect(target)
            error = "The username or password is not right."
        nonce = session.nonce(self._state, None, action="admin")
        return render_template("admin_login.html", error=error, redirect_to=target, nonce=nonce)

    def logout(self) -> Response:
        """Leaves the admin."""
        self._user_for_post()
        session.sign_out(session.STAFF)
        return redirect("/wp-login.php")

    def home(self) -> Response:
        """/wp-admin/ leads to the orders."""
        return redirect(HOME)

    def page(self) -> Response | str:
        """/wp-admin/admin.php?page=…"""
        ways: dict[str, Callable[[User], Response | str]] = {
            "wc-orders": self._orders,
            "wc-settings": self._keys,
            "wc-webhooks": self._webhooks,
            "perennial": lambda user: plugin.page(self._store, user),
        }
        way = ways.get(request.args.get("page", ""))
        return self._shown(way) if way is not None else abort(404)

    def plugins(self) -> Response | str:
        """/wp-admin/plugins.php"""
        return self._shown(lambda user: self._render("admin_plugins.html", user, current="plugins"))

    def deactivate(self) -> Response:
        """The companion plugin is switched off; it says good-bye first."""
        self._user_for_post()
        companion.switched_off(self._store)
        return redirect("/wp-admin/plugins.php")

    def act(self, number: int) -> Response:
        """A button beside an order."""
        self._user_for_post()
        with self._state.lock:
            order = self._state.orders.get(number) or abort(404)
            deed = self._deeds(order).get(request.form.get("do", "")) or abort(400)
            try:
                deed()
            except ValueError:
                abort(409)
        return redirect(HOME)

    def _deeds(self, order: Order) -> dict[str, Callable[[], object]]:
        orders = self._store.orders
        return {
            "complete": lambda: orders.set_status(order, Status.COMPLETED),
            "cancel": lambda: orders.set_status(order, Status.CANCELLED),
            "refund": lambda: orders.refund(order, order.total - order.refunded, reason="Refunded by hand"),
            "trash": lambda: orders.trash(order),
            "restore": lambda: orders.restore(order),
        }

    def revoke(self, number: int) -> Response:
        """Takes a REST key away; its webhooks stay."""
        self._user_for_post()
        with self._state.lock:
            self._state.keys.pop(number, None)
        return redirect("/wp-admin/admin.php?page=wc-settings&tab=advanced&section=keys")

    def _orders(self, user: User) -> str:
        trash = request.args.get("status") == "trash"
        page = max(1, request.args.get("paged", 1, type=int))
        with self._state.lock:
            every = [one for one in self._state.orders.values() if (one.status == Status.TRASH) == trash]
            every.sort(key=lambda one: (one.created_at, one.id), reverse=True)
            shown = [self._row(one) for one in every[(page - 1) * SHOWN : page * SHOWN]]
        more = page * SHOWN < len(every)
        return self._render(
            "admin_orders.html",
            user,
            current="orders",
            orders=shown,
            total=len(every),
            page=page,
            more=more,
            trash=trash,
        )

    def _row(self, order: Order) -> dict[str, object]:
        names = f"{order.billing.get('first_name', '')} {order.billing.get('last_name', '')}".strip()
        return {
            "id": order.id,
            "who": names or order.billing.get("email") or "Guest without an address",
            "email": order.billing.get("email", ""),
            "guest": not order.customer_id,
            "status": str(order.status),
            "at": f"{self._state.local(order.created_at):%b %d, %Y %H:%M}",
            "total": money(order.total),
            "refunded": money(order.refunded) if order.refunded else "",
            "left": order.total - order.refunded > 0,
            "lines": [(line.quantity, line.name) for line in order.lines[:4]],
            "more_lines": max(0, len(order.lines) - 4),
        }

    def _keys(self, user: User) -> str:
        with self._state.lock:
            rows = [(key, self._state.users.get(key.user_id)) for key in self._state.keys.values()]
        return self._render("admin_keys.html", user, current="keys", keys=rows)

    def _webhooks(self, user: User) -> str:
        with self._state.lock:
            hooks = list(self._state.webhooks.values())
        answers = list(self._store.webhooks.answers)[:-21:-1]
        waiting = len(self._store.webhooks.pending)
        return self._render(
            "admin_webhooks.html", user, current="webhooks", webhooks=hooks, answers=answers, waiting=waiting
        )

    def _shown(self, way: Callable[[User], Response | str]) -> Response | str:
        user = session.manager(self._state)
        if user is None:
            back = request.full_path.rstrip("?")
            return redirect(f"/wp-login.php?redirect_to={back.replace('&', '%26')}")
        return way(user)

    def _render(self, template: str, user: User, **context: object) -> str:
        nonce = session.nonce(self._state, user, action="admin")
        return render_template(template, user=user, admin_nonce=nonce, symbol=self._state.symbol, **context)

    def _user_for_post(self) -> User:
        user = session.manager(self._state)
        if user is None:
            abort(403)
        self._check_nonce(user)
        return user

    def _check_nonce(self, user: User | None) -> None:
        given = request.form.get("_wpnonce", "")
        if not session.is_nonce(self._state, user, action="admin", given=given):
            abort(403)


def _own_path(target: str) -> str:
    """Only a path of this store may be gone to after the login."""
    parts = urlsplit(target)
    own = target.startswith("/wp-admin/") and not parts.scheme and not parts.netloc
    return target if own else HOME
