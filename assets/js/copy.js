// Gives `[data-copy]`, an input or a textarea, a button that copies what is in it. Without this, it can be selected and copied by hand.
import { announce } from "./announce.js";

const MOMENT = 3000; // milliseconds

async function copy(input) {
  try {
    await navigator.clipboard.writeText(input.value);
  } catch {
    input.select(); // older browsers, and pages without https
    if (!document.execCommand("copy")) return false;
  }
  return true;
}

function addButton(input) {
  const button = document.createElement("button");
  button.type = "button";
  button.className = "govuk-button govuk-button--secondary pf-button--small";
  button.textContent = input.dataset.copy || "Copy the address";
  const words = button.textContent;
  button.addEventListener("click", async () => {
    const copied = await copy(input);
    button.textContent = copied ? "Copied" : "Now press Ctrl and C";
    announce(button.textContent);
    button.focus({ preventScroll: true });
    setTimeout(() => (button.textContent = words), MOMENT);
  });
  input.after(button);
}

export function offerCopying(root) {
  for (const input of root.querySelectorAll("[data-copy]:not([data-copy-ready])")) {
    input.dataset.copyReady = "";
    addButton(input);
  }
}
