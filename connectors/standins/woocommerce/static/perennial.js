// The parent side of the companion plugin: hands fresh launch tokens to the app's iframe and to nobody else.
(() => {
  "use strict";
  const frame = document.getElementById("perennial-frame");
  const { origin, nonce } = frame.dataset;
  const pleas = new Set();

  async function freshToken() {
    const answer = await fetch("/wp-json/wc-perennial/v1/launch", {
      headers: { "X-WP-Nonce": nonce },
      credentials: "same-origin",
      cache: "no-store",
    });
    if (!answer.ok) throw new Error(`The store answered ${answer.status}.`);
    return (await answer.json()).token;
  }

  window.addEventListener("message", async (event) => {
    if (event.source !== frame.contentWindow || event.origin !== origin) return;
    const { type, id } = event.data ?? {};
    if (type !== "perennial:token-please" || pleas.has(id)) return;
    pleas.add(id);
    try {
      frame.contentWindow.postMessage({ type: "perennial:token", id, token: await freshToken() }, origin);
    } catch (error) {
      frame.contentWindow.postMessage({ type: "perennial:token", id, error: String(error.message) }, origin);
    } finally {
      pleas.delete(id);
    }
  });
})();
