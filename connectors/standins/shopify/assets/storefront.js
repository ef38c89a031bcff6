/* What the theme app extension does on a product page: tells a look of who is signed in, and takes a wish. */
(function () {
  "use strict";
  const product = document.querySelector("[data-product]");
  if (!product) return;
  const way = `${product.dataset.proxy}/interest?product=${product.dataset.product}`;
  if (product.dataset.member) fetch(`${way}&kind=looked`, { method: "POST", keepalive: true });

  const form = document.getElementById("wish");
  if (!form) return;
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const told = await fetch(`${way}&kind=asked`, { method: "POST", body: new URLSearchParams(new FormData(form)) });
    form.querySelector("[role=status]").textContent = told.ok ? "We will tell you." : "That did not work.";
  });
})();
