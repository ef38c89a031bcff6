"""The button that asks for notifications on a store's page, in a real browser whose push service alone is made up."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Locator, Page

from connectors.stores.woocommerce.plugin import FOLDER as PLUGIN
from tests.house.sources import ROOT

BLOCK = ROOT / "connectors/stores/shopify/extensions/perennial-storefront/blocks/notify.liquid"
KEY, OLDER = "-_-_", "AAAA"
PLACE = '<p id="perennial-notify" hidden><button type="button">Notify me</button> <small>Tell me here.</small></p>'
# Both keep what is asked of them in `asked`; `answers` are the statuses with which the app answers in turn.
PUSH = """([known, answers]) => {
  window.asked = [];
  const raw = (key) => Uint8Array.from(atob(key.replaceAll("-", "+").replaceAll("_", "/")), (one) => one.charCodeAt(0));
  const subscription = (key) => ({
    options: { applicationServerKey: raw(key).buffer },
    unsubscribe: async () => asked.push("unsubscribe"),
    toJSON: () => ({ endpoint: key }),
  });
  const pushManager = {
    getSubscription: async () => known && subscription(known),
    subscribe: async ({ applicationServerKey }) => subscription(applicationServerKey),
  };
  Object.defineProperty(navigator, "serviceWorker", { value: { register: async () => ({ pushManager }) } });
  window.PushManager ??= class {};
  window.fetch = async (url, given) => {
    if (url.endsWith("/key")) return new Response('{"key": "-_-_"}');
    const told = JSON.parse(given.body);
    asked.push([told.renews, told.subscription.endpoint, told.wording]);
    return new Response(null, { status: answers.shift() });
  };
}"""


def _of_shopify() -> str:
    return BLOCK.read_text("utf-8").partition("<script>")[2].partition("</script>")[0]


def _of_woocommerce() -> str:
    source = (PLUGIN / "perennial.php").read_text("utf-8").partition("const NOTIFY = <<<'JS'")[2]
    return (
        f'const perennialNotify = {{ key: "{KEY}", worker: "/", scope: "/", device: "/" }};'
        + source.partition("\nJS;")[0]
    )


@pytest.fixture(params=[_of_shopify, _of_woocommerce], ids=["shopify", "woocommerce"])
def script(request: pytest.FixtureRequest) -> str:
    return str(request.param())


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    opened = browser.new_page()
    opened.set_content(PLACE)
    yield opened
    opened.close()


def _run(page: Page, script: str, *, known: str | None, answers: list[int]) -> Locator:
    page.evaluate(PUSH, [known, answers])
    page.add_script_tag(content=script)
    button = page.get_by_role("button")
    page.wait_for_function("asked.length > 0 || !document.getElementById('perennial-notify').hidden")
    return button


def test_nobody_is_asked_again_who_agreed_already(page: Page, script: str) -> None:
    _run(page, script, known=KEY, answers=[204])
    assert page.evaluate("asked") == [[True, KEY, "Tell me here."]]
    assert page.locator("#perennial-notify").is_hidden()


@pytest.mark.parametrize(("known", "begins"), [(None, []), (OLDER, ["unsubscribe"])])
def test_who_never_agreed_or_did_under_an_older_key_is_asked(
    page: Page, script: str, known: str | None, begins: list[str]
) -> None:
    _run(page, script, known=known, answers=[204]).click()
    page.locator("#perennial-notify").wait_for(state="hidden")
    assert page.evaluate("asked") == [*begins, [False, KEY, "Tell me here."]]


def test_a_browser_that_was_let_go_is_asked_again_and_one_that_is_refused_keeps_nothing(
    page: Page, script: str
) -> None:
    _run(page, script, known=KEY, answers=[410, 404]).click()
    page.wait_for_function("asked.length === 4")
    renewed, agreed = [True, KEY, "Tell me here."], [False, KEY, "Tell me here."]
    assert page.evaluate("asked") == [renewed, "unsubscribe", agreed, "unsubscribe"]
    assert page.locator("#perennial-notify").is_visible()
