<?php
/**
 * Plugin Name: Perennial
 * Description: Brings customers back with the right message at the right time: adds Perennial to the menu of WooCommerce, and asks for consent and birthdays in the store.
 * Version: 1.0.0
 * Requires at least: 6.5
 * Requires PHP: 7.4
 * Requires Plugins: woocommerce
 * WC requires at least: 9.0
 * License: GPL-2.0-or-later
 * License URI: https://www.gnu.org/licenses/gpl-2.0.html
 * Text Domain: perennial
 *
 * One file on purpose: a merchant's developer can read it in ten minutes. It keeps no table of its own, sends nothing by
 * itself but what WooCommerce's own webhooks carry, and never writes an order.
 */

defined( 'ABSPATH' ) || exit;

// Filled in when the app makes its zip; a constant of the same name in wp-config.php comes first.
defined( 'PERENNIAL_APP_URL' ) || define( 'PERENNIAL_APP_URL', '' );

final class Perennial {

	const VERSION  = '1.0.0';
	const PAIRING  = 'perennial_pairing';
	const CONSENT  = 'perennial_email_consent';
	const BIRTHDAY = 'perennial_birthday';
	const FIELD    = 'perennial/newsletter';
	const WISHES   = 60;
	const TOPICS   = array(
		'perennial_cart.updated'     => 'perennial_cart_updated',
		'perennial_interest.created' => 'perennial_interest_created',
		'perennial_store.deleted'    => 'perennial_store_deleted',
	);

	public static function start() {
		$on   = function ( $hook, $method, $arguments = 1, $priority = 10 ) {
			add_filter( $hook, array( __CLASS__, $method ), $priority, $arguments );
		};
		$on( 'before_woocommerce_init', 'declare_compatible' );
		$on( 'admin_menu', 'add_page', 1, 60 );
		$on( 'rest_api_init', 'add_routes' );
		$on( 'woocommerce_valid_webhook_resources', 'add_resources' );
		$on( 'woocommerce_webhook_topic_hooks', 'add_topics' );
		$on( 'woocommerce_webhook_payload', 'payload', 3 );
		// Carts, as a shopper changes them: by page, by block and at the checkout.
		foreach ( array( 'woocommerce_add_to_cart', 'woocommerce_cart_item_removed', 'woocommerce_after_cart_item_quantity_update', 'woocommerce_cart_emptied', 'woocommerce_store_api_cart_update_customer_from_request', 'woocommerce_checkout_update_order_review', 'woocommerce_store_api_checkout_update_draft' ) as $hook ) {
			$on( $hook, 'cart_changed', 0, 99 );
		}
		$on( 'template_redirect', 'looked' );
		$on( 'woocommerce_single_product_summary', 'wish_form', 1, 35 );
		$on( 'admin_post_perennial_wish', 'wished', 0 );
		$on( 'admin_post_nopriv_perennial_wish', 'wished', 0 );
		$on( 'init', 'print_worker', 0 );
		$on( 'woocommerce_account_dashboard', 'notify_button', 0 );
		// Consent and birthday: block checkout, classic checkout, sign-up and account.
		$on( 'woocommerce_init', 'add_block_field', 0 );
		$on( 'woocommerce_set_additional_field_value', 'block_field_set', 4 );
		$on( 'woocommerce_review_order_before_submit', 'print_box', 0 );
		$on( 'woocommerce_checkout_create_order', 'classic_order', 2 );
		$on( 'woocommerce_register_form', 'print_account_fields', 0 );
		$on( 'woocommerce_created_customer', 'save_account' );
		$on( 'woocommerce_edit_account_form', 'print_account_fields', 0 );
		$on( 'woocommerce_save_account_details', 'save_account' );
		register_deactivation_hook( __FILE__, array( __CLASS__, 'say_goodbye' ) );
		register_uninstall_hook( __FILE__, array( __CLASS__, 'uninstall' ) );
	}

	public static function declare_compatible() {
		foreach ( array( 'custom_order_tables', 'cart_checkout_blocks', 'product_instance_caching' ) as $feature ) {
			\Automattic\WooCommerce\Utilities\FeaturesUtil::declare_compatibility( $feature, __FILE__, true );
		}
	}

	// The page in the menu.

