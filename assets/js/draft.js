// Keeps what was typed in `form[data-draft="key"]` in this browser until it has been sent.

const AGE_LIMIT = 14 * 24 * 60 * 60 * 1000; // milliseconds
const PAUSE = 600; // milliseconds without typing before we save
const PREFIX = "placeful.draft.";
const NEVER_KEPT = new Set(["password", "hidden", "file", "submit", "button", "reset", "image"]);

const kept = (form) => [...form.elements].filter((each) => each.name && !NEVER_KEPT.has(each.type) && each.type !== "fieldset");
const isChoice = (control) => control.type === "checkbox" || control.type === "radio";

/** What the form says now: for each name, the text of its controls or the values chosen. */
function read(form) {
  const said = {};
  for (const control of kept(form)) {
    const values = (said[control.name] ??= []);
    if (isChoice(control)) {
      if (control.checked) values.push(control.value);
    } else if (control.multiple) {
      values.push(...[...control.selectedOptions].map((option) => option.value));
    } else {
      values.push(control.value);
    }
  }
  return said;
}

/** Puts `said` back into the form. A name the form no longer has is passed over. */
function fill(form, said) {
  const taken = {};
  for (const control of kept(form)) {
    const values = said[control.name];
    if (!values) continue;
    if (isChoice(control)) {
      control.checked = values.includes(control.value);
      if (control.checked) control.closest("details")?.setAttribute("open", ""); // what was kept is seen
    } else if (control.multiple) {
      for (const option of control.options) option.selected = values.includes(option.value);
    } else {
      const at = (taken[control.name] ??= 0);
      control.value = values[at] ?? control.value;
      taken[control.name] = at + 1;
    }
    control.dispatchEvent(new Event("change", { bubbles: true }));
  }
}

/** This browser's own store, or null where it is forbidden. */
function openStore() {
  try {
    return window.localStorage;
  } catch {
    return null;
  }
}

/** The saved draft, unless there is none, it is old, or it cannot be read. */
function recall(store, key) {
  try {
    const found = JSON.parse(store.getItem(key));
    if (found && Date.now() - found.at < AGE_LIMIT) return found;
  } catch {
    // A garbled draft is the same as none.
  }
  store.removeItem(key);
  return null;
}

/** `said` is what the form says, `shown` what the server had shown when typing began, `sent` whether it was sent. */
function save(store, key, said, shown, sent = false) {
  try {
    store.setItem(key, JSON.stringify({ at: Date.now(), said, shown, sent }));
  } catch {
    // Full stores and private windows refuse; the form still works.
  }
}

const draftKeys = (store) => Object.keys(store).filter((key) => key.startsWith(PREFIX));

function sayKept(form, clear) {
  const notice = document.createElement("div");
  notice.className = "pf-flash pf-flash--kept";
  notice.setAttribute("role", "status");
  // A live region speaks when its words change, so it stands in the page before it is given any.
  form.prepend(notice);
  const words = document.createElement("p");
  const button = document.createElement("button");
  button.type = "button";
  button.className = "pf-link-button";
  button.textContent = "Clear it";
  button.addEventListener("click", () => {
    clear();
    words.textContent = "Cleared. The form is as it was.";
  });
  words.append("We kept what you typed. ", button);
  notice.append(words);
}

function keep(form, store, refused) {
  const key = PREFIX + form.dataset.draft;
  const asServed = read(form);
  const found = recall(store, key);
  const shown = refused && found ? found.shown : JSON.stringify(asServed);

  if (refused) {
    save(store, key, asServed, shown);
  } else if (found && found.shown === shown && JSON.stringify(found.said) !== shown) {
    // The server still shows what it showed when typing began, so what was typed is the newer.
    fill(form, found.said);
    sayKept(form, () => {
      store.removeItem(key);
      fill(form, asServed);
    });
  } else if (found) {
    store.removeItem(key);
  }

  let waiting;
  form.addEventListener("input", () => {
    clearTimeout(waiting);
    waiting = setTimeout(() => save(store, key, read(form), shown), PAUSE);
  });
  form.addEventListener("submit", () => {
    clearTimeout(waiting);
    save(store, key, read(form), shown, true);
  });
}

/** A draft that was sent, and whose form is gone from the page that came back, was saved by the server. */
function forgetArrived(root, store) {
  const here = new Set([...root.querySelectorAll("form[data-draft]")].map((form) => PREFIX + form.dataset.draft));
  for (const key of draftKeys(store)) {
    if (!here.has(key) && recall(store, key)?.sent) store.removeItem(key);
  }
}

/** Watches every form that asks for it. Signing out forgets all drafts: the next person may be someone else. */
export function keepDrafts(root) {
  const store = openStore();
  if (!store) return;
  const somethingBroke = root.querySelector("[data-error-page]") !== null;
  const refused = root.querySelector(".govuk-error-summary") !== null;
  if (!somethingBroke) forgetArrived(root, store);
  for (const form of root.querySelectorAll("form[data-draft]")) keep(form, store, refused);
  for (const form of root.querySelectorAll("form[data-forget-drafts]")) {
    form.addEventListener("submit", () => draftKeys(store).forEach((key) => store.removeItem(key)));
  }
}
