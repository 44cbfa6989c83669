/** "Did this help?", and one optional comment: two questions about an article that was opened, never more. */

import { h } from "./dom.js";

export class Question {
  #asked = new Set();

  /**
   * @param {HTMLElement} place  where the question stands
   * @param {{words: () => object, teller: () => object, say: (text: string) => void, leave: () => void}} box
   */
  constructor(place, box) {
    this.place = place;
    this.box = box;
    this.chosen = null;
  }

  /** Ask about an article that was just opened, once for each answer it stood in. */
  about(answer, hit) {
    const name = `${answer.query_id} ${hit.id}`;
    if (this.#asked.has(name)) return;
    this.#asked.add(name);
    this.chosen = { queryId: answer.query_id, hit };
    this.#vote();
  }

  /** Take the question away. */
  done() {
    this.chosen = null;
    this.place.replaceChildren();
  }

  #vote() {
    const words = this.box.words();
    const title = this.chosen.hit.title;
    this.place.replaceChildren(
      h("p", { id: "question" }, words.say("question", { title })),
      h(
        "div",
        { class: "buttons", role: "group", "aria-labelledby": "question" },
        h("button", { type: "button", class: "vote", click: () => this.#voted(true) }, words.say("yes")),
        h("button", { type: "button", class: "vote", click: () => this.#voted(false) }, words.say("no")),
      ),
    );
  }

  #voted(helpful) {
    const words = this.box.words();
    this.box.teller().voted(this.chosen, helpful);
    const text = h("textarea", { id: "comment", rows: "2", maxlength: "2000", "aria-describedby": "personal" });
    const send = (event) => {
      event.preventDefault();
      const comment = text.value.trim();
      if (comment) this.box.teller().commented(this.chosen, comment);
      this.#thank();
    };
    this.place.replaceChildren(
      h(
        "form",
        { class: "comment", submit: send },
        h("label", { for: "comment" }, words.say(helpful ? "comment" : "missing")),
        text,
        h("p", { id: "personal", class: "small" }, words.say("personal")),
        h(
          "div",
          { class: "buttons" },
          h("button", { type: "submit", class: "vote" }, words.say("send")),
          h("button", { type: "button", class: "link", click: () => this.#thank() }, words.say("skip")),
        ),
      ),
    );
    this.box.say(words.say("thanks"));
    text.focus();
  }

  #thank() {
    const words = this.box.words();
    this.place.replaceChildren(h("p", {}, words.say("thanks")));
    this.chosen = null;
    this.box.say(words.say("thanks"));
    this.box.leave();
  }
}