	public static function add_page() {
		$page = add_submenu_page( 'woocommerce', 'Perennial', 'Perennial', 'manage_woocommerce', 'perennial', array( __CLASS__, 'print_page' ) );
		// The token stands in the frame's address, so no address may travel onwards.
		add_action( "load-$page", function () { header( 'Referrer-Policy: no-referrer' ); } );
	}

	public static function print_page() {
		$pairing = self::pairing();
		if ( ! $pairing ) {
			self::print_connect();
			return;
		}
		$frame = $pairing['app_url'] . '/embed/woocommerce?launch=' . rawurlencode( self::launch_token( $pairing ) );
		printf(
			'<iframe id="perennial-frame" title="Perennial" src="%s" referrerpolicy="no-referrer" style="width:calc(100%% + 20px);height:calc(100vh - 32px);border:0;margin-left:-20px"></iframe>',
			esc_url( $frame )
		);
		$settings = array(
			'origin' => self::origin( $pairing['app_url'] ),
			'launch' => rest_url( 'wc-perennial/v1/launch' ),
			'nonce'  => wp_create_nonce( 'wp_rest' ),
		);
		wp_print_inline_script_tag( 'const perennial = ' . wp_json_encode( $settings ) . ';' . self::SCRIPT );
	}

	// Gives the page in the frame a fresh token when it asks; both sides check who speaks.
	const SCRIPT = <<<'JS'
window.addEventListener("message", async (event) => {
	const frame = document.getElementById("perennial-frame");
	if (event.source !== frame.contentWindow || event.origin !== perennial.origin) return;
	if (event.data?.type !== "perennial:token-please") return;
	const answer = { type: "perennial:token", id: event.data.id };
	try {
		const told = await fetch(perennial.launch, { headers: { "X-WP-Nonce": perennial.nonce }, cache: "no-store" });
		if (!told.ok) throw new Error("Please reload this page of your store's admin.");
		answer.token = (await told.json()).token;
	} catch (error) {
		answer.error = error.message;
	}
	event.source.postMessage(answer, perennial.origin);
});
JS;

	private static function print_connect() {
		echo '<div class="wrap"><h1>Perennial</h1>';
		if ( '' === PERENNIAL_APP_URL ) {
			echo '<p>' . esc_html__( 'This plugin does not know where your Perennial runs. Please download it from your Perennial, or define PERENNIAL_APP_URL in wp-config.php.', 'perennial' ) . '</p></div>';
			return;
		}
		echo '<p>' . esc_html__( 'Perennial brings your customers back with the right message at the right time. It is not connected to this store yet.', 'perennial' ) . '</p>';
		$way = PERENNIAL_APP_URL . '/install/woocommerce?store=' . rawurlencode( home_url() );
		printf( '<a class="button button-primary" href="%s">%s</a></div>', esc_url( $way ), esc_html__( 'Connect', 'perennial' ) );
	}

	// REST: the app pairs itself with the keys that the merchant approved; the page fetches launch tokens.

	public static function add_routes() {
		$may   = function () { return current_user_can( 'manage_woocommerce' ); };
		$route = function ( $name, $method, $call ) use ( $may ) {
			register_rest_route( 'wc-perennial/v1', $name, array( 'methods' => $method, 'callback' => array( __CLASS__, $call ), 'permission_callback' => $may ) );
		};
		$route( '/pair', 'POST', 'pair' );
		$route( '/status', 'GET', 'status' );
		$route( '/launch', 'GET', 'launch' );
		register_rest_route( 'wc-perennial/v1', '/device', array( 'methods' => 'POST', 'callback' => array( __CLASS__, 'device' ), 'permission_callback' => 'is_user_logged_in' ) );
	}

	public static function pair( $request ) {
		$told = array();
		foreach ( array( 'app_url', 'store_id', 'secret' ) as $name ) {
			$value = $request->get_param( $name );
			if ( ! is_string( $value ) || '' === $value || strlen( $value ) > 300 ) {
				return new WP_Error( 'rest_invalid_param', "$name is missing.", array( 'status' => 400 ) );
			}
			$told[ $name ] = $value;
		}
		$told['app_url'] = untrailingslashit( esc_url_raw( $told['app_url'], array( 'https', 'http' ) ) );
		if ( '' === $told['app_url'] || strlen( $told['secret'] ) < 32 ) {
			return new WP_Error( 'rest_invalid_param', 'app_url or secret is not valid.', array( 'status' => 400 ) );
		}
		if ( '' !== PERENNIAL_APP_URL && untrailingslashit( PERENNIAL_APP_URL ) !== $told['app_url'] ) {
			return new WP_Error( 'perennial_other_app', 'This plugin belongs to another Perennial.', array( 'status' => 409 ) );
		}
		update_option( self::PAIRING, $told, false );
		return array( 'paired' => true );
	}

