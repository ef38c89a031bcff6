// A page of the admin was opened without a good token: fetch one from the store's admin around us and open the page again.

import { token } from "./session.js";

const target = new URL(window.location.href);

try {
  target.searchParams.set("launch", await token());
  target.searchParams.set("again", "1");
  window.location.replace(target.href);
} catch {
  document.getElementById("moment").hidden = true;
  document.getElementById("sentence").hidden = false;
}
