// The settings page: forms and links that fetch a part of the page with a fresh token and put it in its place.
// A part is an element with an id; the answer's elements replace those of the same id.

import { call } from "./session.js";

const toast = document.getElementById("toast");
const dialog = document.getElementById("mail");
let fading;

document.addEventListener("submit", async (event) => {
  const form = event.target.closest("form[data-live]");
  if (!form) return;
  event.preventDefault();
  const button = event.submitter ?? form.querySelector("button");
  await busy(button, () => fill(form.action, { method: "POST", body: new URLSearchParams(new FormData(form)) }));
});

document.addEventListener("click", async (event) => {
  const reader = event.target.closest("button[data-read]");
  if (reader) await busy(reader, () => read(reader.dataset.read));
  if (event.target.closest("button[data-close]")) dialog.close();
});

dialog.addEventListener("close", () => dialog.replaceChildren());

/** Fetch parts and put them in their places; 422 brings a part with its complaints. */
async function fill(url, options) {
  const answer = await call(url, options);
  if (!answer.ok && answer.status !== 422) return tell(await sentence(answer));
  for (const part of parsed(await answer.text())) place(part);
}

async function read(url) {
  const answer = await call(url);
  if (!answer.ok) return tell(await sentence(answer));
  dialog.replaceChildren(...parsed(await answer.text()));
  dialog.showModal();
}

function parsed(html) {
  const holder = document.createElement("template");
  holder.innerHTML = html;
  return [...holder.content.children];
}

/** Replace the element of the same id, and leave alone what did not change: focus and screen readers stay undisturbed. */
function place(part) {
  const old = document.getElementById(part.id);
  if (!old || old.outerHTML === part.outerHTML) return;
  const focused = old.contains(document.activeElement) ? document.activeElement.id : "";
  old.replaceWith(part);
  if (focused) document.getElementById(focused)?.focus();
  part.querySelector("[aria-invalid='true']")?.focus();
}

async function busy(button, work) {
  if (button?.getAttribute("aria-busy") === "true") return;
  button?.setAttribute("aria-busy", "true");
  try {
    await work();
  } catch (error) {
    tell(error instanceof TypeError ? "We cannot be reached just now. Please try again." : error.message);
  } finally {
    button?.removeAttribute("aria-busy");
  }
}

async function sentence(answer) {
  try {
    return (await answer.json()).sentence;
  } catch {
    return "This did not work. Please try again.";
  }
}

function tell(text) {
  toast.textContent = text;
  clearTimeout(fading);
  fading = setTimeout(() => toast.replaceChildren(), 8000);
}

/** Parts with data-poll (milliseconds) and data-from are fetched again and again while the page is looked at. */
function watch(id) {
  const part = document.getElementById(id);
  setTimeout(async () => {
    const { from } = document.getElementById(id).dataset;
    if (!document.hidden) await fill(from).catch(() => {});
    watch(id);
  }, Number(part.dataset.poll));
}

for (const part of document.querySelectorAll("[data-poll]")) watch(part.id);
