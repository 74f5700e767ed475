// Offers names while somebody types in a search box: the combobox pattern of ARIA 1.2, with links for options.
import { announce } from "./announce.js";

const PAUSE = 150; // milliseconds without typing before we ask
const FEWEST = 2; // letters worth asking about
const GROUPS = { listing: "Notices", organisation: "Organisations", category: "Subjects", place: "Places" };

function made(tag, attributes = {}, ...inside) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  element.append(...inside);
  return element;
}

class Suggestions {
  #options = [];
  #at = -1; // which option arrow keys have reached; -1 is the box itself
  #asked = "";
  #waiting;
  #asking;

  constructor(input) {
    this.input = input;
    this.address = new URL(`${input.form.action.replace(/\/$/, "")}/suggest`);
    this.list = made("div", { class: "pf-suggest__list", role: "listbox", id: `${input.id}-suggestions`, hidden: "" });
    this.list.setAttribute("aria-label", "Suggestions");
    for (const [name, value] of Object.entries({
      role: "combobox",
      autocomplete: "off",
      "aria-autocomplete": "list",
      "aria-controls": this.list.id,
      "aria-expanded": "false",
    })) input.setAttribute(name, value);
    input.parentElement.classList.add("pf-suggest");
    input.after(this.list);

    input.addEventListener("input", () => this.#wait());
    input.addEventListener("keydown", (event) => this.#press(event));
    input.addEventListener("blur", () => this.close());
    input.form.addEventListener("submit", () => this.close());
    this.list.addEventListener("pointerdown", (event) => event.preventDefault()); // the box keeps the focus
    window.addEventListener("pagehide", () => this.close());
  }

  close() {
    clearTimeout(this.#waiting);
    this.#asking?.abort();
    this.#asked = "";
    this.#show([]);
  }

  #wait() {
    clearTimeout(this.#waiting);
    if (this.input.value.trim().length < FEWEST) return this.close();
    this.#waiting = setTimeout(() => this.#ask(), PAUSE);
  }

  async #ask() {
    const typed = this.input.value.trim();
    if (typed === this.#asked || document.activeElement !== this.input) return;
    this.#asking?.abort();
    this.#asking = new AbortController();
    this.#asked = typed;
    this.address.search = new URLSearchParams({ q: typed });
    try {
      const answer = await fetch(this.address, { signal: this.#asking.signal });
      const { suggestions } = answer.ok ? await answer.json() : { suggestions: [] };
      this.#show(suggestions);
      if (suggestions.length) announce(`${suggestions.length === 1 ? "1 suggestion" : `${suggestions.length} suggestions`}. Use the up and down arrows.`);
    } catch (problem) {
      if (problem.name !== "AbortError") this.close();
    }
  }

  #show(suggestions) {
    this.#at = -1;
    this.#options = [];
    this.list.replaceChildren();
    for (const group of Object.keys(GROUPS)) {
      const these = suggestions.filter((each) => each.group === group);
      if (these.length) this.list.append(this.#group(group, these));
    }
    const open = this.#options.length > 0;
    this.list.hidden = !open;
    this.input.setAttribute("aria-expanded", String(open));
    this.input.removeAttribute("aria-activedescendant");
  }

  #group(group, suggestions) {
    const heading = made("div", { class: "pf-suggest__group", role: "presentation", id: `${this.list.id}-${group}` }, GROUPS[group]);
    const box = made("div", { role: "group", "aria-labelledby": heading.id }, heading);
    for (const { label, detail, href } of suggestions) {
      const id = `${this.list.id}-${this.#options.length + 1}`;
      const option = made("a", { class: "pf-suggest__option", role: "option", id, href, tabindex: "-1", "aria-selected": "false" });
      option.append(made("span", {}, label));
      if (detail) option.append(" ", made("span", { class: "pf-soft govuk-body-s" }, detail));
      this.#options.push(option);
      box.append(option);
    }
    return box;
  }

  #press(event) {
    if (event.isComposing || event.altKey || event.ctrlKey || event.metaKey) return;
    const moves = { ArrowDown: 1, ArrowUp: -1 };
    if (event.key in moves && this.#options.length) {
      event.preventDefault();
      this.#moveTo(this.#at + moves[event.key]);
    } else if (event.key === "ArrowDown") {
      this.#ask();
    } else if (event.key === "Enter" && this.#at >= 0) {
      event.preventDefault();
      this.#options[this.#at].click();
    } else if (event.key === "Escape" && (this.#options.length || this.input.value)) {
      event.preventDefault();
      if (this.#options.length) return this.close();
      this.input.value = "";
      this.input.dispatchEvent(new Event("input", { bubbles: true }));
    }
  }

  /** Past either end is the box itself, and then the other end. */
  #moveTo(at) {
    this.#options[this.#at]?.setAttribute("aria-selected", "false");
    this.#at = at < -1 ? this.#options.length - 1 : at >= this.#options.length ? -1 : at;
    const option = this.#options[this.#at];
    if (!option) return this.input.removeAttribute("aria-activedescendant");
    option.setAttribute("aria-selected", "true");
    option.scrollIntoView({ block: "nearest" });
    this.input.setAttribute("aria-activedescendant", option.id);
  }
}

/** Every search box there is: the one on the front page, and the one above the results. */
export function suggest(root) {
  for (const input of root.querySelectorAll("form[method=get] input[name=q]")) new Suggestions(input);
}
