// Offers likely categories while somebody writes: buttons that fill in the fields which hold the answer.

const PAUSE = 800; // milliseconds without typing before we ask
const ENOUGH = 8; // letters

/** The lists and boxes of the answer. A category that no list has room for waits in a hidden field. */
class Answer {
  constructor(form, names, at) {
    this.at = at;
    this.fields = [...form.elements].filter((each) => names.includes(each.name));
    this.lists = this.fields.filter((each) => each.tagName === "SELECT");
  }

  box(slug) {
    return this.fields.find((each) => each.type === "checkbox" && each.value === slug);
  }

  waiting(slug) {
    return [...this.at.querySelectorAll("input[type=hidden]")].find((each) => each.value === slug);
  }

  has(slug) {
    return Boolean(this.box(slug)?.checked || this.waiting(slug) || this.lists.some((each) => each.value === slug));
  }

  add(slug) {
    const room = this.box(slug) ?? this.lists.find((each) => !each.value);
    if (!room) return this.at.append(Object.assign(document.createElement("input"), { type: "hidden", name: "likely", value: slug }));
    if (room.type === "checkbox") room.checked = true;
    else room.value = slug;
    return tell(room);
  }

  drop(slug) {
    this.waiting(slug)?.remove();
    const box = this.box(slug);
    if (box?.checked) box.checked = false;
    if (box) tell(box);
    for (const list of this.lists.filter((each) => each.value === slug)) {
      list.value = "";
      tell(list);
    }
  }
}

/** So that kept drafts and other scripts hear of it as if it had been typed. */
const tell = (field) => ["input", "change"].forEach((name) => field.dispatchEvent(new Event(name, { bubbles: true })));

/** Asks the server; nothing for whatever is not an answer, such as a page to sign in. */
async function ask(at, form, text, signal) {
  const body = new URLSearchParams({ csrf_token: form.elements.csrf_token.value, text });
  if ("shelves" in at.dataset) body.set("shelves", "yes");
  try {
    const answer = await fetch(at.dataset.suggest, { method: "POST", body, signal });
    return answer.ok ? (await answer.json()).likely : null;
  } catch {
    return null;
  }
}

function paragraph(className, words, role) {
  const made = Object.assign(document.createElement("p"), { className, textContent: words });
  if (role) made.setAttribute("role", role);
  return made;
}

function watch(at) {
  const form = at.closest("form");
  const reads = at.dataset.reads.split(" ").map((name) => form.elements[name]);
  const answer = new Answer(form, at.dataset.into.split(" "), at);
  const served = [...at.querySelectorAll("input[type=checkbox]")].map((box) => ({
    slug: box.value,
    name: box.labels[0].textContent.trim(),
    ticked: box.checked,
  }));

  const heading = paragraph("pf-suggesting__heading", "Likely, from what you wrote");
  const status = paragraph("govuk-visually-hidden", "", "status");
  const group = document.createElement("div");
  group.className = "pf-suggesting__buttons";
  group.setAttribute("role", "group");
  group.setAttribute("aria-label", "Likely subjects");
  heading.hidden = true;
  at.replaceChildren(heading, status, group);

  const press = () => {
    for (const button of group.children) button.setAttribute("aria-pressed", answer.has(button.value));
  };

  function made({ slug, name }) {
    const button = Object.assign(document.createElement("button"), {
      type: "button",
      className: "pf-suggesting__button",
      value: slug,
      textContent: name,
    });
    button.addEventListener("click", () => {
      if (answer.has(slug)) answer.drop(slug);
      else answer.add(slug);
      press();
    });
    return button;
  }

  /** Buttons that stay are the same buttons, so that nobody loses their place. */
  function show(likely) {
    const before = new Map([...group.children].map((button) => [button.value, button]));
    const wanted = new Set(likely.map((each) => each.slug));
    for (const [slug, button] of before) {
      if (!wanted.has(slug) && button !== document.activeElement && !answer.waiting(slug)) button.remove();
    }
    const fresh = likely.filter((each) => !before.has(each.slug)).map(made);
    group.append(...fresh);
    const buttons = [...group.children];
    heading.hidden = !buttons.length;
    if (fresh.length) status.textContent = `Likely subjects: ${buttons.map((button) => button.textContent).join(", ")}`;
    press();
  }

  let timer;
  let asking = new AbortController();
  async function look() {
    const text = reads.map((field) => field.value.trim()).filter(Boolean).join(". ");
    asking.abort();
    asking = new AbortController();
    const likely = text.length < ENOUGH ? [] : await ask(at, form, text, asking.signal);
    if (likely) show(likely);
  }

  for (const field of reads) {
    field.addEventListener("input", () => {
      clearTimeout(timer);
      timer = setTimeout(look, PAUSE);
    });
  }
  form.addEventListener("change", press);
  served.filter((each) => each.ticked).forEach((each) => answer.add(each.slug));
  show(served);
  if (!served.length) look();
}

/** Every place in the page that asks for suggestions. */
export function suggestCategories(root) {
  for (const at of root.querySelectorAll("[data-suggest]")) watch(at);
}
