/** What is on the screen: the field and its panel, made once; the panel's parts, made anew from each state. */

import { h, safeUrl } from "./dom.js";
import { row, tag } from "./rows.js";

/** How long the live region waits: a reader who types hears one count, not ten. */
const QUIET = 500;

export class View {
  #quiet = 0;

  /** @param {ShadowRoot} root  @param {Record<string, (event: Event) => void>} on  what the box does on events */
  constructor(root, on) {
    this.input = h("input", {
      part: "input",
      type: "text",
      name: "q",
      role: "combobox",
      inputmode: "search",
      enterkeyhint: "search",
      autocomplete: "off",
      autocapitalize: "off",
      spellcheck: "false",
      maxlength: "2000",
      "aria-autocomplete": "list",
      "aria-controls": "list",
      "aria-expanded": "false",
      input: on.input,
      click: on.click,
      compositionend: on.input,
    });
    this.hint = h("kbd", { part: "shortcut", "aria-hidden": "true" });
    this.clear = h("button", { type: "button", class: "clear", part: "clear", hidden: true, click: on.clear }, icon(CROSS));
    this.form = h("form", { class: "field", part: "field", role: "search", submit: on.submit }, icon(GLASS), this.input, this.hint, this.clear);
    this.notice = h("div", { class: "notice" });
    // tabindex: what scrolls would be a stop of the Tab key of its own.
    this.list = h("div", { id: "list", role: "listbox", tabindex: "-1", hidden: true, click: on.choose, auxclick: on.choose });
    this.aside = h("div", { class: "aside" });
    this.question = h("div", { class: "question" });
    this.foot = h("div", { class: "foot" });
    this.panel = h(
      "div",
      { class: "panel", part: "panel", tabindex: "-1", hidden: true, mousedown: keepFocus },
      this.notice,
      this.list,
      this.aside,
      this.question,
      this.foot,
    );
    this.status = h("div", { role: "status", class: "hidden" });
    this.box = h("div", { class: "box", keydown: on.keydown }, this.form, this.panel, this.status);
    root.append(this.box);
  }

  /** Write all that depends on the language and the attributes. */
  label({ words, dir, label, placeholder, shortcut }) {
    this.box.lang = words.written;
    this.box.dir = dir;
    const name = label || words.say("label");
    this.form.setAttribute("aria-label", name);
    this.input.setAttribute("aria-label", name);
    this.input.placeholder = placeholder || words.say("placeholder");
    this.clear.setAttribute("aria-label", words.say("clear"));
    this.list.setAttribute("aria-label", words.say("results"));
    const keys = shortcut && [`Control+${shortcut}`, `Meta+${shortcut}`].join(" ");
    if (keys) this.input.setAttribute("aria-keyshortcuts", keys);
    else this.input.removeAttribute("aria-keyshortcuts");
    const apple = /Mac|iP(hone|ad|od)/.test(navigator.platform);
    this.hint.textContent = shortcut && (apple ? `⌘ ${shortcut}` : `Ctrl ${shortcut}`);
    this.typed();
  }

  /** The field was written in. */
  typed() {
    this.clear.hidden = !this.input.value;
    this.hint.hidden = !!this.input.value || !this.hint.textContent;
  }

  /** Show the answer, or what went wrong; gives the hits that are shown. */
  show(state, context) {
    const { words } = context;
    this.box.classList.toggle("busy", state.status === "asking");
    this.list.setAttribute("aria-busy", String(state.status === "asking"));
    if (state.status === "asking") this.say(words.say("searching"));
    if (state.status === "answered") return this.#answered(state, context);
    if (state.status === "failed") return this.#failed(state, context);
    return null;
  }

