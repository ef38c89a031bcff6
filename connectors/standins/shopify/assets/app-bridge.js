/* A small stand-in for Shopify's App Bridge: real ID tokens from the admin page around the frame, the same two
   promises about fetch (a token on every call to the app, one more try after a stale one), toasts, and reloads. */
(function () {
  "use strict";
  const script = document.currentScript;
  const admin = new URL(script.src).origin;
  const apiKey = script.dataset.apiKey || "";
  const waiting = new Map();
  let last = 0;

  if (!apiKey) throw new Error("App Bridge: data-api-key is missing");

  function tell(message) {
    if (window.parent === window) return false;
    window.parent.postMessage({ standIn: "app", apiKey: apiKey, ...message }, admin);
    return true;
  }

  window.addEventListener("message", (event) => {
    const said = event.data;
    if (event.source !== window.parent || event.origin !== admin || !said || said.standIn !== "admin") return;
    const call = waiting.get(said.id);
    if (!call) return;
    waiting.delete(said.id);
    if (said.token) call.resolve(said.token);
    else call.reject(new Error(said.error || "no ID token"));
  });

  function idToken() {
    return new Promise((resolve, reject) => {
      const id = ++last;
      waiting.set(id, { resolve, reject });
      if (!tell({ kind: "idToken", id: id })) {
        waiting.delete(id);
        reject(new Error("App Bridge: this page is not inside the admin"));
      }
    });
  }

  const plainFetch = window.fetch.bind(window);

  async function withToken(request) {
    const copy = new Request(request.clone());
    copy.headers.set("Authorization", "Bearer " + (await idToken()));
    return plainFetch(copy);
  }

  window.fetch = async function (input, init) {
    const request = new Request(input, init);
    const own = new URL(request.url).origin === window.location.origin;
    if (!own || request.headers.has("Authorization")) return plainFetch(request);
    let answer = await withToken(request);
    if (answer.status === 401 && answer.headers.has("X-Shopify-Retry-Invalid-Session-Request")) {
      answer = await withToken(request);
    }
    const elsewhere = answer.headers.get("X-Shopify-API-Request-Failure-Reauthorize-Url");
    if (answer.status === 401 && elsewhere) tell({ kind: "redirect", url: new URL(elsewhere, window.location.href).href });
    return answer;
  };

  const query = new URLSearchParams(window.location.search);
  window.shopify = {
    config: { apiKey: apiKey, shop: query.get("shop"), host: query.get("host"), locale: query.get("locale") || "en" },
    environment: { embedded: window.parent !== window, mobile: false, pos: false },
    idToken: idToken,
    loading: function () {},
    toast: {
      show: function (text, options) {
        tell({ kind: "toast", text: String(text), isError: Boolean(options && options.isError) });
        return String(++last);
      },
      hide: function () {},
    },
  };

  const reload = query.get("shopify-reload");
  if (reload !== null) {
    const target = new URL(reload, window.location.origin);
    if (target.origin === window.location.origin) {
      idToken().then((token) => {
        target.searchParams.set("id_token", token);
        window.location.replace(target.href);
      });
    }
  } else {
    tell({ kind: "path", path: window.location.pathname });
  }
})();
