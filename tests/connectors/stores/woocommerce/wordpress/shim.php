<?php
/**
 * As much of WordPress and WooCommerce as the companion plugin calls, in memory: hooks, options, transients, one visitor.
 * It is written from their documents and says what each did: whatever a scenario prints is JSON on one line.
 */

define( 'ABSPATH', __DIR__ );
define( 'DAY_IN_SECONDS', 86400 );
define( 'HOUR_IN_SECONDS', 3600 );

$hooks = $options = $transients = $lives = $routes = $usermeta = $told = $calls = array();
$visitor = 0;
$may     = true;

function add_filter( $hook, $call, $priority = 10, $arguments = 1 ) { global $hooks; $hooks[ $hook ][ $priority ][] = array( $call, $arguments ); }
function add_action( $hook, $call, $priority = 10, $arguments = 1 ) { add_filter( $hook, $call, $priority, $arguments ); }
function apply_filters( $hook, ...$given ) {
	global $hooks;
	$at = $hooks[ $hook ] ?? array();
	ksort( $at );
	foreach ( array_merge( ...array_values( $at ) ) as list( $call, $arguments ) ) {
		$answer = call_user_func_array( $call, array_slice( $given, 0, $arguments ) );
		$given[0] = $arguments ? $answer : $given[0] ?? null;
	}
	return $given[0] ?? null;
}
function do_action( $hook, ...$given ) {
	global $told, $hooks;
	$told[] = array( $hook, $given );
	foreach ( $hooks[ $hook ] ?? array() as $calls ) {
		foreach ( $calls as list( $call, $arguments ) ) { call_user_func_array( $call, array_slice( $given, 0, $arguments ) ); }
	}
}
function register_deactivation_hook( $file, $call ) { add_action( 'deactivate', $call, 10, 0 ); }
function register_uninstall_hook( $file, $call ) {}
function get_option( $name, $default = false ) { global $options; return $options[ $name ] ?? $default; }
function update_option( $name, $value, $autoload = null ) { global $options; $options[ $name ] = $value; return true; }
function delete_option( $name ) { global $options; unset( $options[ $name ] ); return true; }
function get_transient( $name ) { global $transients; return $transients[ $name ] ?? false; }
function set_transient( $name, $value, $seconds = 0 ) { global $transients, $lives; $lives[ $name ] = $seconds; if ( strlen( $name ) > 172 ) { throw new Exception( 'too long a name' ); } $transients[ $name ] = $value; return true; }
function get_user_meta( $user, $key, $single = false ) { global $usermeta; return $usermeta[ $user ][ $key ] ?? ''; }
function update_user_meta( $user, $key, $value ) { global $usermeta; $usermeta[ $user ][ $key ] = $value; return true; }
function current_user_can( $right ) { global $may; return $may && 'manage_woocommerce' === $right; }
function get_current_user_id() { global $visitor; return $visitor; }
function is_user_logged_in() { return 0 !== get_current_user_id(); }
function get_user_locale() { return 'de_DE'; }
function home_url() { return 'https://shop.example/'; }
function rest_url( $path ) { return "https://shop.example/wp-json/$path"; }
function admin_url( $path ) { return "https://shop.example/wp-admin/$path"; }
function wp_create_nonce( $name ) { return "nonce-$name"; }
function wp_nonce_field( $name ) { echo '<input name="_wpnonce">'; }
function check_admin_referer( $name ) {}
function wp_json_encode( $value ) { return json_encode( $value ); }
function wp_parse_url( $url ) { return parse_url( $url ); }
function untrailingslashit( $text ) { return rtrim( $text, '/' ); }
function esc_url( $url ) { return htmlspecialchars( $url, ENT_QUOTES ); }
function esc_url_raw( $url, $schemes ) { return in_array( parse_url( $url, PHP_URL_SCHEME ), $schemes, true ) ? $url : ''; }
function esc_html__( $text, $domain ) { return htmlspecialchars( $text, ENT_QUOTES ); }
function __( $text, $domain ) { return $text; }
function esc_html( $text ) { return htmlspecialchars( $text, ENT_QUOTES ); }
function wp_remote_get( $url, $given ) { global $calls; $calls[] = array( 'GET', $url ); return array( 'status' => 200, 'body' => '{"key":"BKey"}' ); }
function wp_remote_post( $url, $given ) { global $calls; $calls[] = array( 'POST', $url, $given['headers'], $given['body'] ); return array( 'status' => 204, 'body' => '' ); }
function wp_remote_retrieve_response_code( $told ) { return $told['status']; }
function wp_remote_retrieve_body( $told ) { return $told['body']; }
function wp_print_inline_script_tag( $script ) { echo "<script>$script</script>"; }
function wp_unslash( $value ) { return stripslashes( $value ); }
function sanitize_text_field( $value ) { return trim( strip_tags( $value ) ); }
function sanitize_email( $value ) { return filter_var( $value, FILTER_VALIDATE_EMAIL ) ? $value : ''; }
function is_email( $value ) { return (bool) filter_var( $value, FILTER_VALIDATE_EMAIL ); }
function absint( $value ) { return abs( (int) $value ); }
function wp_safe_redirect( $url ) { throw new Gone( $url ); }
function get_permalink( $id ) { return "https://shop.example/?p=$id"; }
function is_product() { return true; }
function get_queried_object_id() { return 77; }
function wc_get_product( $id ) { return 77 === $id ? new Tea() : false; }
function wc_get_cart_url() { return 'https://shop.example/cart/'; }
function get_woocommerce_currency() { return 'EUR'; }
function woocommerce_form_field( $name, $given, $value ) { printf( '<%s %s %s>', $name, $given['type'], var_export( $value, true ) ); }
function woocommerce_register_additional_checkout_field( $given ) { do_action( 'field_registered', $given['id'] ); }
function add_submenu_page( $parent, $title, $label, $right, $slug, $call ) { do_action( 'page_added', $parent, $right, $slug ); return 'woocommerce_page_perennial'; }
function register_rest_route( $space, $name, $given ) { global $routes; $routes[ $space . $name ] = $given; }
function WC() { global $woocommerce; return $woocommerce; }

