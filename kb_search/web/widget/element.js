/** `<kb-search>`: attributes in, events out. Everything between is in the other files. */

import { contactOf, resultsOf } from "./addresses.js";
import { Asker, isEnough } from "./asking.js";
import { Client } from "./client.js";
import { onKey } from "./combobox.js";
import { safeUrl } from "./dom.js";
import { place } from "./place.js";
import { Question } from "./question.js";
import { addressOf } from "./rows.js";
import { Teller } from "./telling.js";
import { View } from "./view.js";
import { Words, direction, localeOf, primary } from "./words.js";

/** Milliseconds of rest before a question: shorter than between two keys of most people, too short to be felt. */
const REST = 60;
/** While an input method composes: longer, since half a word is often no word; not never, since phones compose all text. */
const COMPOSING = 300;
const ATTRIBUTES = "endpoint key locale label placeholder shortcut contact-url results-url theme limit strings events open".split(" ");

export class KbSearch extends HTMLElement {
  static observedAttributes = ATTRIBUTES.map((name) => `data-${name}`);
  /** Where the script came from: the endpoint of elements that name none. */
  static home = "";

  #view;
  #asker;
  #client;
  #teller;
  #question;
  #words = new Words("en");
  #popular;
  #place = new CSSStyleSheet();
  #listeners = new AbortController();
  #state = { status: "idle", query: "" };
  #answer = null;
  #hits = [];
  #active = -1;
  #open = false;
  #settled = 0;

