/** The script tag becomes an element: beside itself, or where `data-target` says. */

import { KbSearch } from "./element.js";

const script = document.currentScript;
const home = script?.src ? new URL(".", script.src).href : "";
KbSearch.home ||= home;

/** What a selector leads to; one that is none leads nowhere. */
function found(selector) {
  try {
    return document.querySelector(selector);
  } catch {
    return null;
  }
}

function start() {
  const first = !customElements.get("kb-search");
  if (first) customElements.define("kb-search", KbSearch);
  if (!script) return;
  const { target, ...options } = script.dataset;
  // A page that wrote the element itself wants no second one.
  if (target === "none" || (!target && first && document.querySelector("kb-search"))) return;
  const element = document.createElement("kb-search");
  Object.assign(element.dataset, { endpoint: home, ...options });
  const place = target && found(target);
  if (place) place.append(element);
  else if (target) console.warn(`kb-search: no element matches data-target="${target}".`);
  else if (document.head.contains(script)) document.body.prepend(element);
  else script.after(element);
}

// The forms that elements take over must be there: a script that came early waits for the rest of the page.
if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", start);
else start();
