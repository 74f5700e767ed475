// Filters beside a list: folded where they would push it off the screen, with a way on to what was found.
import { offerCopying } from "./copy.js";

const narrow = () => !window.matchMedia("(min-width: 62rem)").matches;

export function foldWhenNarrow(root) {
  if (!narrow()) return;
  for (const details of root.querySelectorAll("details[data-fold-when-narrow]")) details.open = false;
}

/** The button that sends the filters has nothing left to send: on a narrow screen it leads to the results. */
function leadOn(results) {
  const button = results.querySelector("[data-use-filters]");
  if (!button) return;
  const found = Number(results.dataset.total ?? NaN);
  const words = Number.isNaN(found) ? "Show what was found" : `Show ${found.toLocaleString("en-GB")} ${found === 1 ? "result" : "results"}`;
  button.textContent = words;
  button.addEventListener("click", (event) => {
    event.preventDefault();
    for (const details of results.querySelectorAll("details[data-fold-when-narrow]")) details.open = false;
    const list = results.querySelector("[data-found]") ?? results;
    list.tabIndex = -1;
    list.focus({ preventScroll: true });
    list.scrollIntoView({ block: "start" });
  });
}

/** Prepares the results that came with the page. */
export function firstResults(root) {
  const results = root.querySelector(".pf-search #results");
  if (results) leadOn(results);
}

/** Prepares results that came without a new page. */
export function readyResults(fresh) {
  foldWhenNarrow(fresh);
  leadOn(fresh);
  offerCopying(fresh);
}