  connectedCallback() {
    if (!this.#view) this.#build();
    this.#listeners = new AbortController();
    const options = { signal: this.#listeners.signal };
    document.addEventListener("keydown", (event) => this.#shortcut(event), options);
    for (const type of ["pointerdown", "focusin"]) {
      document.addEventListener(type, (event) => event.composedPath().includes(this) || this.close(), options);
    }
    for (const target of [window, window.visualViewport]) {
      target?.addEventListener("resize", () => this.#open && this.#put(), options);
    }
    window.addEventListener("online", () => this.#state.status === "failed" && this.#retry(), options);
    this.#configure();
  }

  disconnectedCallback() {
    this.#listeners.abort();
    this.#asker.stop();
    this.#teller.gone();
  }

  /** Several attributes are often set at a time: they are read once, when all are. */
  attributeChangedCallback() {
    if (!this.#view || !this.isConnected) return;
    clearTimeout(this.#settled);
    this.#settled = setTimeout(() => this.#configure());
  }

  /** The reader's language. */
  get locale() {
    return localeOf(this.dataset.locale) || localeOf(this.closest("[lang]")?.lang) || navigator.language || "en";
  }

  set locale(locale) {
    this.dataset.locale = locale;
  }

  /** What is in the field; setting it asks, and shows the answer if the reader is in the field. */
  get query() {
    return this.#view?.input.value ?? "";
  }

  set query(query) {
    this.#view.input.value = query;
    this.#typed(0, this.shadowRoot.activeElement === this.#view.input);
  }

  /** The client that this element uses, for whatever else a page wants to ask. */
  get client() {
    return this.#client;
  }

  focus() {
    this.#view.input.focus();
  }

  /** Close the panel. */
  close() {
    if (!this.#open) return;
    this.#open = false;
    this.move(-1);
    this.#view.open(false);
    this.#teller.gone();
    if (!this.#question.chosen) this.#question.done();
  }

  // ── What the keyboard needs (combobox.js) ──────────────────────────────────────────────────────────────

  get opened() {
    return !this.#view.panel.hidden;
  }

  get active() {
    return this.#active;
  }

  get size() {
    return this.#hits.length;
  }

  /** Show the panel if there is something to show, and ask if the query in the field was not. */
  show() {
    if (this.#state.query !== this.query.trim()) this.#typed(0, true);
    else if (this.#state.status !== "idle") this.#reveal();
  }

  /** Make an option the active one; -1 is none. */
  move(active) {
    if (active === this.#active) return;
    this.#active = active;
    this.#view.move(active);
    if (active >= 0) this.#emit("select", this.#detail(active));
  }

  /** Open the active option as a click on it would, with the same keys held. */
  follow({ ctrlKey, metaKey, shiftKey }) {
    const options = { bubbles: true, composed: true, cancelable: true, ctrlKey, metaKey, shiftKey };
    this.#view.list.children[this.#active].dispatchEvent(new MouseEvent("click", options));
  }

  /** Enter without an option: the results page, if the site has one, else an answer here, now. */
  submit() {
    const query = this.query.trim();
    if (!this.#emit("submit", { query })) return this.close();
    const results = query && resultsOf(this, query);
    if (results) return void location.assign(results);
    if (query) {
      this.#open = true;
      this.#asker.ask(query, { typing: false });
    }
  }

  clear() {
    this.#view.input.value = "";
    this.#typed(0, false);
    this.focus();
  }

  // ── Making ─────────────────────────────────────────────────────────────────────────────────────────────

  #build() {
    const root = this.shadowRoot ?? this.attachShadow({ mode: "open", delegatesFocus: true });
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(STYLE);
    root.adoptedStyleSheets = [sheet, this.#place];
    this.#view = new View(root, {
      input: (event) => this.#typed(event.isComposing ? COMPOSING : REST, true),
      keydown: (event) => onKey(event, this),
      click: () => this.show(),
      clear: () => this.clear(),
      choose: (event) => this.#chosen(event),
      submit: (event) => event.preventDefault(),
    });
    this.#question = new Question(this.#view.question, {
      words: () => this.#words,
      teller: () => this.#teller,
      say: (text) => this.#view.say(text),
      leave: () => this.focus(),
    });
    this.#asker = new Asker((query, options) => this.#send(query, options), (state) => this.#told(state));
    this.#upgrade();
  }

  /** Take over from the form that stood here without a script, with what was written in it. */
  #upgrade() {
    const field = this.querySelector("form [name=q]");
    if (!field) return;
    const { input } = this.#view;
    input.value = field.value;
    if (document.activeElement === field) setTimeout(() => this.focus());
  }

  #configure() {
    const { endpoint, key, theme } = this.dataset;
    const locale = this.locale;
    const address = safeUrl(endpoint || KbSearch.home, document.baseURI) ?? document.baseURI;
    this.#client = new Client(address, { key, surface: "widget" });
    this.#teller = new Teller(this.#client, this.dataset.events !== "off");
    this.#popular = null;
    this.#asker.forget();
    const known = this.#words;
    if (known.locale !== locale || known.source !== this.dataset.strings) this.#speak(locale);
    this.#label();
    this.#view.box.dataset.theme = theme || "auto";
    if (this.#state.status !== "idle") this.#typed(0, this.#open);
  }

  /** Our words at once; those of a file when they are there. */
  #speak(locale) {
    const source = this.dataset.strings;
    const words = (this.#words = Object.assign(new Words(locale), { source }));
    const own = primary(locale) in WORDS ? null : new URL(`widget/strings/${encodeURIComponent(locale)}.json`, this.#client.endpoint);
    const address = source ? safeUrl(source, document.baseURI) : own;
    if (!address) return;
    fetch(address, { credentials: "omit" })
      .then((response) => (response.ok ? response.json() : {}))
      .catch(() => ({}))
      .then((more) => {
        if (this.#words !== words) return;
        this.#words = Object.assign(new Words(locale, more), { source });
        this.#label();
        if (this.#state.status !== "idle") this.#told(this.#state);
      });
  }

  #label() {
    const { label, placeholder } = this.dataset;
    const own = this.closest("[dir]")?.getAttribute("dir");
    const dir = this.dataset.locale ? direction(this.locale) : own && own !== "auto" ? own : direction(this.locale);
    this.#view.label({ words: this.#words, dir, label, placeholder, shortcut: this.#key().toUpperCase() });
  }

  // ── Asking ─────────────────────────────────────────────────────────────────────────────────────────────

  #typed(wait, open) {
    this.#view.typed();
    const query = this.query.trim();
    this.move(-1);
    if (!isEnough(query)) {
      this.#asker.stop();
      this.#state = { status: "idle", query };
      this.#answer = null;
      this.#hits = [];
      this.close();
      return;
    }
    if (open) this.#open = true;
    this.#asker.ask(query, { wait });
  }

  #send(query, { typing, signal }) {
    const limit = Math.min(Math.max(parseInt(this.dataset.limit, 10) || 5, 1), 20);
    return this.#client.search(query, { limit, locale: this.locale, typing: typing || undefined, signal });
  }

  #retry() {
    this.#asker.ask(this.query.trim());
    this.focus();
  }

  #told(state) {
    this.#state = state;
    if (state.status === "answered") this.#answer = state.answer;
    else if (state.status === "failed") this.#answer = null;
    this.move(-1);
    this.#hits = this.#view.show(state, this.#context(state.query)) ?? this.#hits;
    if (state.status === "answered") {
      if (state.answer.outcome === "none" || !this.#hits.length) this.#suggest(state);
      this.#emit("results", { query: state.query, answer: state.answer });
    }
    if (this.#open && state.status !== "asking") this.#reveal();
  }

  /** Under an answer that is none: what may be meant by a word that is not finished, else what others ask. */
  async #suggest(state) {
    const suggest = (text) => this.#client.suggest(text, { limit: 5, locale: this.locale }).catch(() => ({})); // no fault
    let { suggestions: found = [] } = await suggest(state.query);
    const begun = found.length > 0;
    if (!begun) ({ suggestions: found = [] } = await (this.#popular ??= suggest("")));
    const heading = begun ? "begun" : found.some((one) => one.kind === "query") ? "popular" : "start";
    if (this.#state === state) this.#view.suggest(found, heading, this.#context(state.query));
  }

  #reveal() {
    this.#open = true;
    this.#put();
    this.#view.open(true);
    if (this.#state.status === "answered") this.#teller.stands(this.#state.answer);
  }

  #put() {
    place(this.#place, this.#view.form, this.#view.box.dir === "rtl");
  }

  #context(query) {
    return {
      words: this.#words,
      locale: this.locale,
      endpoint: this.#client.endpoint,
      tab: this.dataset.open === "tab",
      all: resultsOf(this, query),
      contact: contactOf(this, query),
      retry: () => this.#retry(),
      ask: (text) => {
        this.query = text;
        this.#open = true;
        this.focus();
      },
    };
  }

  // ── Choosing ───────────────────────────────────────────────────────────────────────────────────────────

  #chosen(event) {
    const option = event.target.closest("[role=option]");
    if (!option || event.button > 1) return;
    const number = [...this.#view.list.children].indexOf(option);
    const detail = this.#detail(number);
    const here = !event.ctrlKey && !event.metaKey && !event.shiftKey && !event.button && option.target !== "_blank";
    this.#teller.opened(this.#answer, detail.hit, detail.position);
    if (this.#teller.on) this.#question.about(this.#answer, detail.hit);
    if (!this.#emit("open", { ...detail, newTab: !here })) event.preventDefault();
    if (here) this.close();
  }

  #detail(number) {
    const hit = this.#hits[number];
    return { hit, position: this.#answer.hits.indexOf(hit) + 1, url: addressOf(hit, this.#client.endpoint), query: this.#answer.query };
  }

  #emit(name, detail) {
    const options = { bubbles: true, composed: true, cancelable: true, detail };
    return this.dispatchEvent(new CustomEvent(`kb-search:${name}`, options));
  }

  // ── The shortcut ───────────────────────────────────────────────────────────────────────────────────────

  /** The letter that goes with Ctrl or ⌘, "" for none. A letter alone would be in the way of people who speak to type. */
  #key() {
    const key = (this.dataset.shortcut ?? "k").toLowerCase();
    return /^[a-z0-9/]$/.test(key) ? key : "";
  }

  #shortcut(event) {
    const held = (event.ctrlKey || event.metaKey) && !event.altKey && !event.shiftKey;
    if (!held || event.defaultPrevented || event.isComposing || event.key.toLowerCase() !== this.#key()) return;
    event.preventDefault();
    this.focus();
    this.#view.input.select();
  }
}
