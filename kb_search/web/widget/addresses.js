/** Where a page sends its readers with their words: its results, and the people who know. */

import { safeUrl } from "./dom.js";

const CONTACT = ["http:", "https:", "mailto:", "tel:"];

/** The address of the results page: that of the attribute, else of the form that stood in the element. */
export function resultsOf(element, query) {
  if (element.dataset.resultsUrl) return filled(element.dataset.resultsUrl, query);
  const form = element.querySelector("form");
  const url = form && safeUrl(form.getAttribute("action") || location.href, document.baseURI);
  if (!url) return null;
  const fields = new FormData(form);
  fields.set("q", query);
  url.search = new URLSearchParams([...fields].filter(([, value]) => typeof value === "string"));
  return url.href;
}

/** The address of `data-contact-url`. */
export function contactOf(element, query) {
  return filled(element.dataset.contactUrl, query, CONTACT);
}

/** Fill {query} into an address that a page gave; null where it is none that a link may have. */
function filled(template, query, schemes) {
  if (!template) return null;
  const text = encodeURIComponent(query.replace(/\p{Surrogate}/gu, "\ufffd")); // half of a pair cannot be encoded
  return safeUrl(template.replaceAll("{query}", text), document.baseURI, schemes)?.href ?? null;
}
