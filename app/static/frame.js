// The frame around every page: htmx asks for parts with a fresh token, history works, focus and title follow, errors are said.

import { call } from "./session.js";
import "./forms.js";

const main = document.getElementById("main");
const bar = document.getElementById("loading");
const sheet = document.getElementById("sheet");
const toast = document.getElementById("toast");
const words = document.documentElement.dataset;
const kept = new URLSearchParams(words.hint);
const MOST_TOAST_MS = 9000;
let fading;

// A token is good once; what a reload needs is the hint.
window.addEventListener("load", () => history.replaceState({ htmx: true }, "", withHint(location.href)));

function withHint(path) {
  const url = new URL(path, location.href);
  for (const name of ["id_token", "launch", "again", "hmac", "timestamp", "session"]) url.searchParams.delete(name);
  for (const [name, value] of kept) url.searchParams.set(name, value);
  return url.pathname + url.search + url.hash;
}

document.addEventListener("htmx:config:request", (event) => {
  const { ctx } = event.detail;
  const isPoll = ctx.sourceEvent?.type === "every" || ctx.sourceElement.hasAttribute("data-quiet");
  if (isPoll && document.hidden) return event.preventDefault();
  ctx.fetch = call;
  ctx.isPoll = isPoll;
  ctx.isMove = ctx.target === main && ctx.request.method === "GET" && !isPoll;
  if (ctx.request.method !== "GET") ctx.push = "false";
});

document.addEventListener("htmx:before:request", (event) => {
  if (event.detail.ctx.isPoll) return;
  bar.classList.add("is-on");
  event.detail.ctx.request.submitter?.setAttribute("aria-busy", "true");
});

document.addEventListener("htmx:finally:request", (event) => {
  const { ctx } = event.detail;
  if (ctx.isPoll) return;
  bar.classList.remove("is-on");
  ctx.request.submitter?.removeAttribute("aria-busy");
});

// 422 is a form that comes back with its complaints; every other failure leaves the page as it is and says so.
document.addEventListener("htmx:before:response", async (event) => {
  const { ctx } = event.detail;
  const answer = ctx.response.raw;
  // Whoever asked again and again is gone, and so is the sheet in which it stood.
  if (ctx.isPoll && !ctx.sourceElement.isConnected) return event.preventDefault();
  if (answer.redirected) Object.assign(ctx, { push: "true", isMove: true });
  if (answer.ok || answer.status === 422) return;
  event.preventDefault();
  if (ctx.isPoll) return;
  let sentence = words.failed;
  try {
    sentence = (await answer.json()).sentence;
  } catch {}
  tell(sentence);
});

document.addEventListener("htmx:error", (event) => {
  const { ctx, error } = event.detail;
  if (!ctx || ctx.isPoll) return;
  tell(error instanceof TypeError || ctx.request.signal.aborted ? words.unreachable : (error.message ?? words.failed));
});

document.addEventListener("htmx:before:history:update", (event) => {
  event.detail.history.path = withHint(event.detail.history.path);
});

document.addEventListener("htmx:after:swap", (event) => {
  const { ctx } = event.detail;
  const isOver = ctx.target === sheet || ctx.target === "#sheet";
  if (isOver && !sheet.open) open(ctx.sourceElement);
  if (!isOver && sheet.open && sheet.contains(ctx.sourceElement)) sheet.close();
  show(ctx.isMove, ctx.response?.status === 422);
});

/** A sheet over the page; the keyboard goes back to what opened it, also where that was drawn anew meanwhile. */
function open(opener) {
  sheet.dataset.opener = opener?.id ?? "";
  sheet.showModal();
}

/** After a swap: where we are in the navigation, what was said, and where the keyboard goes on. */
function show(isMove, isRefused) {
  const here = location.pathname;
  for (const link of document.querySelectorAll("#tabs a")) {
    const isCurrent = here === link.dataset.root || here.startsWith(`${link.dataset.root}/`);
    if (isCurrent) link.setAttribute("aria-current", "page");
    else link.removeAttribute("aria-current");
  }
  const said = document.querySelector("template[data-toast]");
  if (said) {
    toast.replaceChildren(...said.content.cloneNode(true).childNodes);
    htmx.process(toast);
    said.remove();
    fade();
  }
  if (isRefused) return document.querySelector("#main [aria-invalid='true'], dialog [aria-invalid='true']")?.focus();
  if (!isMove) return;
  window.scrollTo(0, 0);
  main.querySelector("h1")?.focus({ preventScroll: true });
  bringInSight();
}

/** Where the ways within a page are longer than the screen, the one that is open is to be seen. */
function bringInSight() {
  main.querySelector(".ways [aria-current]")?.scrollIntoView({ block: "nearest", inline: "center" });
}

function tell(sentence) {
  toast.textContent = sentence;
  fade();
}

function fade() {
  clearTimeout(fading);
  fading = setTimeout(() => (toast.matches(":hover, :focus-within") ? fade() : toast.replaceChildren()), MOST_TOAST_MS);
}

sheet.addEventListener("close", () => {
  sheet.replaceChildren();
  setTimeout(() => document.getElementById(sheet.dataset.opener)?.focus({ preventScroll: true }));
});

document.addEventListener("click", (event) => {
  if (event.target.closest("[data-close]")) event.target.closest("dialog").close();
  if (event.target === sheet) sheet.close();
  const choice = event.target.closest("[data-set]");
  if (choice) pick(choice);
});

/** A button that shows one look of something: `data-set="name=value"` on the element that `aria-controls` names. */
function pick(choice) {
  const [name, value] = choice.dataset.set.split("=");
  document.getElementById(choice.getAttribute("aria-controls")).dataset[name] = value;
  for (const other of choice.parentElement.querySelectorAll("[data-set]")) {
    other.setAttribute("aria-pressed", String(other === choice));
  }
}

document.addEventListener("keydown", (event) => {
  if (event.key !== "/" || event.target.closest("input, textarea, select, dialog")) return;
  const field = document.getElementById("search");
  if (!field) return;
  event.preventDefault();
  field.focus();
});

bringInSight();
