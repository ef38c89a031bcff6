// Forms marked with data-save: a bar says that something is not saved yet, and nobody leaves without being asked.

const bar = document.getElementById("savebar");
const asking = document.getElementById("leaving");
const words = document.documentElement.dataset;
const before = new WeakMap();
let wanted = null;
let here = location.href;

const written = (form) => new URLSearchParams([...new FormData(form)].map(([n, v]) => [n, v.name ?? v])).toString();
const forms = () => [...document.querySelectorAll("#main form[data-save]")];

/** The form with changes that are not saved; one that came back with complaints holds some. */
function changed() {
  return forms().find((form) => form.hasAttribute("data-unsaved") || written(form) !== before.get(form));
}

function look() {
  for (const form of forms()) if (!before.has(form)) before.set(form, written(form));
  const form = changed();
  bar.hidden = !form;
  document.body.classList.toggle("has-savebar", Boolean(form));
}

document.addEventListener("input", look);
document.addEventListener("change", look);
document.addEventListener("DOMContentLoaded", look);
document.addEventListener("htmx:after:swap", () => {
  here = location.href;
  look();
});

bar.querySelector("[data-save-now]").addEventListener("click", () => changed()?.requestSubmit());
bar.querySelector("[data-discard]").addEventListener("click", () => {
  const form = changed();
  if (form?.hasAttribute("data-unsaved")) forget(), move(location.pathname + location.search, false);
  else form?.reset();
  look();
});

function forget() {
  for (const form of forms()) {
    form.removeAttribute("data-unsaved");
    before.set(form, written(form));
  }
}

function move(path, isPushed = true) {
  const push = isPushed ? "true" : "false";
  htmx.ajax("GET", path, { target: "#main", swap: "outerSync", push, select: "#main" });
}

document.addEventListener("htmx:config:request", (event) => {
  const { ctx } = event.detail;
  const form = changed();
  if (!form || ctx.request.method !== "GET" || ctx.target?.id !== "main") return;
  event.preventDefault();
  ask(ctx.request.action);
});

document.addEventListener("htmx:before:history:restore", (event) => {
  if (!changed()) return;
  event.preventDefault();
  history.pushState({ htmx: true }, "", here);
  ask(event.detail.path);
});

window.addEventListener("beforeunload", (event) => {
  if (changed()) event.preventDefault();
});

function ask(path) {
  wanted = path;
  asking.showModal();
}

asking.addEventListener("close", () => {
  if (asking.returnValue !== "leave" || !wanted) return;
  asking.returnValue = "";
  forget();
  look();
  move(wanted);
});