class Gone extends Exception {}
class WP_Error { public $code; public $data; public function __construct( $code, $message, $data ) { $this->code = $code; $this->data = $data; } }
class WP_REST_Response { public $data; public $status; public $headers = array(); public function __construct( $data, $status = 200 ) { $this->data = $data; $this->status = $status; } public function header( $name, $value ) { $this->headers[ $name ] = $value; } }
class Request { private $given; public function __construct( $given ) { $this->given = $given; } public function get_param( $name ) { return $this->given[ $name ] ?? null; } public function get_json_params() { return $this->given; } }
class Tea { public $stock = false; public function get_name() { return 'Tea &amp; honey'; } public function get_price() { return '12.50'; } public function is_in_stock() { return $this->stock; } public function get_id() { return 77; } }
class Bag { private $kept = array(); public function get( $name ) { return $this->kept[ $name ] ?? null; } public function set( $name, $value ) { $this->kept[ $name ] = $value; } }
class Cart { public $items = array(); public function get_cart() { return $this->items; } public function get_total( $context ) { return '25.00'; } }
class Shopper { public $email = ''; public function get_billing_email() { return $this->email; } public function get_billing_first_name() { return 'Anna'; } public function get_billing_last_name() { return ''; } }
class WC_Customer { private $id; public function __construct( $id ) { $this->id = $id; } public function set_date_modified( $at ) {} public function save() { do_action( 'woocommerce_update_customer', $this->id ); } }
class Thing { public $meta = array(); public function update_meta_data( $key, $value ) { $this->meta[ $key ] = $value; } }
class Webhook { public function get_topic() { return 'perennial_store.deleted'; } public function get_delivery_url() { return 'https://app.example/webhooks/woocommerce/k1'; } public function deliver( $argument ) { do_action( 'delivered', apply_filters( 'woocommerce_webhook_payload', array( 'id' => $argument ), 'perennial_store', $argument, 5 ) ); } }
class WC_Data_Store { public static function load( $name ) { return new self(); } public function get_webhooks_ids( $status ) { return array( 5 ); } }
function wc_get_webhook( $id ) { return new Webhook(); }

$woocommerce = (object) array( 'session' => new Bag(), 'cart' => new Cart(), 'customer' => new Shopper() );

/** A webhook of ours as WooCommerce would make its body now: [topic's hook, body]. */
function bodies() {
	global $told, $hooks;
	$topics = apply_filters( 'woocommerce_webhook_topic_hooks', array() );
	$found  = array();
	foreach ( $told as list( $hook, $given ) ) {
		foreach ( $topics as $topic => $calls ) {
			if ( in_array( $hook, $calls, true ) ) {
				$found[] = array( $topic, apply_filters( 'woocommerce_webhook_payload', array(), strtok( $topic, '.' ), $given[0], 5 ) );
			}
		}
	}
	return $found;
}

function pair_up() {
	return Perennial::pair( new Request( array( 'app_url' => 'https://app.example/', 'store_id' => 'k1', 'secret' => str_repeat( 's', 43 ) ) ) );
}
