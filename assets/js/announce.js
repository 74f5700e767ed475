// Says things to those who listen instead of look. The region stands in the page before it is given any words.
let region;

export function listenable() {
  if (region) return;
  region = document.createElement("div");
  region.className = "govuk-visually-hidden";
  region.setAttribute("role", "status");
  document.querySelector("main").append(region);
}

/** The same words twice are said twice. */
export function announce(words) {
  listenable();
  region.textContent = region.textContent === words ? `${words}\u00a0` : words;
}
