"""WooCommerce's doors: the pages inside wp-admin, and the way of an install over the store's own approval."""

from flask import Blueprint, Response, redirect, render_template, request
from werkzeug.exceptions import BadRequest, Unauthorized
from werkzeug.wrappers import Response as Answer

from app.pipeline import approval
from app.pipeline.approval import Arrival, Stage
from app.translations import marked
from app.web import admin
from app.web.guard import Guard, guarded
from app.web.headers import Frame, open_frame
from app.web.house import runtime
from app.web.notice import Way, notice
from app.web.place import say
from connectors.errors import Malformed, Permanent
from connectors.stores.woocommerce import WooCommerce, plugin
from connectors.stores.woocommerce import install as woocommerce

PLATFORM = WooCommerce.platform
APP_NAME = "Perennial"

routes = Blueprint("woocommerce", __name__)


@routes.get("/embed/woocommerce")
@guarded(Guard.PLATFORM_DOCUMENT)
def embedded() -> Answer:
    """Where the store's menu leads: on to the first page, which judges the token in the address and takes it once."""
    return redirect(f"{admin.FIRST}?{request.query_string.decode('latin-1')}")


@routes.get("/install/woocommerce")
@guarded(Guard.PUBLIC)
def install() -> Response:
    """Where a merchant types the store's address, or finds it filled in by the store's admin. A link alone leads nowhere."""
    return _asked(request.args.get("store", ""))


@routes.get("/install/woocommerce/perennial.zip")
@guarded(Guard.PUBLIC)
def companion() -> Response:
    """The companion plugin, made for this app; it holds nothing but the app's address."""
    headers = {"Content-Disposition": f'attachment; filename="{plugin.NAME}"'}
    return Response(plugin.archive(runtime().config.app_url), headers=headers, mimetype="application/zip")


@routes.post("/install/woocommerce")
@guarded(Guard.PUBLIC)
def begin() -> Answer:
    """On to the approval screen of the store that was typed."""
    typed, allow_private = request.form.get("store", ""), runtime().config.allow_private_stores
    try:
        address = woocommerce.store_address(typed, allow_private=allow_private)
    except Permanent as error:
        return _asked(typed, complaint=say(str(error)))
    return redirect(_approval_screen(address), code=303)


def _asked(typed: str, *, complaint: str | None = None) -> Response:
    # The browser follows the form to the store, so the policy has to let it go there.
    open_frame(Frame(forms=("'self'", "https:", *(("http:",) if runtime().config.allow_private_stores else ()))))
    page = render_template("install_woocommerce.html", typed=typed[:300], complaint=complaint)
    return Response(page, status=400 if complaint else 200)


def _approval_screen(address: str) -> str:
    app_url = runtime().config.app_url
    return woocommerce.authorize_url(
        address,
        state=approval.begin(runtime(), platform=PLATFORM, address=address),
        app_name=APP_NAME,
        return_url=f"{app_url}/install/woocommerce/return",
        callback_url=f"{app_url}/install/woocommerce/keys",
    )


@routes.post("/install/woocommerce/keys")
@guarded(Guard.SIGNED_LINK)
def keys() -> Response:
    """The store hands over its keys: kept unproven, answered with exactly 200 at once, so that no approval hangs on us."""
    try:
        state, credentials = woocommerce.read_keys(request.get_data(cache=False))
    except Malformed:
        raise BadRequest("These are not the keys of a store.") from None
    if not approval.keep_keys(runtime(), state, credentials=credentials):
        raise Unauthorized("Nobody waits for these keys (any more).")
    return Response(status=200)


@routes.get("/install/woocommerce/return")
@guarded(Guard.SIGNED_LINK)
def returned() -> Response:
    """The merchant's browser is back. What it says proves nothing: what is known of the keys decides what is shown."""
    if request.args.get("success") != "1":
        return notice(
            marked("Nothing was connected"),
            marked("You did not approve, so we know nothing of your store."),
            way=Way(marked("Try again"), "/install/woocommerce"),
        )
    return _shown(approval.finish(runtime(), request.args.get("user_id", "")))


def _shown(arrived: Arrival) -> Response:
    menu = Way(marked("Open your store's admin"), f"{arrived.address}/wp-admin/admin.php?page=perennial")
    again = Way(marked("Begin again"), "/install/woocommerce")
    match arrived.stage:
        case Stage.CONNECTED:
            first = marked(
                "Your customers and orders are coming in now. Nothing is sent until you switch a workflow on."
            )
            return notice(marked("Your store is connected"), first, way=menu)
        case Stage.REFUSED:
            return notice(marked("Your store could not be connected"), arrived.trouble or "", status=409, way=again)
        case Stage.WAITING:
            return notice(
                marked("Your store's keys are on their way"), marked("This page looks again by itself."), refresh=3
            )
        case Stage.LATER:
            return notice(
                marked("Your store is being connected"), marked("This page looks again by itself."), refresh=5
            )
        case Stage.UNKNOWN:
            sentence = marked("This installation was begun more than half an hour ago, or elsewhere.")
            return notice(marked("Please begin again"), sentence, status=404, way=again)
