// Hands out fresh tokens of the store's admin, from Shopify's App Bridge or from the WooCommerce page around us.
// Nothing is kept but in memory: inside a frame of another site there are no cookies and no storage.

const SPARE_SECONDS = 15;
const PATIENCE = 15_000;

const { platform, admin, silent } = document.documentElement.dataset;
let held = { token: "", until: 0 };

/** A token that is good for a while longer; `anew` never takes the one in memory. */
export async function token({ anew = false } = {}) {
  if (anew || Date.now() / 1000 > held.until) {
    const fresh = platform === "shopify" ? await fromShopify() : await fromParent();
    held = { token: fresh, until: lifetime(fresh) };
  }
  return held.token;
}

/** Like fetch, but with a token; asks once more with a fresh one where the first is refused. */
export async function call(url, options = {}) {
  const answer = await send(url, options, await token());
  return answer.status === 401 ? send(url, options, await token({ anew: true })) : answer;
}

function send(url, options, bearer) {
  const headers = { ...options.headers, Authorization: `Bearer ${bearer}`, "Accept-Language": document.documentElement.lang };
  return fetch(url, { ...options, cache: "no-store", headers });
}

/** Until when the token may be taken again, in seconds by our own clock: the store's clock may be another. */
function lifetime(fresh) {
  try {
    const claims = JSON.parse(atob(fresh.split(".")[1].replaceAll("-", "+").replaceAll("_", "/")));
    return Date.now() / 1000 + (claims.exp - (claims.iat ?? claims.exp)) - SPARE_SECONDS;
  } catch {
    return 0;
  }
}

/** App Bridge is not there where something keeps its script from being loaded. */
async function fromShopify() {
  if (!window.shopify) throw new Error(silent);
  return window.shopify.idToken();
}

function fromParent() {
  return new Promise((resolve, reject) => {
    const id = crypto.randomUUID?.() ?? `${Date.now()}-${Math.random()}`;
    const patience = setTimeout(() => finish(reject, new Error(silent)), PATIENCE);

    function finish(how, what) {
      clearTimeout(patience);
      window.removeEventListener("message", hear);
      how(what);
    }

    function hear(event) {
      if (event.source !== window.parent || event.origin !== admin) return;
      if (event.data?.type !== "perennial:token" || event.data.id !== id) return;
      if (event.data.token) finish(resolve, event.data.token);
      else finish(reject, new Error(event.data.error ?? silent));
    }

    window.addEventListener("message", hear);
    window.parent.postMessage({ type: "perennial:token-please", id }, admin);
  });
}