  #answered({ answer, query }, context) {
    const { words, all } = context;
    const nothing = answer.outcome === "none";
    const rows = answer.hits.slice(0, nothing ? 3 : undefined).map((hit, number) => row(hit, number, context));
    const shown = rows.filter((one) => one.hasAttribute("href"));
    const none = nothing || !shown.length;
    const unsure = answer.outcome === "weak" && !none;
    this.notice.replaceChildren(
      ...[
        none && h("p", { class: "none" }, words.say("none", { query })),
        none && h("p", {}, words.say("tip")),
        none && context.contact && h("a", { class: "vote", part: "contact", href: context.contact }, words.say("contact")),
        !none && answer.corrected && h("p", {}, words.say("corrected", { query: answer.corrected })),
        unsure && h("p", {}, words.say("weak")),
        none && shown.length && h("p", { class: "over" }, words.say("nearest")),
      ].filter(Boolean),
    );
    shown.forEach((one, number) => (one.id = `option-${number}`));
    this.list.replaceChildren(...shown);
    this.list.hidden = !shown.length;
    this.panel.classList.toggle("nothing", none);
    this.list.scrollTop = this.panel.scrollTop = 0;
    this.aside.replaceChildren();
    const more = all && !none && h("a", { class: "link", href: all }, words.say("all"));
    const ask = unsure && context.contact && h("a", { class: "link", href: context.contact }, words.say("contact"));
    this.foot.replaceChildren(...[more, ask, shown.length > 0 && keys(words)].filter(Boolean));
    this.say(none ? words.say("none", { query }) : words.count(shown.length));
    return answer.hits.filter((_, number) => rows[number]?.hasAttribute("href"));
  }

  #failed({ error }, { words, retry }) {
    const why = [401, 403].includes(error.status) ? "refused" : error.status === 429 ? "busy" : navigator.onLine ? "failed" : "offline";
    this.notice.replaceChildren(h("p", {}, words.say(why)));
    const again = why !== "refused" && h("button", { type: "button", class: "vote", click: retry }, words.say("retry"));
    this.aside.replaceChildren(...[again].filter(Boolean));
    this.list.replaceChildren();
    this.list.hidden = true;
    this.foot.replaceChildren();
    this.say(words.say(why));
    return [];
  }

  /** Queries that can be asked with a click, and articles. */
  suggest(suggestions, heading, { words, locale, endpoint, ask }) {
    const items = suggestions.map(({ kind, text, url, locale: own }) => {
      const address = kind === "article" && safeUrl(url, endpoint);
      if (address) return h("li", {}, h("a", { class: "link", href: address.href, lang: own, dir: "auto" }, text), ...tag(own, locale, words));
      return kind === "query" && h("li", {}, h("button", { type: "button", class: "link", click: () => ask(text) }, text));
    });
    if (items.some(Boolean)) this.aside.append(h("p", { class: "over" }, words.say(heading)), h("ul", {}, items));
  }

  /** Open or close the panel. */
  open(open) {
    this.panel.hidden = !open;
    this.input.setAttribute("aria-expanded", String(open && !this.list.hidden));
    if (!open) this.say("");
  }

  /** Move to an option; -1 is none. */
  move(active) {
    const options = [...this.list.children];
    options.forEach((option, number) => option.setAttribute("aria-selected", String(number === active)));
    if (active < 0) this.input.removeAttribute("aria-activedescendant");
    else {
      this.input.setAttribute("aria-activedescendant", options[active].id);
      options[active].scrollIntoView({ block: "nearest" });
    }
  }

  /** Tell readers who listen, when nothing more was typed for a while. */
  say(text) {
    clearTimeout(this.#quiet);
    this.#quiet = setTimeout(() => (this.status.textContent = text), QUIET);
  }
}

/** A click beside the buttons of the panel must not take the focus from the field. */
function keepFocus(event) {
  if (!event.target.closest("button, textarea, a:not([role])")) event.preventDefault();
}

const GLASS = "M10.5 4a6.5 6.5 0 1 0 0 13 6.5 6.5 0 0 0 0-13m4.7 11.2L20 20";
const CROSS = "M6 6l12 12M18 6L6 18";

function icon(path) {
  return h("svg", { viewBox: "0 0 24 24", "aria-hidden": "true" }, h("path", { d: path }));
}

function keys(words) {
  const hints = [
    ["↑ ↓", "move"],
    ["↵", "open"],
    ["Esc", "close"],
  ];
  return h(
    "p",
    { class: "keys", "aria-hidden": "true" },
    hints.map(([key, what]) => h("span", {}, h("kbd", {}, key), ` ${words.say(what)}`)),
  );
}