	public static function status() {
		return array( 'version' => self::VERSION, 'topics' => array_keys( self::TOPICS ) );
	}

	public static function launch() {
		$pairing = self::pairing();
		if ( ! $pairing ) {
			return new WP_Error( 'perennial_not_paired', 'This store is not connected to Perennial.', array( 'status' => 409 ) );
		}
		$answer = new WP_REST_Response( array( 'token' => self::launch_token( $pairing ) ) );
		$answer->header( 'Cache-Control', 'no-store' );
		return $answer;
	}

	/** A 60-second HS256 token that says: this user of this store opened the page; with a room it opens that room alone. */
	public static function launch_token( array $pairing, $room = '' ) {
		$claims = array(
			'iss'    => untrailingslashit( home_url() ),
			'aud'    => $pairing['app_url'] . $room,
			'store'  => $pairing['store_id'],
			'sub'    => (string) get_current_user_id(),
			'jti'    => bin2hex( random_bytes( 16 ) ),
			'iat'    => time(),
			'exp'    => time() + 60,
			'locale' => get_user_locale(),
		);
		$head = self::base64url( wp_json_encode( array( 'alg' => 'HS256', 'typ' => 'JWT' ) ) ) . '.' . self::base64url( wp_json_encode( $claims ) );
		return $head . '.' . self::base64url( hash_hmac( 'sha256', $head, $pairing['secret'], true ) );
	}

	private static function pairing() {
		$kept = get_option( self::PAIRING );
		return is_array( $kept ) && isset( $kept['app_url'], $kept['store_id'], $kept['secret'] ) ? $kept : null;
	}

	private static function base64url( $bytes ) {
		return rtrim( strtr( base64_encode( $bytes ), '+/', '-_' ), '=' );
	}

	private static function origin( $url ) {
		$parts = wp_parse_url( $url );
		return $parts['scheme'] . '://' . $parts['host'] . ( isset( $parts['port'] ) ? ':' . $parts['port'] : '' );
	}

	// Webhooks: our resources ride WooCommerce's own queue and signature. A body is made at delivery.

	public static function add_resources( $resources ) {
		foreach ( array_keys( self::TOPICS ) as $topic ) {
			$resources[] = strtok( $topic, '.' );
		}
		return $resources;
	}

	public static function add_topics( $hooks ) {
		foreach ( self::TOPICS as $topic => $hook ) {
			$hooks[ $topic ] = array( $hook );
		}
		return $hooks;
	}

	public static function payload( $payload, $resource, $argument ) {
		switch ( $resource ) {
			case 'perennial_cart':
			case 'perennial_interest':
				$told = get_transient( "perennial_told_$argument" );
				return is_array( $told ) ? $told : array( 'id' => $argument );
			case 'perennial_store':
				return array( 'id' => 'goodbye' );
		}
		return $payload;
	}

	/** Keeps what there is to tell, for a day unless said otherwise, under a name that says nothing of anybody. */
	private static function tell( $hook, $argument, array $body, $seconds = DAY_IN_SECONDS ) {
		if ( ! self::pairing() ) {
			return;
		}
		set_transient( "perennial_told_$argument", $body, $seconds );
		do_action( $hook, $argument );
	}

	private static function now() {
		return gmdate( 'Y-m-d\TH:i:s\Z' );
	}

	// Carts. One has one id from its first item until it is empty.

	public static function cart_changed( $passed = null ) {
		$session = function_exists( 'WC' ) ? WC()->session : null;
		$cart    = function_exists( 'WC' ) ? WC()->cart : null;
		if ( ! $session || ! $cart ) {
			return $passed;
		}
		$kept  = $session->get( 'perennial_cart' );
		$items = $cart->get_cart();
		if ( ! $kept && $items ) {
			$kept = array( 'id' => bin2hex( random_bytes( 12 ) ), 'started_at' => self::now() );
		}
		if ( ! $kept ) {
			return $passed;
		}
		$body = self::cart_body( $cart, $items );
		// A cart of nobody is nobody's business; one that was told of is told of to its end.
		if ( $body['customer_id'] || '' !== $body['email'] || ! empty( $kept['told'] ) ) {
			self::tell( 'perennial_cart_updated', $kept['id'], array( 'id' => $kept['id'], 'started_at' => $kept['started_at'] ) + $body );
			$kept['told'] = true;
		}
		$session->set( 'perennial_cart', $items ? $kept : null );
		return $passed;
	}

