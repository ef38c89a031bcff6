"""The companion plugin, run by PHP against as much of WordPress as it calls, and read by our own connector."""

import io
import json
import shutil
import subprocess
import zipfile
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from connectors.base import StoreConnector
from connectors.errors import Unauthorised
from connectors.records import CheckoutRecord, InterestRecord, StoreNews, StoreProfile, StoreRecord
from connectors.stores.woocommerce import install
from connectors.stores.woocommerce.plugin import FOLDER, archive
from connectors.stores.woocommerce.read import COMPANION

PHP = shutil.which("php")
SHIM = Path(__file__).parent / "wordpress" / "shim.php"
PLUGIN = FOLDER / "perennial.php"
ITEM = "array( array( 'product_id' => 77, 'variation_id' => 0, 'quantity' => 2, 'data' => new Tea() ) )"

needs_php = pytest.mark.skipif(PHP is None, reason="PHP is not on this machine: the companion plugin is not run")


def run(scenario: str) -> Any:
    """What the scenario prints, with the plugin started inside the little WordPress."""
    script = f"error_reporting( E_ALL ); require '{SHIM}'; require '{PLUGIN}'; {scenario}"
    done = subprocess.run([str(PHP), "-r", script], capture_output=True, text=True, timeout=20, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return json.loads(done.stdout)


def read(connector: StoreConnector, told: list[Any], *, profile: StoreProfile) -> Any:
    topic, body = told
    raw = json.dumps(body).encode()
    [record] = connector.read(topic, raw, profile=profile, received_at=datetime.now(UTC)).records
    return record


@needs_php
def test_it_is_good_php() -> None:
    done = subprocess.run([str(PHP), "-l", str(PLUGIN)], capture_output=True, timeout=20, check=False)
    assert done.returncode == 0


@needs_php
def test_it_offers_the_topics_that_we_read_and_their_resources() -> None:
    offered, resources = run(
        "echo json_encode( array( Perennial::status(), apply_filters( 'woocommerce_valid_webhook_resources', array() ) ) );"
    )
    assert set(offered["topics"]) == set(COMPANION)
    assert set(resources) == {topic.partition(".")[0] for topic in COMPANION}


@needs_php
def test_its_launch_token_opens_our_page_and_names_the_visitor() -> None:
    token = run("$visitor = 7; pair_up(); echo json_encode( Perennial::launch()->data['token'] );")
    assert install.claimed_store(token) == "k1"
    visitor = install.read_launch(
        token, secret="s" * 43, address="https://shop.example", audience="https://app.example", now=datetime.now(UTC)
    )
    assert (visitor.user_id, visitor.locale) == ("7", "de-DE")


@needs_php
def test_its_routes_are_for_those_who_manage_the_store() -> None:
    rights = run(
        "Perennial::add_routes(); $may = false;"
        " echo json_encode( array_map( fn( $one ) => $one['permission_callback'](), $routes ) );"
    )
    names = ("pair", "status", "launch", "device")
    assert rights == dict.fromkeys((f"wc-perennial/v1/{name}" for name in names), False)


@needs_php
def test_a_button_asks_for_notifications_and_a_browser_is_passed_on_with_a_token_that_opens_no_admin() -> None:
    page, calls, status = run(
        "$visitor = 7; pair_up(); ob_start(); do_action( 'woocommerce_account_dashboard' );"
        " do_action( 'woocommerce_account_dashboard' ); $page = ob_get_clean();"
        " $answer = Perennial::device( new Request( array( 'subscription' => array( 'endpoint' => 'https://x' ) ) ) );"
        " echo json_encode( array( $page, $calls, $answer->status ) );"
    )
    assert 'hidden><button type="button"' in page
    assert '"key":"BKey"' in page
    assert '"scope":"https:\\/\\/shop.example\\/perennial\\/"' in page, "it takes no other worker's place in the store"
    assert [call[:2] for call in calls] == [
        ["GET", "https://app.example/storefront/key"],
        ["POST", "https://app.example/storefront/woocommerce/device"],
    ]
    token, body = calls[1][2]["Authorization"].removeprefix("Bearer "), json.loads(calls[1][3])
    assert (status, body) == (204, {"subscription": {"endpoint": "https://x"}})
    keys: dict[str, Any] = {"secret": "s" * 43, "address": "https://shop.example", "now": datetime.now(UTC)}
    assert install.read_launch(token, audience="https://app.example/storefront", **keys).user_id == "7"
    with pytest.raises(Unauthorised):
        install.read_launch(token, audience="https://app.example", **keys)


@needs_php
def test_nobody_is_asked_who_is_not_signed_in_or_whose_store_is_not_connected() -> None:
    for scenario in ("$visitor = 7;", "pair_up();"):
        told = run(
            f"{scenario} ob_start(); do_action( 'woocommerce_account_dashboard' ); echo json_encode( ob_get_clean() );"
        )
        assert told == ""


@needs_php
@pytest.mark.parametrize(
    "told",
    [
        "array()",
        "array( 'app_url' => 'javascript:x', 'store_id' => 'k', 'secret' => str_repeat( 's', 43 ) )",
        "array( 'app_url' => 'https://app.example', 'store_id' => 'k', 'secret' => 'short' )",
        "array( 'app_url' => array( 'x' ), 'store_id' => 'k', 'secret' => str_repeat( 's', 43 ) )",
    ],
)
def test_what_is_no_pairing_is_refused(told: str) -> None:
    code, kept = run(
        f"$e = Perennial::pair( new Request( {told} ) ); echo json_encode( array( $e->data['status'], $options ) );"
    )
    assert (code, kept) == (400, [])


@needs_php
def test_a_plugin_made_for_one_app_pairs_with_no_other() -> None:
    other = "define( 'PERENNIAL_APP_URL', 'https://other.example' );"
    script = f"require '{SHIM}'; {other} require '{PLUGIN}'; echo json_encode( pair_up()->data['status'] );"
    done = subprocess.run([str(PHP), "-r", script], capture_output=True, text=True, timeout=20, check=False)
    assert json.loads(done.stdout) == 409


@needs_php
def test_a_cart_is_told_once_it_is_known_whose_it_is_and_until_it_is_empty(
    connector: StoreConnector, profile: StoreProfile
) -> None:
    told = run(
        f"pair_up(); $cart = WC()->cart; $cart->items = {ITEM}; do_action( 'woocommerce_add_to_cart' );"
        " WC()->customer->email = 'anna@example.com'; do_action( 'woocommerce_checkout_update_order_review' );"
        " $first = bodies(); $told = array(); $cart->items = array(); do_action( 'woocommerce_cart_emptied' );"
        " echo json_encode( array( $first, bodies() ) );"
    )
    [open_cart], [closed] = told
    left: CheckoutRecord = read(connector, open_cart, profile=profile)
    gone: CheckoutRecord = read(connector, closed, profile=profile)
    assert left.buyer is not None
    assert (left.buyer.email, left.total, left.currency, left.completed_at) == ("anna@example.com", 2500, "EUR", None)
    assert [(one.title, one.quantity, one.price) for one in left.lines] == [("Tea & honey", 2, 1250)]
    assert gone.external_id == left.external_id
    assert gone.completed_at is not None


@needs_php
def test_nothing_is_told_while_the_store_is_not_connected() -> None:
    scenario = f"$visitor = 7; WC()->cart->items = {ITEM}; do_action( 'woocommerce_add_to_cart' );"
    assert run(f"{scenario} do_action( 'template_redirect' ); echo json_encode( bodies() );") == []


@needs_php
def test_a_look_is_told_once_an_hour_and_only_of_somebody_signed_in(
    connector: StoreConnector, profile: StoreProfile
) -> None:
    told = run(
        "pair_up(); do_action( 'template_redirect' ); $visitor = 7;"
        " do_action( 'template_redirect' ); do_action( 'template_redirect' ); echo json_encode( bodies() );"
    )
    [look] = told
    record: InterestRecord = read(connector, look, profile=profile)
    assert (record.product_external_id, record.customer_external_id, record.is_wish) == ("77", "7", False)


@needs_php
def test_a_wish_with_a_typed_address_is_told_and_one_without_is_not(
    connector: StoreConnector, profile: StoreProfile
) -> None:
    told = run(
        "pair_up(); foreach ( array( 'nobody', 'ben@example.com' ) as $email ) {"
        " $_POST = array( 'product' => '77', 'email' => $email );"
        " try { do_action( 'admin_post_nopriv_perennial_wish' ); } catch ( Gone $gone ) {} }"
        " echo json_encode( bodies() );"
    )
    [wish] = told
    record: InterestRecord = read(connector, wish, profile=profile)
    assert (record.product_external_id, record.email, record.is_wish) == ("77", "ben@example.com", True)


@needs_php
def test_strangers_fill_nothing_up_with_their_wishes() -> None:
    """A member's wish is still told when so many strangers have asked within the hour that no more are heard."""
    kept, told = run(
        "pair_up(); for ( $i = 0; $i < 200; $i++ ) { $visitor = $i < 199 ? 0 : 7;"
        ' $_POST = array( "product" => "77", "email" => "ben$i@example.com" );'
        " try { do_action( $visitor ? 'admin_post_perennial_wish' : 'admin_post_nopriv_perennial_wish' ); }"
        " catch ( Gone $gone ) {} }"
        " $ours = array_filter( $lives, fn( $name ) => str_starts_with( $name, 'perennial_told_' ), ARRAY_FILTER_USE_KEY );"
        " echo json_encode( array( array_count_values( $ours ), bodies()[60][1]['customer_id'] ) );"
    )
    # An hour may have begun meanwhile.
    assert kept["86400"] == 1
    assert 60 <= kept["7200"] <= 120
    assert told == 7


@needs_php
def test_it_says_goodbye_and_forgets_the_pairing(connector: StoreConnector, profile: StoreProfile) -> None:
    bodies, kept = run(
        "pair_up(); do_action( 'deactivate' );"
        " $sent = array_values( array_filter( $told, fn( $one ) => 'delivered' === $one[0] ) );"
        " echo json_encode( array( $sent, $options ) );"
    )
    [[_, [body]]] = bodies
    record = read(connector, ["perennial_store.deleted", body], profile=profile)
    assert record == StoreRecord(StoreNews.UNINSTALLED)
    assert kept == []


@needs_php
def test_consent_is_kept_with_its_wording_and_the_store_hears_of_it() -> None:
    order, account, told = run(
        "pair_up(); $order = new Thing();"
        " do_action( 'woocommerce_set_additional_field_value', 'perennial/newsletter', true, 'other', $order );"
        " $_POST = array( 'perennial_newsletter' => '1', 'perennial_birthday' => '1990-02-28' );"
        " do_action( 'woocommerce_created_customer', 7 );"
        " echo json_encode( array( $order->meta, $usermeta[7], array_column( $told, 0 ) ) );"
    )
    for kept in (order, account):
        answer = kept["perennial_email_consent"]
        assert (answer["state"], answer["wording"]) == (
            "subscribed",
            "I want to receive updates about products and promotions.",
        )
    assert account["perennial_birthday"] == "1990-02-28"
    assert "woocommerce_update_customer" in told


@needs_php
def test_its_page_frames_the_app_and_lets_no_address_travel() -> None:
    page = run("$visitor = 7; pair_up(); ob_start(); Perennial::print_page(); echo json_encode( ob_get_clean() );")
    assert 'src="https://app.example/embed/woocommerce?launch=' in page
    assert 'referrerpolicy="no-referrer"' in page
    assert '"origin":"https:\\/\\/app.example"' in page


def test_the_zip_is_made_for_one_app_and_is_always_the_same() -> None:
    packed = archive("https://app.example/")
    assert packed == archive("https://app.example")
    with zipfile.ZipFile(io.BytesIO(packed)) as zipped:
        assert zipped.namelist() == ["perennial/perennial.php", "perennial/readme.txt", "perennial/worker.js"]
        assert b"define( 'PERENNIAL_APP_URL', 'https://app.example' )" in zipped.read("perennial/perennial.php")


@pytest.mark.parametrize("hostile", ["https://app.example' ); evil( '", "ftp://app.example", "", "https://a.example\n"])
def test_an_address_that_could_break_out_of_the_plugin_is_refused(hostile: str) -> None:
    with pytest.raises(ValueError, match="cannot be written"):
        archive(hostile)
