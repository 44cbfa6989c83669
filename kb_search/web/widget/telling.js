/** What the reader does with an answer, told to the service; never in the way of anything, whatever happens to it. */

const SEEN_AFTER = 1_000;

export class Teller {
  #timer = 0;
  #seen = new Set();

  /** @param {{sendEvent: (event: object) => Promise<unknown>}} client  @param {boolean} on */
  constructor(client, on) {
    this.client = client;
    this.on = on;
  }

  /** An answer stands there: an impression, if it still does in a second. @param {{query_id: string}} answer */
  stands(answer) {
    this.gone();
    this.#timer = setTimeout(() => this.#impression(answer), SEEN_AFTER);
  }

  /** It was replaced, or the panel closed. */
  gone() {
    clearTimeout(this.#timer);
  }

  /** An article was opened: what is used was seen. @param {object} answer  @param {object} hit  @param {number} position from 1 */
  opened(answer, hit, position) {
    this.gone();
    this.#impression(answer);
    this.#tell({ type: "click", query_id: answer.query_id, article_id: hit.id, position });
  }

  /** @param {{queryId: string, hit: object}} chosen  @param {boolean} helpful */
  voted(chosen, helpful) {
    this.#tell({ type: "helpful", query_id: chosen.queryId, article_id: chosen.hit.id, helpful });
  }

  /** @param {{queryId: string, hit: object}} chosen  @param {string} comment */
  commented(chosen, comment) {
    this.#tell({ type: "comment", query_id: chosen.queryId, article_id: chosen.hit.id, comment });
  }

  #impression(answer) {
    if (this.#seen.has(answer.query_id)) return;
    this.#seen.add(answer.query_id);
    this.#tell({ type: "impression", query_id: answer.query_id });
  }

  #tell(event) {
    if (this.on && event.query_id) this.client.sendEvent(event).catch(() => {});
  }
}
