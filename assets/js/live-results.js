// Brings new results without a new page as filters change and words are typed.
// The server answers with the same part of the page; whatever goes wrong, the browser goes there the plain way.
import { announce, listenable } from "./announce.js";

const TYPING_PAUSE = 300; // milliseconds without typing before we look
const BUSY_AFTER = 150; // milliseconds of waiting before the page says so
const TYPED_APART = 5000; // milliseconds between keys that make two searches of it
const BY_KEY = { q: true }; // boxes that search while somebody types; the others when they are left

/** The address a form asks for, without what was left empty. */
function addressOf(form) {
  const address = new URL(form.action);
  for (const [name, value] of new FormData(form)) {
    if (String(value).trim()) address.searchParams.append(name, value);
  }
  return address;
}

/** What finds the element with the focus again in results that came anew. */
function placeOf(element) {
  if (element.id) return `#${CSS.escape(element.id)}`;
  if (element.matches("summary") && element.parentElement.id) return `#${CSS.escape(element.parentElement.id)} > summary`;
  if (element.matches("a[href]")) return `a[href="${CSS.escape(element.getAttribute("href"))}"]`;
  return "";
}

/** Folded stays folded and open stays open. Foldings without an id go by their order. */
function keepFoldings(old, fresh) {
  const before = [...old.querySelectorAll("details")];
  const after = [...fresh.querySelectorAll("details")];
  for (const [index, details] of after.entries()) {
    const same = details.id ? old.querySelector(`#${CSS.escape(details.id)}`) : before.length === after.length && before[index];
    if (same) details.open = same.open;
  }
}

/** Pieces that would lose their place, such as a map, move over whole and are told what they now show. */
function keepPieces(old, fresh) {
  for (const piece of fresh.querySelectorAll("[data-kept]")) {
    const same = old.querySelector(`#${CSS.escape(piece.id)}`);
    if (!same) continue;
    Object.assign(same.dataset, piece.dataset);
    piece.replaceWith(same);
  }
}

class LiveResults {
  #asking;
  #waiting;
  #typedAt = 0; // when the search in the address was last typed at; 0: it was not typed
  #shown = location.search; // what the results on the page answer

  constructor(form, ready) {
    this.form = form;
    this.ready = ready;
    listenable();
    form.classList.add("pf-search--live");
    form.addEventListener("input", (event) => this.#typed(event));
    form.addEventListener("change", (event) => this.#changed(event));
    form.addEventListener("submit", (event) => this.#sent(event));
    window.addEventListener("popstate", () => this.#returned());
  }

  get results() {
    return document.getElementById("results");
  }

  #typed({ target }) {
    if (!(target.name in BY_KEY)) return;
    clearTimeout(this.#waiting);
    this.#waiting = setTimeout(() => {
      const again = Date.now() - this.#typedAt < TYPED_APART;
      this.#typedAt = Date.now();
      this.#look(addressOf(this.form), { again });
    }, TYPING_PAUSE);
  }

  #changed({ target }) {
    if (!target.name || target.form !== this.form || target.name in BY_KEY) return;
    this.#typedAt = 0;
    this.#look(addressOf(this.form));
  }

  #sent(event) {
    if (event.submitter?.formAction && event.submitter.hasAttribute("formaction")) return;
    event.preventDefault();
    this.#typedAt = 0;
    this.#look(addressOf(this.form), { boxes: true });
  }

  #returned() {
    if (location.search === this.#shown) return; // a link within the page
    this.#typedAt = 0;
    this.#look(new URL(location.href), { again: true, boxes: true });
  }

  /** Fetch and show. `again` keeps the entry in the history; `boxes` puts what was understood into the boxes. */
  async #look(address, { again = false, boxes = false } = {}) {
    clearTimeout(this.#waiting);
    this.#asking?.abort();
    const asking = (this.#asking = new AbortController());
    const busy = setTimeout(() => this.results.setAttribute("aria-busy", "true"), BUSY_AFTER);
    try {
      // Kept by no cache: going back must never find this part in place of the page.
      const answer = await fetch(address, { headers: { "X-Part": "results" }, signal: asking.signal, cache: "no-store" });
      if (!answer.ok || answer.redirected) throw new Error(String(answer.status));
      const fresh = this.#read(await answer.text());
      if (asking.signal.aborted) return;
      const final = new URL(fresh.dataset.address || address, location.href);
      if (!again && final.href !== location.href) history.pushState({ live: true }, "", final);
      else history.replaceState({ live: true }, "", final);
      this.#shown = final.search;
      this.#show(fresh);
      if (boxes) this.#fillBoxes(final);
    } catch (problem) {
      if (problem.name !== "AbortError") location.assign(address);
    } finally {
      clearTimeout(busy);
      if (asking === this.#asking) this.results.removeAttribute("aria-busy");
    }
  }

  #read(html) {
    const fresh = new DOMParser().parseFromString(html, "text/html").getElementById("results");
    // What was not understood is said beside its box, which this part does not hold.
    if (!fresh || "problem" in fresh.dataset || document.querySelector(".govuk-error-summary")) throw new Error("a whole page is needed");
    return document.adoptNode(fresh);
  }

  #show(fresh) {
    const old = this.results;
    const focused = old.contains(document.activeElement) ? document.activeElement : null;
    const place = focused && placeOf(focused);
    const top = focused?.getBoundingClientRect().top;
    this.ready(fresh);
    keepFoldings(old, fresh);
    keepPieces(old, fresh);
    old.replaceWith(fresh);
    const same = place && fresh.querySelector(place);
    if (same) {
      same.focus({ preventScroll: true });
      window.scrollBy({ top: same.getBoundingClientRect().top - top, behavior: "instant" });
    } else if (focused) {
      fresh.tabIndex = -1;
      fresh.focus({ preventScroll: true });
    }
    if (fresh.dataset.title) document.title = fresh.dataset.title;
    const said = fresh.dataset.said || fresh.querySelector("[data-said]")?.textContent;
    if (said) announce(said.trim().replace(/\s+/g, " "));
    document.dispatchEvent(new CustomEvent("results", { detail: fresh }));
  }

  #fillBoxes(address) {
    for (const box of this.form.querySelectorAll("input[type=text], input[type=search]")) {
      if (box.name && !this.results.contains(box)) box.value = address.searchParams.get(box.name) ?? "";
    }
  }
}

/** `ready(fresh)` prepares what came before it is shown. */
export function liveResults(root, ready = () => {}) {
  const form = root.querySelector("form.pf-search");
  if (form && root.querySelector("#results")) new LiveResults(form, ready);
}
