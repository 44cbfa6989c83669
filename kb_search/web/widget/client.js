/**
 * The HTTP API of kb-search from JavaScript: `new Client("https://help.example.com").search("lost password")`.
 * Thin: a method an endpoint, answers as the API writes them (docs/http-api.md), no state, no cookies.
 */

/** An answer that is no success. `status` is 0 where there was no answer at all. */
export class ApiError extends Error {
  /** @param {number} status  @param {{type?: string, title?: string, detail?: string, errors?: object[]}} problem  RFC 9457 */
  constructor(status, problem) {
    super(problem.detail || problem.title || `The search service answered ${status}.`);
    this.name = "ApiError";
    this.status = status;
    this.type = problem.type || "about:blank";
    this.title = problem.title || "";
    this.errors = problem.errors || [];
  }
}

/**
 * @typedef {{text: string, html: string, heading: string, anchor: string}} Passage
 * @typedef {{id: string, title: string, locale: string, url: string}} Translation
 * @typedef {{id: string, title: string, url: string, locale: string, score: number, passage: Passage,
 *   passages: Passage[], translations: Translation[]}} Hit
 * @typedef {{query_id: string, query: string, corrected: string | null, outcome: "ok" | "weak" | "none",
 *   total: number, total_is_lower_bound: boolean, hits: Hit[]}} Answer
 * @typedef {{type: "impression" | "click" | "helpful" | "comment" | "link", query_id?: string, article_id?: string,
 *   position?: number, helpful?: boolean, comment?: string, ticket?: string, surface?: string}} Event
 * @typedef {{article_id: string, reason: "outdated" | "wrong" | "unclear" | "duplicate" | "missing" | "other",
 *   comment?: string, proposal?: string, query_id?: string}} Flag
 */

/** A client of one service. */
export class Client {
  /**
   * @param {string | URL} endpoint  where the service is: https://help.example.com
   * @param {{key?: string, surface?: string}} [options]  a key (kbs_…), and what searches and events are counted as
   */
  constructor(endpoint, { key = "", surface = "" } = {}) {
    this.endpoint = new URL(endpoint);
    if (!this.endpoint.pathname.endsWith("/")) this.endpoint.pathname += "/";
    this.key = key;
    this.surface = surface;
  }

  /**
   * Search. `filters` as in the body of POST /v1/search; `typing` says that the reader has not finished writing.
   * @param {string} query
   * @param {{limit?: number, offset?: number, locale?: string, mode?: string, typing?: boolean, explain?: boolean,
   *   fold_translations?: boolean, filters?: object, signal?: AbortSignal}} [options]
   * @returns {Promise<Answer>}
   */
  search(query, { signal, filters, ...options } = {}) {
    const surface = this.surface || undefined;
    if (filters) return this.#send("v1/search", { query, filters, surface, ...options }, { signal });
    return this.#get("v1/search", { q: query, surface, ...options }, signal);
  }

  /**
   * Articles and popular queries for words that are being typed; popular ones for none.
   * @param {string} query
   * @param {{limit?: number, locale?: string, signal?: AbortSignal}} [options]
   */
  suggest(query, { signal, ...options } = {}) {
    return this.#get("v1/suggest", { q: query, ...options }, signal);
  }

  /** One article with its text. @param {string} id  @param {{signal?: AbortSignal}} [options] */
  article(id, { signal } = {}) {
    return this.#get(`v1/articles/${path(id)}`, {}, signal);
  }

  /** The articles nearest to one. @param {string} id  @param {{limit?: number, locale?: string, signal?: AbortSignal}} [options] */
  similar(id, { signal, ...options } = {}) {
    return this.#get(`v1/articles/${path(id)}/similar`, options, signal);
  }

  /** Say what a reader did with an answer; arrives even if the page is being left. @param {Event} event */
  sendEvent(event) {
    return this.#send("v1/events", { surface: this.surface || undefined, ...event }, { keepalive: true });
  }

  /** Say what is wrong with an article; needs a key with the scope `events`. @param {Flag} flag */
  flag(flag) {
    return this.#send("v1/flags", flag);
  }

  #get(address, parameters, signal) {
    const url = new URL(address, this.endpoint);
    for (const [name, value] of Object.entries(parameters)) if (value !== undefined) url.searchParams.set(name, value);
    return this.#fetch(url, { signal });
  }

  #send(address, body, options) {
    const headers = { "Content-Type": "application/json" };
    return this.#fetch(new URL(address, this.endpoint), { method: "POST", body: JSON.stringify(body), headers, ...options });
  }

  async #fetch(url, options) {
    const headers = { Accept: "application/json", ...options.headers };
    if (this.key) headers.Authorization = `Bearer ${this.key}`;
    let response;
    try {
      response = await fetch(url, { ...options, headers, credentials: "omit" });
    } catch (error) {
      if (options.signal?.aborted) throw error;
      throw new ApiError(0, { title: "No answer", detail: `There is no answer from ${url.origin}.` });
    }
    const answer = await response.json().catch(() => {
      if (options.signal?.aborted) throw options.signal.reason;
      return {};
    });
    if (!response.ok) throw new ApiError(response.status, answer);
    return answer;
  }
}

/** Ids contain slashes, which stay; all else is quoted. */
function path(id) {
  return id.split("/").map(encodeURIComponent).join("/");
}
