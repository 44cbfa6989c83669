/** From keys to answers: waits until the fingers rest, gives up what is no longer asked, keeps what was answered. */

import { ApiError } from "./client.js";

const KEPT = 30;
const PATIENCE = 10_000;

/**
 * States: idle → (wait) → asking → answered or failed; any of them → idle by `stop`, → (wait) by `ask`.
 * Only the newest question may tell anything: an answer that comes late, aborted or not, is dropped by its number.
 */
export class Asker {
  #turn = 0;
  #timer = 0;
  #kept = new Map();
  #given = new AbortController();

  /**
   * @param {(query: string, options: {typing: boolean, signal: AbortSignal}) => Promise<object>} send
   * @param {(state: {status: "asking" | "answered" | "failed", query: string, answer?: object, error?: Error}) => void} tell
   */
  constructor(send, tell) {
    this.send = send;
    this.tell = tell;
  }

  /** Ask after `wait` milliseconds; what was answered before is told at once. @param {string} query */
  ask(query, { wait = 0, typing = true } = {}) {
    const turn = this.stop();
    const answer = typing && this.#kept.get(query);
    if (answer) {
      this.#keep(query, answer);
      this.tell({ status: "answered", query, answer });
    } else if (wait) this.#timer = setTimeout(() => this.#run(query, typing, turn), wait);
    else this.#run(query, typing, turn);
  }

  /** Drop the question that is open, if any. */
  stop() {
    clearTimeout(this.#timer);
    this.#given.abort();
    return ++this.#turn;
  }

  /** Forget what was answered: the language is another one now. */
  forget() {
    this.stop();
    this.#kept.clear();
  }

  async #run(query, typing, turn) {
    const given = (this.#given = new AbortController());
    const impatience = setTimeout(() => given.abort(new ApiError(0, { title: "Too late" })), PATIENCE);
    this.tell({ status: "asking", query });
    let told;
    try {
      const answer = await this.send(query, { typing, signal: given.signal });
      told = { status: "answered", query, answer };
    } catch (error) {
      told = { status: "failed", query, error };
    }
    clearTimeout(impatience);
    if (turn !== this.#turn) return;
    if (told.answer) this.#keep(query, told.answer);
    this.tell(told);
  }

  /** The map keeps the order of insertion: the first of it was used longest ago. */
  #keep(query, answer) {
    this.#kept.delete(query);
    this.#kept.set(query, answer);
    if (this.#kept.size > KEPT) this.#kept.delete(this.#kept.keys().next().value);
  }
}

/** One letter says nothing, one character of a script without letters says a word. */
export function isEnough(query) {
  return query.length > 1 || /[^\u0000-\u024f]/.test(query);
}
