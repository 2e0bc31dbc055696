"use strict";
const filter = document.getElementById("filter");
const entries = Array.from(document.querySelectorAll("#rules > details"));
function chosen(name) {
  return new Set(Array.from(filter.querySelectorAll("input[name=" + name + "]:checked"), (it) => it.value));
}
function apply() {
  const verdicts = chosen("verdict"), products = chosen("product");
  const text = filter.elements.text.value.toLowerCase();
  for (const entry of entries) {
    entry.hidden = !verdicts.has(entry.dataset.verdict) || !products.has(entry.dataset.product)
      || !entry.textContent.toLowerCase().includes(text);
  }
}
function unfold() {
  const target = location.hash && document.getElementById(location.hash.slice(1));
  if (target && target.tagName === "DETAILS") { target.open = true; target.scrollIntoView(); }
}
filter.addEventListener("input", apply);
filter.addEventListener("submit", (event) => event.preventDefault());
window.addEventListener("hashchange", unfold);
apply();
unfold();
