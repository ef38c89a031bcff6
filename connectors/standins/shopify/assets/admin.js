/* The admin page around the app: hands out ID tokens to the frame, and to nobody else. */
(function () {
  "use strict";
  const frame = document.getElementById("app-frame");
  if (!frame) return;
  const origin = frame.dataset.origin;
  const apiKey = frame.dataset.apiKey;

  async function answerToken(id) {
    try {
      const answer = await fetch(frame.dataset.tokens, { method: "POST", headers: { "X-Stand-In-Admin": "1" } });
      if (!answer.ok) throw new Error("the app is not installed");
      const body = await answer.json();
      frame.contentWindow.postMessage({ standIn: "admin", id: id, token: body.token }, origin);
    } catch (error) {
      frame.contentWindow.postMessage({ standIn: "admin", id: id, error: error.message }, origin);
    }
  }

  function showToast(text, isError) {
    const toast = document.getElementById("toast");
    toast.textContent = text;
    toast.classList.toggle("bad", isError);
    toast.hidden = false;
    window.clearTimeout(showToast.timer);
    showToast.timer = window.setTimeout(() => { toast.hidden = true; }, 4000);
  }

  function follow(url) {
    const target = new URL(url);
    if (target.origin === origin || target.origin === window.location.origin) window.location.assign(target.href);
  }

  window.addEventListener("message", (event) => {
    const said = event.data;
    if (event.source !== frame.contentWindow || event.origin !== origin || !said || said.standIn !== "app") return;
    if (said.kind === "idToken") {
      if (said.apiKey === apiKey) answerToken(said.id);
      else frame.contentWindow.postMessage({ standIn: "admin", id: said.id, error: "wrong data-api-key" }, origin);
    } else if (said.kind === "toast") {
      showToast(said.text, said.isError);
    } else if (said.kind === "redirect") {
      follow(said.url);
    } else if (said.kind === "path" && /^\/(?![/\\])/.test(said.path)) {
      window.history.replaceState(null, "", frame.dataset.base + (said.path === "/" ? "" : said.path));
    }
  });
})();