	private static function cart_body( $cart, array $items ) {
		$customer = WC()->customer;
		$lines    = array();
		foreach ( array_slice( array_values( $items ), 0, 100 ) as $item ) {
			$product = $item['data'];
			$lines[] = array(
				'product_id'   => (int) $item['product_id'],
				'variation_id' => (int) $item['variation_id'],
				'name'         => $product->get_name(),
				'quantity'     => (float) $item['quantity'],
				'price'        => (string) $product->get_price(),
			);
		}
		return array(
			'updated_at'  => self::now(),
			'customer_id' => get_current_user_id(),
			'email'       => $customer ? (string) $customer->get_billing_email() : '',
			'first_name'  => $customer ? (string) $customer->get_billing_first_name() : '',
			'last_name'   => $customer ? (string) $customer->get_billing_last_name() : '',
			'currency'    => get_woocommerce_currency(),
			'total'       => (string) $cart->get_total( 'edit' ),
			'url'         => wc_get_cart_url(),
			'items'       => $lines,
		);
	}

	// Looks and wishes. A look is told once an hour of each product, and only of somebody who is signed in.

	public static function looked( $passed = null ) {
		if ( ! is_user_logged_in() || ! is_product() ) {
			return $passed;
		}
		$product = (int) get_queried_object_id();
		$once    = 'perennial_look_' . get_current_user_id() . "_$product";
		if ( $product && ! get_transient( $once ) ) {
			set_transient( $once, 1, HOUR_IN_SECONDS );
			self::interest( $product, 'looked', get_current_user_id(), '' );
		}
		return $passed;
	}

	public static function wish_form( $passed = null ) {
		global $product;
		if ( ! $product || $product->is_in_stock() ) {
			return $passed;
		}
		printf( '<form class="perennial-wish" method="post" action="%s"><input type="hidden" name="action" value="perennial_wish"><input type="hidden" name="product" value="%d">', esc_url( admin_url( 'admin-post.php' ) ), (int) $product->get_id() );
		wp_nonce_field( 'perennial_wish' );
		if ( ! is_user_logged_in() ) {
			printf( '<label>%s <input type="email" name="email" required></label> ', esc_html__( 'Email address', 'perennial' ) );
		}
		printf( '<button type="submit" class="button">%s</button></form>', esc_html__( 'Tell me when it is back', 'perennial' ) );
		return $passed;
	}

	public static function wished() {
		check_admin_referer( 'perennial_wish' );
		$product = isset( $_POST['product'] ) ? absint( $_POST['product'] ) : 0;
		$email   = isset( $_POST['email'] ) ? sanitize_email( wp_unslash( $_POST['email'] ) ) : '';
		$user    = get_current_user_id();
		if ( $product && wc_get_product( $product ) && ( $user || ( is_email( $email ) && self::is_room_for_a_stranger() ) ) ) {
			self::interest( $product, 'asked', $user, $user ? '' : $email );
			if ( function_exists( 'wc_add_notice' ) ) {
				wc_add_notice( __( 'We will tell you when it is back.', 'perennial' ) );
			}
		}
		wp_safe_redirect( $product ? get_permalink( $product ) : home_url() );
		exit;
	}

	/** Anybody may send that form, and each wish is a row of the options until it is told: so many strangers an hour, no more. */
	private static function is_room_for_a_stranger() {
		$hour  = gmdate( 'YmdH' );
		$kept  = get_transient( 'perennial_strangers' );
		$count = is_array( $kept ) && $hour === $kept['hour'] ? $kept['count'] : 0;
		if ( $count >= self::WISHES ) {
			return false;
		}
		set_transient( 'perennial_strangers', array( 'hour' => $hour, 'count' => $count + 1 ), HOUR_IN_SECONDS );
		return true;
	}

