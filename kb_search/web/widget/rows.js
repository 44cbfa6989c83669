/** One hit → one option. A link, so that it can be opened in a new tab; without anything else inside that takes focus. */

import { h, marked, safeUrl } from "./dom.js";
import { primary } from "./words.js";

/** Where a hit leads: its address, at the section that answers; null where a link must not lead there. */
export function addressOf(hit, endpoint) {
  const url = safeUrl(hit.url, endpoint);
  if (url && hit.passage?.anchor) url.hash = hit.passage.anchor;
  return url?.href ?? null;
}

/** Says the language of what is in another one than the reader's: an element in a list, or none. */
export function tag(own, locale, words) {
  if (!locale || !own || primary(own) === primary(locale)) return [];
  return [h("span", { class: "tag" }, words.say("language", { language: words.language(own) }))];
}

/**
 * @param {object} hit  @param {number} number  from 0
 * @param {{words: object, locale: string, endpoint: URL, tab: boolean}} context
 */
export function row(hit, number, { words, locale, endpoint, tab }) {
  const { heading = "", html = "" } = hit.passage ?? {};
  const others = (hit.translations ?? []).map((one) => words.language(one.locale)).join(", ");
  const own = { lang: hit.locale, dir: "auto" };
  return h(
    "a",
    {
      id: `option-${number}`,
      class: "row",
      part: "option",
      role: "option",
      "aria-selected": "false",
      tabindex: "-1",
      href: addressOf(hit, endpoint),
      target: tab && "_blank",
      rel: tab && "noopener",
    },
    h(
      "span",
      { class: "head" },
      h("span", { class: "title", part: "title", ...own }, hit.title),
      ...tag(hit.locale, locale, words),
      tab && h("span", { class: "hidden" }, ` (${words.say("tab")})`),
    ),
    html && h("span", { class: String(html).includes("\n") ? "text lines" : "text", part: "passage", ...own }, marked(html)),
    h(
      "span",
      { class: "where" },
      heading && h("span", own, heading),
      others && h("span", {}, words.say("translations", { languages: others })),
    ),
  );
}
