// Makes pages that already work a little kinder. Nothing here is needed to finish anything.
import { Button, CharacterCount, Checkboxes, createAll, ErrorSummary, Radios, ServiceNavigation, SkipLink } from "govuk-frontend";
import { keepDrafts } from "./draft.js";

document.body.classList.add("js-enabled");
if ("noModule" in HTMLScriptElement.prototype) document.body.classList.add("govuk-frontend-supported");

for (const component of [Button, CharacterCount, Checkboxes, ErrorSummary, Radios, ServiceNavigation, SkipLink]) {
  createAll(component);
}

/** Filters start folded where they would push the list off the screen. */
function foldWhenNarrow() {
  if (window.matchMedia("(min-width: 62rem)").matches) return;
  for (const details of document.querySelectorAll("details[data-fold-when-narrow]")) details.open = false;
}

foldWhenNarrow();
keepDrafts(document);