	private static function interest( $product, $kind, $user, $email ) {
		$id = bin2hex( random_bytes( 12 ) );
		// WooCommerce tells within minutes; what a stranger said is not kept for longer than a slow queue needs.
		$seconds = $user ? DAY_IN_SECONDS : 2 * HOUR_IN_SECONDS;
		self::tell( 'perennial_interest_created', $id, array( 'id' => $id, 'product_id' => $product, 'kind' => $kind, 'at' => self::now(), 'customer_id' => $user, 'email' => $email ), $seconds );
	}

	// Notifications: a button in the account, for whoever is signed in. Nothing is asked before it is pressed.

	const NOTIFY = <<<'JS'
(async () => {
	const place = document.getElementById("perennial-notify");
	if (!("serviceWorker" in navigator) || !("PushManager" in window)) return;
	// A room of its own: at the store's root it would take the place of another worker that the store has.
	const worker = await navigator.serviceWorker.register(perennialNotify.worker, { scope: perennialNotify.scope });
	const tell = (subscription, renews) => fetch(perennialNotify.device, {
		method: "POST",
		headers: { "Content-Type": "application/json", "X-WP-Nonce": perennialNotify.nonce },
		body: JSON.stringify({ subscription, renews, wording: place.querySelector("small").textContent, page: location.pathname }),
	});
	const known = await worker.pushManager.getSubscription();
	if (known) {
		// What was agreed to under an older key of the app reaches nobody.
		const signs = btoa(String.fromCharCode(...new Uint8Array(known.options.applicationServerKey)));
		const isOurs = signs.replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "") === perennialNotify.key;
		if (isOurs && (await tell(known, true)).status !== 410) return;
		await known.unsubscribe();
	}
	place.hidden = false;
	place.querySelector("button").addEventListener("click", async () => {
		const agreed = await worker.pushManager.subscribe({ userVisibleOnly: true, applicationServerKey: perennialNotify.key });
		if ((await tell(agreed, false)).ok) place.hidden = true;
		else await agreed.unsubscribe();
	});
})();
JS;

	/** A browser wants the script that shows notifications from the store's own address. */
	public static function print_worker( $passed = null ) {
		if ( ! isset( $_GET['perennial_worker'] ) ) {
			return $passed;
		}
		header( 'Content-Type: text/javascript; charset=utf-8' );
		readfile( __DIR__ . '/worker.js' );
		exit;
	}

	public static function notify_button( $passed = null ) {
		$key = self::pairing() && is_user_logged_in() ? self::push_key() : '';
		if ( '' === $key ) {
			return $passed;
		}
		printf(
			'<p id="perennial-notify" hidden><button type="button" class="button">%s</button> <small>%s</small></p>',
			esc_html__( 'Notify me on this device', 'perennial' ),
			esc_html( apply_filters( 'perennial_notify_wording', __( 'Tell me on this device when something I wanted is back or costs less. I can switch it off at any time.', 'perennial' ) ) )
		);
		$settings = array(
			'key'    => $key,
			'worker' => untrailingslashit( home_url() ) . '/?perennial_worker=1',
			'scope'  => untrailingslashit( home_url() ) . '/perennial/',
			'device' => rest_url( 'wc-perennial/v1/device' ),
			'nonce'  => wp_create_nonce( 'wp_rest' ),
		);
		wp_print_inline_script_tag( 'const perennialNotify = ' . wp_json_encode( $settings ) . ';' . self::NOTIFY );
		return $passed;
	}

	/** The key of the app's notifications, asked for once a day; empty where it sends none. */
	private static function push_key() {
		$kept = get_transient( 'perennial_push_key' );
		if ( ! is_string( $kept ) ) {
			$told = wp_remote_get( self::pairing()['app_url'] . '/storefront/key', array( 'timeout' => 5 ) );
			$said = 200 === wp_remote_retrieve_response_code( $told ) ? json_decode( wp_remote_retrieve_body( $told ), true ) : null;
			$kept = is_array( $said ) && is_string( $said['key'] ?? null ) ? $said['key'] : '';
			set_transient( 'perennial_push_key', $kept, '' === $kept ? HOUR_IN_SECONDS : DAY_IN_SECONDS );
		}
		return $kept;
	}

	/** Passes a browser on to the app, with a token that says whose it is; nothing of it is kept here. */
	public static function device( $request ) {
		$pairing = self::pairing();
		if ( ! $pairing ) {
			return new WP_Error( 'perennial_not_paired', 'This store is not connected to Perennial.', array( 'status' => 409 ) );
		}
		$told   = wp_remote_post(
			$pairing['app_url'] . '/storefront/woocommerce/device',
			array(
				'timeout' => 10,
				'headers' => array( 'Authorization' => 'Bearer ' . self::launch_token( $pairing, '/storefront' ), 'Content-Type' => 'application/json' ),
				'body'    => wp_json_encode( $request->get_json_params() ),
			)
		);
		$status = (int) wp_remote_retrieve_response_code( $told );
		return new WP_REST_Response( null, $status ? $status : 502 );
	}

	// Consent: asked with an empty box, kept with its wording and time, on the order and on the account.

	public static function wording() {
		return apply_filters( 'perennial_wording', __( 'I want to receive updates about products and promotions.', 'perennial' ) );
	}

	public static function add_block_field( $passed = null ) {
		if ( function_exists( 'woocommerce_register_additional_checkout_field' ) ) {
			woocommerce_register_additional_checkout_field( array( 'id' => self::FIELD, 'label' => self::wording(), 'location' => 'contact', 'type' => 'checkbox' ) );
		}
		return $passed;
	}

	public static function block_field_set( $key, $value, $group, $thing ) {
		if ( self::FIELD === $key && $value ) {
			$thing->update_meta_data( self::CONSENT, self::answer( true, 'checkout' ) );
		}
		return $key;
	}

	public static function print_box( $passed = null ) {
		woocommerce_form_field( 'perennial_newsletter', array( 'type' => 'checkbox', 'label' => self::wording() ), false );
		return $passed;
	}

	public static function classic_order( $order, $data = null ) {
		if ( ! empty( $_POST['perennial_newsletter'] ) ) {
			$order->update_meta_data( self::CONSENT, self::answer( true, 'checkout' ) );
		}
		return $order;
	}

	public static function print_account_fields( $passed = null ) {
		$user = get_current_user_id();
		$kept = $user ? get_user_meta( $user, self::CONSENT, true ) : array();
		$yes  = is_array( $kept ) && 'subscribed' === ( $kept['state'] ?? '' );
		woocommerce_form_field( 'perennial_newsletter', array( 'type' => 'checkbox', 'label' => self::wording() ), $yes );
		woocommerce_form_field( 'perennial_birthday', array( 'type' => 'date', 'label' => __( 'Birthday (optional)', 'perennial' ) ), $user ? get_user_meta( $user, self::BIRTHDAY, true ) : '' );
		return $passed;
	}

	public static function save_account( $user ) {
		$kept  = get_user_meta( $user, self::CONSENT, true );
		$was   = is_array( $kept ) && 'subscribed' === ( $kept['state'] ?? '' );
		$wants = ! empty( $_POST['perennial_newsletter'] );
		if ( $wants !== $was ) {
			update_user_meta( $user, self::CONSENT, self::answer( $wants, 'account' ) );
		}
		$day = isset( $_POST['perennial_birthday'] ) ? sanitize_text_field( wp_unslash( $_POST['perennial_birthday'] ) ) : '';
		if ( '' === $day || preg_match( '/^\d{4}-\d{2}-\d{2}$/', $day ) ) {
			update_user_meta( $user, self::BIRTHDAY, $day );
		}
		// Meta data alone sends no webhook and moves no date: this does both.
		$customer = new WC_Customer( $user );
		$customer->set_date_modified( time() );
		$customer->save();
		return $user;
	}

	private static function answer( $yes, $source ) {
		return array( 'state' => $yes ? 'subscribed' : 'unsubscribed', 'at' => self::now(), 'source' => $source, 'wording' => self::wording() );
	}

	// The end.

	/** Sent at once and not queued: after this nobody of ours is there to make the body. */
	public static function say_goodbye() {
		$pairing = self::pairing();
		if ( ! $pairing || ! class_exists( 'WC_Data_Store' ) ) {
			return;
		}
		foreach ( WC_Data_Store::load( 'webhook' )->get_webhooks_ids( 'active' ) as $id ) {
			$webhook = wc_get_webhook( $id );
			if ( $webhook && 'perennial_store.deleted' === $webhook->get_topic() && 0 === strpos( $webhook->get_delivery_url(), $pairing['app_url'] . '/' ) ) {
				$webhook->deliver( 'goodbye' );
			}
		}
		delete_option( self::PAIRING );
	}

	public static function uninstall() {
		delete_option( self::PAIRING );
	}
}

Perennial::start();
