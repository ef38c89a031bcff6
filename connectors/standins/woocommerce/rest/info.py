"""What a store says of itself: the indexes, settings/general, the currency, a short system status."""

from connectors.standins.woocommerce.model import Json
from connectors.standins.woocommerce.payloads.links import href, links
from connectors.standins.woocommerce.rest.door import Answer, Call, Door
from connectors.standins.woocommerce.rest.errors import not_found
from connectors.standins.woocommerce.store import Store
from connectors.standins.woocommerce.webhooks import WORDPRESS

NAME = "Stand-in Store"
_CURRENCIES = {
    "USD": ("United States (US) dollar", "&#36;"),
    "GBP": ("Pound sterling", "&pound;"),
    "EUR": ("Euro", "&euro;"),
}
_COUNTRIES = {"US:NY": "United States (US) — New York", "GB": "United Kingdom (UK)", "DE": "Germany"}
# id, label, type, value, options
_SETTINGS: tuple[tuple[str, str, str, str, dict[str, str] | None], ...] = (
    ("woocommerce_store_address", "Address line 1", "text", "1 Stand-in Street", None),
    ("woocommerce_store_address_2", "Address line 2", "text", "", None),
    ("woocommerce_store_city", "City", "text", "New York", None),
    ("woocommerce_default_country", "Country / State", "select", "US:NY", _COUNTRIES),
    ("woocommerce_store_postcode", "Postcode / ZIP", "text", "10001", None),
    ("woocommerce_enable_coupons", "Enable coupons", "checkbox", "yes", None),
    ("woocommerce_currency", "Currency", "select", "", {code: name for code, (name, _) in _CURRENCIES.items()}),
    ("woocommerce_currency_pos", "Currency position", "select", "left", {"left": "Left", "right": "Right"}),
    ("woocommerce_price_thousand_sep", "Thousand separator", "text", ",", None),
    ("woocommerce_price_decimal_sep", "Decimal separator", "text", ".", None),
    ("woocommerce_price_num_decimals", "Number of decimals", "number", "2", None),
)


def plug(door: Door) -> None:
    """Opens the routes; both indexes need no keys."""
    routes = InfoRoutes(door)
    door.add("", public=True, get=routes.root)
    door.add("wc/v3", public=True, get=routes.index)
    door.add("wc/v3/system_status", get=routes.system_status)
    door.add("wc/v3/settings/general", list=routes.settings)
    door.add("wc/v3/settings/general/<string:id>", get=routes.setting)
    door.add("wc/v3/data/currencies/current", get=routes.currency)


class InfoRoutes:
    """The handlers."""

    def __init__(self, door: Door) -> None:
        self._door = door
        self._store: Store = door.store
        self._state = door.store.state

    def root(self, call: Call) -> Answer:  # noqa: ARG002 - every handler is given the call
        """GET /wp-json/: WordPress's own index, with the site's name and zone."""
        offset = self._state.local(self._state.now()).utcoffset()
        return Answer(
            {
                "name": NAME,
                "description": "A stand-in for a WooCommerce store",
                "url": self._state.url,
                "home": self._state.url,
                "gmt_offset": offset.total_seconds() / 3600 if offset else 0,
                "timezone_string": self._state.zone.key,
                "namespaces": ["wc/v3", "wc-perennial/v1"],
                "authentication": {},
                "routes": self._routes(""),
            }
        )

    def index(self, call: Call) -> Answer:  # noqa: ARG002 - every handler is given the call
        """GET /wp-json/wc/v3."""
        up = {"up": [{"href": f"{self._state.url}/wp-json/"}]}
        return Answer({"namespace": "wc/v3", "routes": self._routes("wc/v3"), "_links": up})

    def _routes(self, below: str) -> Json:
        rules = {rule: methods for rule, methods in self._door.rules.items() if rule.startswith(below)}
        return {
            f"/{rule}": {
                "namespace": "wc/v3",
                "methods": methods,
                "endpoints": [{"methods": [method], "args": {}} for method in methods],
                "_links": {"self": [{"href": f"{self._state.url}/wp-json/{rule}"}]},
            }
            for rule, methods in rules.items()
        }

    def settings(self, call: Call) -> Answer:  # noqa: ARG002 - every handler is given the call
        """GET settings/general."""
        return Answer([self._setting(row) for row in _SETTINGS])

    def setting(self, call: Call) -> Answer:
        """GET settings/general/{id}."""
        wanted = str(call.ids["id"])
        row = next((row for row in _SETTINGS if row[0] == wanted), None)
        if row is None:
            raise not_found("rest_setting_setting_invalid", "Invalid setting.")
        return Answer(self._setting(row))

    def _setting(self, row: tuple[str, str, str, str, dict[str, str] | None]) -> Json:
        name, label, kind, fixed, options = row
        value = self._state.currency if name == "woocommerce_currency" else fixed
        path = f"settings/general/{name}"
        return {
            "id": name,
            "label": label,
            "description": "",
            "type": kind,
            "default": "",
            "tip": "",
            "value": value,
            **({"options": options} if options is not None else {}),
            "_links": links(self._state, path, collection="settings/general", allow=("GET", "POST", "PUT", "PATCH")),
        }

    def currency(self, call: Call) -> Answer:  # noqa: ARG002 - every handler is given the call
        """GET data/currencies/current."""
        code = self._state.currency
        name, symbol = _CURRENCIES.get(code, (code, code))
        found = links(self._state, f"data/currencies/{code}", collection="data/currencies", allow=("GET",))
        return Answer({"code": code, "name": name, "symbol": symbol, "_links": found})

    def system_status(self, call: Call) -> Answer:  # noqa: ARG002 - every handler is given the call
        """GET system_status, the part that apps ask for."""
        plugins = [{"plugin": "perennial/perennial.php", "name": "Perennial", "version": "1.0.0", "url": ""}]
        return Answer(
            {
                "environment": {
                    "home_url": self._state.url,
                    "site_url": self._state.url,
                    "version": self._state.version,
                    "wp_version": WORDPRESS,
                    "wp_multisite": False,
                    "wp_cron": True,
                    "language": "en_US",
                    "default_timezone": "UTC",
                },
                "active_plugins": plugins if self._store.plugin_app_url else [],
                "settings": {
                    "currency": self._state.currency,
                    "currency_symbol": _CURRENCIES.get(self._state.currency, ("", self._state.symbol))[1],
                    "currency_position": "left",
                    "thousand_separator": ",",
                    "decimal_separator": ".",
                    "number_of_decimals": 2,
                    "HPOS_enabled": True,
                },
                "_links": {"self": [{"href": href(self._state, "system_status")}]},
            }
        )
