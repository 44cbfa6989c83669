// Works the search box as a reader does, and gives what it said. `hostile` is that of sweep.js.
(() => {
  const told = (element, type) =>
    new Promise((done) => {
      element.addEventListener(type, (event) => done(event.detail), { once: true });
      setTimeout(done, 5_000, null);
    });

  const looksLike = (element) => {
    const { shadowRoot: root } = element;
    const texts = (at) => [...root.querySelectorAll(at)].map((one) => one.textContent);
    return {
      found: hostile.inspect(root, location.href),
      titles: texts(".title"),
      passages: texts(".text"),
      notice: texts(".notice").join(" "),
      popular: texts(".aside button"),
    };
  };

  /** Type a text and press Enter. */
  async function type(element, text) {
    const input = element.shadowRoot.querySelector("input");
    input.focus();
    input.value = text;
    input.dispatchEvent(new InputEvent("input", { bubbles: true }));
    const answered = told(element, "kb-search:results");
    input.dispatchEvent(new KeyboardEvent("keydown", { key: "Enter", bubbles: true, cancelable: true }));
    const detail = await answered;
    return { ...looksLike(element), text, answered: detail !== null };
  }

  async function typeAll(texts) {
    const element = document.querySelector("kb-search");
    const results = [];
    for (const text of texts) results.push(await type(element, text));
    return results;
  }

  /** Answer as `lies` say (liar.py), whoever is asked. */
  function answering(lies) {
    return async (address) => {
      const { pathname, searchParams } = new URL(address, location.href);
      const answer = lies[pathname.split("/").pop()];
      return Response.json("outcome" in answer ? { ...answer, outcome: searchParams.get("q") } : answer);
    };
  }

  /** An element whose attributes, words and answers are hostile; everything in it is touched, links and votes too. */
  async function lie([text, lies]) {
    window.fetch = answering({ ...lies, search: { ...lies.search, outcome: "" } });
    const element = document.createElement("kb-search");
    for (const name of "label placeholder contact-url results-url theme locale shortcut limit open key".split(" "))
      element.setAttribute(`data-${name}`, text);
    element.setAttribute("data-strings", "/words.json");
    element.setAttribute("data-endpoint", text);
    document.body.append(element);
    const looks = [];
    for (const outcome of ["ok", "weak", "none"]) {
      const answered = told(element, "kb-search:results");
      element.shadowRoot.querySelector("input").focus();
      element.query = outcome;
      await answered;
      await new Promise((done) => setTimeout(done));
      looks.push(looksLike(element));
      if (outcome === "weak") continue;
      // The cross of the field would take away what is to be touched.
      await hostile.touch(hostile.all(element.shadowRoot).filter((one) => !one.closest(".clear")), window);
      looks.push(looksLike(element));
    }
    element.remove();
    return looks;
  }

  async function lieAll(given) {
    const results = [];
    for (const one of given) results.push(await lie(one));
    return results;
  }

  /** The script itself, with hostile places to go to; gives what the page became that it was not. */
  async function embedAll(address, texts) {
    const loaded = texts.map(
      (text) =>
        new Promise((done) => {
          const script = document.createElement("script");
          Object.assign(script.dataset, { target: text || "none", events: text });
          Object.assign(script, { src: address, onload: done, onerror: done });
          document.body.append(script);
        }),
    );
    await Promise.all(loaded);
    document.querySelectorAll("body > script").forEach((script) => script.remove());
    return hostile.inspect(document.body, location.href);
  }

  Object.assign(hostile, { typeAll, lieAll, embedAll });
})();
