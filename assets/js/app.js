// Makes pages that already work a little kinder. Nothing here is needed to finish anything.
import { Button, CharacterCount, Checkboxes, createAll, ErrorSummary, Radios, ServiceNavigation, SkipLink } from "govuk-frontend";
import { offerCopying } from "./copy.js";
import { keepDrafts } from "./draft.js";
import { firstResults, foldWhenNarrow, readyResults } from "./filters.js";
import { liveResults } from "./live-results.js";
import { suggestCategories } from "./suggest-categories.js";
import { suggest } from "./suggestions.js";

document.body.classList.add("js-enabled");
if ("noModule" in HTMLScriptElement.prototype) document.body.classList.add("govuk-frontend-supported");

for (const component of [Button, CharacterCount, Checkboxes, ErrorSummary, Radios, ServiceNavigation, SkipLink]) {
  createAll(component);
}

foldWhenNarrow(document);
keepDrafts(document);
suggestCategories(document);
suggest(document);
offerCopying(document);
firstResults(document);
liveResults(document, readyResults);
