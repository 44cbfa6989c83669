// Opens pages in frames of a page of the same origin, looks at what they became, and touches everything in them.
(() => {
  const ELEMENTS = new Set(
    `html head meta title link body a abbr article aside b bdi bdo blockquote br button caption cite code col colgroup dd
    del details dfn div dl dt em figcaption figure footer form h1 h2 h3 h4 h5 h6 header hr i img input ins kbd kb-search
    label li main mark nav ol p pre q rp rt ruby s samp section small span strong sub summary sup table tbody td textarea
    tfoot th thead time tr u ul var wbr svg path circle`.split(/\s+/),
  );
  const ATTRIBUTES = new Set(
    `accept-charset action alt async autocapitalize autocomplete charset class colspan content cx cy d datetime dir
    enterkeyhint focusable for height hidden href hreflang id inputmode lang loading maxlength method name open part
    placeholder property r rel required reversed role rows rowspan scope span spellcheck src start tabindex target title
    type value viewBox width aria-activedescendant aria-autocomplete aria-busy aria-controls aria-current aria-describedby
    aria-expanded aria-haspopup aria-hidden aria-keyshortcuts aria-label aria-labelledby aria-live aria-selected data-theme
    data-contact-url data-endpoint data-label data-locale data-placeholder data-results-url data-strings data-key data-limit
    data-open data-shortcut data-events`.split(/\s+/),
  );
  const OURS = new Set(["canonical", "alternate", "icon", "stylesheet", "noopener", "noopener nofollow", "prev", "next"]);
  const EVENTS = `mouseover mouseenter mousemove mousedown mouseup pointerenter pointerover pointerdown dblclick contextmenu
    keyup change toggle beforetoggle load error begin animationstart transitionend scroll wheel copy paste dragstart drop
    invalid select start play canplay loadstart close cancel pageshow`.split(/\s+/);
  const HARMLESS = new Set(["http:", "https:", "mailto:", "tel:"]);

  /** Every element below a root, those of open shadow trees too. */
  function all(root) {
    return [...root.querySelectorAll("*")].flatMap((one) => [one, ...(one.shadowRoot ? all(one.shadowRoot) : [])]);
  }

  function wrongAttribute(element, { name, value, namespaceURI }, base) {
    if (namespaceURI || !ATTRIBUTES.has(name)) return true;
    if (name === "rel") return !OURS.has(value);
    if (name === "target") return value !== "_blank";
    if (!["href", "src", "action"].includes(name)) return false;
    if (!URL.canParse(value, base)) return false; // leads nowhere
    const url = new URL(value, base);
    return !HARMLESS.has(url.protocol) || (name !== "href" && url.origin !== new URL(base).origin);
  }

  /** Name each element and attribute that no page of ours has. */
  function inspect(root, base) {
    const found = [];
    for (const one of all(root)) {
      const name = one.localName;
      const script = name === "script" && one.getAttribute("src") === "/widget.js" && !one.text && one.async;
      if (!script && !ELEMENTS.has(name)) found.push(`<${name}>`);
      if (name === "meta" && one.httpEquiv) found.push(`<meta http-equiv=${one.httpEquiv}>`);
      if (name === "svg" && one.closest(".prose")) found.push("<svg> in an article");
      for (const attribute of one.attributes) {
        if (wrongAttribute(one, attribute, base)) found.push(`<${name} ${attribute.name}="${attribute.value}">`);
      }
    }
    const ids = new Set();
    for (const { id } of root.querySelectorAll("[id]")) {
      if (ids.has(id)) found.push(`id="${id}" twice`);
      ids.add(id);
    }
    return found;
  }

  const isLink = (one) => (one.localName === "a" || one.localName === "area") && one.hasAttribute("href");
  const isQuiet = (one) => !one.getAttributeNames().some((name) => name.startsWith("on")) && !(isLink(one) && !HARMLESS.has(one.protocol));

  /** Do what readers do, to these elements. Links and forms that lead to pages are not followed, any other is. */
  async function touch(elements, window) {
    const stay = (event) => {
      const link = event.composedPath().find(isLink);
      const form = event.type === "submit" && event.composedPath()[0];
      if (link ? HARMLESS.has(link.protocol) : form && HARMLESS.has(new URL(form.action).protocol)) event.preventDefault();
    };
    for (const type of ["click", "submit"]) window.addEventListener(type, stay, true);
    for (const one of elements) {
      for (const type of EVENTS) one.dispatchEvent(new Event(type, { cancelable: true }));
      if (one.localName === "details") one.open = true;
      one.dispatchEvent(new MouseEvent("click", { bubbles: true, composed: true, cancelable: true }));
    }
    await new Promise((done) => setTimeout(done));
    for (const type of ["click", "submit"]) window.removeEventListener(type, stay, true);
  }

  const NAMES = { h1: "h1", title: "title", crumb: ".crumbs [aria-current]", card: ".listing h2", summary: ".summary" };
  const OWN = /<link rel="stylesheet" href="\/static\/[^"]+">|<script async src="\/widget.js"><\/script>/g;

  /**
   * Have the browser read HTML as a page, without the time of a journey: what is not escaped runs all the same.
   * Only the style sheet and the script that all pages have are left out.
   */
  async function read(frame, html) {
    const { contentWindow: window, contentDocument: page } = frame;
    if (!window.pwn) throw new Error("nothing would tell of a script here");
    page.open();
    page.write(html.replace(OWN, ""));
    page.close();
    const landed = window.location.href;
    const found = inspect(page, landed);
    const said = Object.fromEntries(Object.entries(NAMES).map(([name, at]) => [name, page.querySelector(at)?.textContent ?? null]));
    const asked = page.querySelector("[name=q]")?.value ?? null;
    // Without the script of all pages, nothing else could listen.
    await touch(all(page).filter((one) => !isQuiet(one)), window);
    if (window.location.href !== landed) found.push(`went on to ${window.location.href}`);
    if (frame.contentDocument !== page) found.push("became another page");
    return { found, said, text: page.querySelector("main")?.textContent ?? "", asked };
  }

  /** Read all pages, one after the other. */
  async function sweep(pages) {
    const frame = document.createElement("iframe");
    document.body.append(frame);
    const results = [];
    for (const html of pages) results.push(await read(frame, html));
    await new Promise((done) => setTimeout(done, 50));
    frame.remove();
    return results;
  }

  /** Take HTML over as innerHTML, and twice again what the browser writes of it. */
  async function adopt(html) {
    const found = [];
    for (let times = 0; times < 3; times++) {
      const place = document.createElement("div");
      place.className = "prose";
      document.body.append(place);
      place.innerHTML = html;
      found.push(...inspect(place, location.href));
      await touch(all(place).filter((one) => !isQuiet(one)), window);
      html = place.innerHTML;
      place.remove();
    }
    return found;
  }

  /**
   * Read the pages of one payload after the other, each until it runs, and touch what could in them.
   * `given` are numbers of payloads and pages. A frame that was taken elsewhere is dropped.
   */
  async function careless(given) {
    let frame = null;
    for (const [number, pages] of given) {
      for (const html of pages) {
        if (window.ran?.has(number)) break;
        if (!frame?.contentDocument) {
          frame?.remove();
          frame = document.createElement("iframe");
          document.body.append(frame);
        }
        const { contentWindow: inside, contentDocument: page } = frame;
        page.open();
        page.write(html);
        page.close();
        await new Promise((done) => setTimeout(done));
        if (frame.contentDocument) await touch(all(page).filter((one) => !isQuiet(one)), inside).catch(() => {});
      }
    }
    frame?.remove();
  }

  /** The page itself: what is wrong with it, once everything in it was touched. */
  async function here() {
    const found = inspect(document, location.href);
    for (const one of all(document)) {
      if (one.tabIndex < 0) continue;
      one.focus();
      one.blur();
    }
    await touch(all(document), window);
    return found;
  }

  Object.assign(window, { hostile: { inspect, touch, sweep, adopt, careless, here, all } });
})();
